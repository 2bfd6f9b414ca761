import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  type Image,
  type Instance,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import { after, days, hours } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { oneASlot } from "../../../test/setup/one-a-slot.ts";
import { slotJustBegun } from "../../../test/setup/slot.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { messages, nextSweep, notesIn, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { backedUpBy } from "../../cleanup/backed-up-by.ts";
import { keptByItself } from "../../cleanup/old-images/keepers.ts";
import { oursByTag } from "../backup-set.ts";
import { backUpImage } from "./back-up.ts";
import { imagePlan } from "./config.ts";
import { runInstances } from "./fixture.ts";
import unit from "./index.ts";
import { permissionsOf } from "./permissions.ts";

const instance: Instance = { InstanceId: "i-1", RootDeviceType: "ebs", State: { Name: "running" } };
const found = {
  about: "i-1",
  tags: [{ Key: "Name", Value: "web" }],
  instance,
  slot: "2026-11-21",
  reboot: false,
  images: [] as Image[],
};
const keep = { hourly: 0, daily: 7, weekly: 4, monthly: 12, yearly: 0 };
const input = {
  about: "i-1",
  slot: "2026-11-21",
  imageName: "nightshift-i-1-2026-11-21",
  reboot: false,
  share: { accounts: [], organizations: [], units: [] },
  name: "web",
  keep,
  keepText: "daily=7 weekly=4 monthly=12",
};

describe("what is proposed", () => {
  test("an image, where the slot has none, and whether it is rebooted for it", () => {
    expect(proposeFor(unit, found)).toEqual({
      because: "it has no image of the slot 2026-11-21; without a reboot, as after a power cut",
      call: backUpImage(input),
    });
    const rebooted = proposeFor(unit, found, { config: { reboot: true } });
    expect(rebooted?.because).toMatch(
      /it is rebooted for it, so that its file systems are at rest$/,
    );
    expect(rebooted?.call.input).toMatchObject({ reboot: true });
  });

  test.each<[state: Image["State"], proposed: boolean]>([
    ["pending", false],
    ["transient", false],
    ["available", false],
    ["disabled", false],
    ["failed", true],
    ["error", true],
    ["invalid", true],
    ["deregistered", true],
  ])("where one is %s: %s", (State, proposed) =>
    expect(proposeFor(unit, { ...found, images: [{ State }] }) !== undefined).toBe(proposed),
  );
  test("where one of an unknown state is there: none", () =>
    expect(proposeFor(unit, { ...found, images: [{}] })).toBeUndefined());
  test("another name, where one that failed still has the first", () =>
    expect(proposeFor(unit, { ...found, images: [{ State: "failed" }] })?.call.input).toMatchObject(
      {
        imageName: "nightshift-i-1-2026-11-21.1",
      },
    ));
});

describe("what is held in place of an image", () => {
  const inGroup = [{ Key: "aws:autoscaling:groupName", Value: "web" }];
  test("one that boots from an instance store", () =>
    expect(
      unit.target({ ...found, instance: { ...instance, RootDeviceType: "instance-store" } })
        .managed,
    ).toMatch(/instance store, of which EC2 makes no image/));
  test("a member of a group that a reboot would make the group replace", () =>
    expect(unit.target({ ...found, reboot: true, tags: inGroup }).managed).toMatch(
      /^the Auto Scaling group web, which may replace what is rebooted/,
    ));
  test("nothing of a group without a reboot, nor of a stack with one", () => {
    expect(unit.target({ ...found, tags: inGroup }).managed).toBeUndefined();
    const tags = [{ Key: "aws:cloudformation:stack-name", Value: "shop" }];
    expect(unit.target({ ...found, reboot: true, tags }).managed).toBeUndefined();
  });
});

test.each<[what: string, config: object, field: RegExp]>([
  ["a time that no clock shows", { at: "25:00" }, /at/],
  ["an instance that is none", { instances: ["web"] }, /instances/],
  ["an account that is none", { share: { accounts: ["4711"] } }, /share/],
  ["everybody", { share: { accounts: ["all"] } }, /share/],
  ["a group", { share: { groups: ["all"] } }, /groups/],
  ["an organization by its id", { share: { organizations: ["o-abcdefghij"] } }, /organizations/],
  [
    "a unit among organizations",
    { share: { organizations: ["arn:aws:organizations::123456789012:ou/o-abcdefghij/ou-a-b"] } },
    /organizations/,
  ],
  ["a misspelt count", { keep: { ...keep, dayly: 1 } }, /dayly/],
  ["a reboot that is a word", { reboot: "yes" }, /reboot/],
])("config with %s is refused, by the field's name", (_, config, field) => {
  const { success, error } = unit.config.safeParse(config);
  expect(success).toBe(false);
  expect(JSON.stringify(error?.issues)).toMatch(field);
});

const instances =
  (count: number, tags: Readonly<Record<string, string>> = {}) =>
  (aws: TestAccount) =>
    runInstances(aws, "web", { "backup-image": "", ...tags }, count);

async function opened(
  seed: (aws: TestAccount) => Promise<unknown>,
  settings: Partial<UnitSettings> = {},
): Promise<TestDelivery> {
  const config = { ...slotJustBegun(), ...(settings.config as object) };
  const delivery = await open(unit, seed, { ...settings, config }, true);
  onTestFinished(() => delivery.close());
  return delivery;
}

const ec2Of = ({ aws }: TestDelivery) => aws.client(EC2Client);

async function imagesIn(delivery: TestDelivery): Promise<Image[]> {
  const { Images = [] } = await ec2Of(delivery).send(
    new DescribeImagesCommand({ Owners: ["self"] }),
  );
  return Images;
}

async function snapshotsIn(delivery: TestDelivery) {
  const { Snapshots = [] } = await ec2Of(delivery).send(
    new DescribeSnapshotsCommand({ OwnerIds: ["self"] }),
  );
  return Snapshots.filter(({ Description }) => Description?.startsWith("Created by CreateImage"));
}

const recordsOf = (delivery: TestDelivery, run: { readonly id: string }) =>
  actionsOf(delivery.store, "unit", unit.id, run.id);
const outcomes = async (delivery: TestDelivery, run: { readonly id: string }) =>
  (await recordsOf(delivery, run)).map(({ outcome }) => outcome);
const calls = ({ proxy }: TestDelivery, name: string) =>
  proxy.calls.filter(({ operation }) => operation === name);

describe("a slot has one image", () => {
  oneASlot({
    unit: unit.id,
    opened: (count) => opened(instances(count)),
    made: imagesIn,
    each: 1,
    operation: "CreateImage",
  });
});

test("image and snapshots say what they are of, when and by which action they were made, and for how long", async () => {
  const delivery = await opened(instances(1));
  const run = await delivery.ended(await delivery.deliver());
  const [action] = run.actions;
  const [about = "", slot = ""] = action?.target.split("@") ?? [];
  const [image] = await imagesIn(delivery);
  const tags = {
    Name: "web",
    "nightshift:unit": "image-backups",
    "nightshift:backup-of": about,
    "nightshift:slot": slot,
    "nightshift:keep": "daily=7 weekly=4 monthly=12",
    "nightshift:action": action?.id,
    "nightshift:run": run.id,
    "nightshift:token": expect.any(String),
  };
  const snapshots = await snapshotsIn(delivery);
  expect(snapshots).toHaveLength(1);
  for (const { Tags = [] } of [image ?? {}, ...snapshots])
    expect(Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]))).toEqual(tags);
  expect(image).toMatchObject({
    Name: `nightshift-${about}-${slot}`,
    Description: `${about} in the slot ${slot}, without a reboot`,
  });
  expect(calls(delivery, "CreateImage")[0]?.parameters).toMatchObject({ NoReboot: "true" });
  const [record] = await recordsOf(delivery, run);
  expect(record?.output).toEqual({
    ImageId: image?.ImageId,
    SnapshotIds: [snapshots[0]?.SnapshotId],
  });
});

test("what cleans up images and snapshots leaves these alone, and what prunes volumes' backups does too", async () => {
  const delivery = await opened(instances(1));
  await delivery.ended(await delivery.deliver());
  const [image = {}] = await imagesIn(delivery);
  const [snapshot] = await snapshotsIn(delivery);
  expect(keptByItself(image)).toBe("Nightshift");
  expect(backedUpBy(snapshot?.Tags)).toBe("Nightshift");
  const { Snapshots } = await ec2Of(delivery).send(new DescribeSnapshotsCommand(oursByTag));
  expect(Snapshots).toEqual([]);
});

test("a reboot is asked for where the settings say so, and never else", async () => {
  const delivery = await opened(instances(1), { config: { reboot: true } });
  await delivery.ended(await delivery.deliver());
  expect(calls(delivery, "CreateImage")[0]?.parameters).toMatchObject({ NoReboot: "false" });
  const [image] = await imagesIn(delivery);
  expect(image?.Description).toMatch(/, after a reboot$/);
});

describe("who else may start instances from it", () => {
  const share = { accounts: ["210987654321", "310987654321"] };
  const permissions = async (delivery: TestDelivery) => {
    const [image] = await imagesIn(delivery);
    const { LaunchPermissions } = await ec2Of(delivery).send(
      new DescribeImageAttributeCommand({
        ImageId: image?.ImageId,
        Attribute: "launchPermission",
      }),
    );
    return LaunchPermissions;
  };
  /** An image, and its action. */
  async function made(config: Readonly<Record<string, unknown>>, fault?: string) {
    const delivery = await opened(instances(1), { config });
    if (fault !== undefined)
      delivery.proxy.fault(
        ({ operation }) => operation === "ModifyImageAttribute",
        `refused:${fault}`,
      );
    const run = await delivery.ended(await delivery.deliver());
    const [record] = await recordsOf(delivery, run);
    return { delivery, record };
  }

  test("those of the settings, once it is there, and nobody where they say nothing", async () => {
    const { delivery, record } = await made({ share });
    expect([record?.outcome, record?.verified]).toEqual(["applied", true]);
    expect(calls(delivery, "ModifyImageAttribute").map(({ parameters }) => parameters)).toEqual([
      expect.objectContaining({
        "LaunchPermission.Add.1.UserId": "210987654321",
        "LaunchPermission.Add.2.UserId": "310987654321",
      }),
    ]);
    expect(await permissions(delivery)).toEqual([
      { UserId: "210987654321" },
      { UserId: "310987654321" },
    ]);
    const alone = await made({});
    expect(calls(alone.delivery, "ModifyImageAttribute")).toEqual([]);
  });

  test("organizations and units go as their ARNs", () => {
    const organization = "arn:aws:organizations::123456789012:organization/o-abcdefghij";
    const units = ["arn:aws:organizations::123456789012:ou/o-abcdefghij/ou-ab12-11111111"];
    const all = imagePlan.parse({
      share: { ...share, organizations: [organization], units },
    }).share;
    expect(permissionsOf(all)).toEqual([
      { UserId: "210987654321" },
      { UserId: "310987654321" },
      { OrganizationArn: organization },
      { OrganizationalUnitArn: units[0] },
    ]);
  });

  test("what AWS refuses to share is a backup all the same, and is told with AWS's word", async () => {
    const { delivery, record } = await made({ share }, "InvalidParameter");
    expect([record?.outcome, record?.output]).toEqual([
      "applied",
      expect.objectContaining({ notShared: expect.stringContaining("InvalidParameter") }),
    ]);
    expect(await imagesIn(delivery)).toHaveLength(1);
    expect(await messages(delivery)).toContainEqual(
      expect.objectContaining({
        severity: "warning",
        title: expect.stringMatching(
          /^The image ami-\w+ of i-\w+ is there, and could not be shared$/,
        ),
      }),
    );
  });

  test("nobody may be granted it where the settings share with nobody", () => {
    const named = (config: object) => unit.named?.(unit.config.parse(config));
    expect(named({})).toEqual({ shared_image: [] });
    expect(named({ share })).toEqual({ shared_image: ["*"] });
  });
});

describe("what goes wrong is told, and nothing is left by half", () => {
  const fate = (delivery: TestDelivery, target: string, Value: string) =>
    ec2Of(delivery).send(
      new CreateTagsCommand({
        Resources: [target.split("@")[0] ?? ""],
        Tags: [{ Key: "image-becomes", Value }],
      }),
    );

  test("it is waited for as long as it is pending", async () => {
    const delivery = await opened(instances(1, { "image-becomes": "pending" }));
    const run = await delivery.deliver();
    await delivery.flows.carryNext();
    await delivery.later(hours(1));
    await delivery.flows.carryNext();
    expect(await outcomes(delivery, run)).toEqual(["begun"]);
    // The slot's image is under way: another sweep begins none.
    expect((await delivery.deliver({ start: nextSweep(delivery) })).actions).toEqual([]);
    const [action] = run.actions;
    await ec2Of(delivery).send(
      new DeleteTagsCommand({
        Resources: [action?.target.split("@")[0] ?? ""],
        Tags: [{ Key: "image-becomes" }],
      }),
    );
    await delivery.flows.carryAll();
    expect(await outcomes(delivery, run)).toEqual(["applied"]);
    expect(calls(delivery, "CreateImage")).toHaveLength(1);
  });

  test("one that fails is told with AWS's reason and taken back with its snapshots, and the next sweep makes it", async () => {
    const delivery = await opened(instances(1, { "image-becomes": "failed" }));
    const run = await delivery.ended(await delivery.deliver());
    const [record] = await recordsOf(delivery, run);
    expect(record?.error).toMatch(
      /^the image ami-\w+ is failed: Client\.InternalError: no room\. Taken back: ec2:CreateImage ami-\w+$/,
    );
    expect((await messages(delivery)).at(-1)).toMatchObject({ severity: "critical" });
    expect([await imagesIn(delivery), await snapshotsIn(delivery)]).toEqual([[], []]);
    await fate(delivery, record?.target ?? "", "available");
    const next = await delivery.deliver({ start: nextSweep(delivery) });
    expect(await outcomes(delivery, await delivery.ended(next))).toEqual(["applied"]);
  });

  test("one that somebody deregisters while it is made is told as gone", async () => {
    const delivery = await opened(instances(1, { "image-becomes": "pending" }));
    const run = await delivery.deliver();
    await delivery.flows.carryNext();
    const [image] = await imagesIn(delivery);
    await ec2Of(delivery).send(new DeregisterImageCommand({ ImageId: image?.ImageId }));
    await delivery.flows.carryAll();
    const [record] = await recordsOf(delivery, run);
    expect(record?.error).toMatch(/^the image ami-\w+ is gone/);
  });

  test.each(["InvalidAMIName.Duplicate", "InvalidInstanceID.NotFound", "IncorrectState"])(
    "%s: the action fails with AWS's word for it, and nothing is made",
    async (code) => {
      const delivery = await opened(instances(1));
      delivery.proxy.fault(({ operation }) => operation === "CreateImage", `refused:${code}`, {
        times: 1,
      });
      const run = await delivery.ended(await delivery.deliver());
      const [record] = await recordsOf(delivery, run);
      expect([record?.outcome, record?.error]).toEqual([
        "failed",
        expect.stringContaining(`ec2:CreateImage: ${code}`),
      ]);
      expect(await imagesIn(delivery)).toEqual([]);
    },
  );

  test.each(["DescribeImages", "DescribeInstances"])(
    "a listing that is denied (%s) is no empty one: the run fails, and nothing is made or told as left",
    async (name) => {
      const delivery = await opened(instances(1));
      delivery.proxy.fault(({ operation }) => operation === name, "denied", { times: 1 });
      await expect(delivery.deliver()).rejects.toThrow();
      expect(calls(delivery, "CreateImage")).toEqual([]);
      expect(await notesIn(delivery)).toEqual([]);
    },
  );
});

describe("leaving the plan is told", () => {
  async function left(take: (delivery: TestDelivery, id: string) => Promise<unknown>) {
    const delivery = await opened(instances(1));
    const [action] = (await delivery.ended(await delivery.deliver())).actions;
    const [about = ""] = action?.target.split("@") ?? [];
    await take(delivery, about);
    await delivery.later(days(1));
    const start = { ...delivery.start, key: "day-1", at: after(delivery.start.at, days(1)) };
    await delivery.deliver({ start });
    return { delivery, about };
  }
  test("with what stays and for how long", async () => {
    const { delivery, about } = await left((open, id) =>
      ec2Of(open).send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "backup-image" }] })),
    );
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(
        new RegExp(`^${about} has left the plan and is no longer backed up: .* 1 set of it stays`),
      ),
    ]);
  });
  test("one that is terminated is gone, and its images stay", async () => {
    const { delivery, about } = await left((open, id) =>
      ec2Of(open).send(new TerminateInstancesCommand({ InstanceIds: [id] })),
    );
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(new RegExp(`^${about} is gone; its last backup is of the slot`)),
    ]);
    expect(await imagesIn(delivery)).toHaveLength(1);
  });
  test("an id in the settings that nothing has is told as that", async () => {
    const delivery = await opened(instances(1), { config: { instances: ["i-0123abcd"] } });
    await delivery.deliver();
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(/^The settings name instances that \S+ does not have: i-0123abcd\. /),
    ]);
  });
});

test("a plan of backups has a cap of its own: thirty are no mass, more than it says are asked about", async () => {
  const many = await opened(instances(30));
  const run = await many.deliver();
  expect([run.outcome, run.actions.length]).toEqual(["begun", 30]);
  const few = await opened(instances(4), { config: { mostADay: 3 } });
  expect((await few.deliver()).outcome).toBe("waiting");
});

test("an undo deregisters its own image with its snapshots, and no other that wears the same tags", async () => {
  const delivery = await opened(instances(1));
  const run = await delivery.ended(await delivery.deliver());
  const [image] = await imagesIn(delivery);
  await instances(1)(delivery.aws);
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  const { confirm } = await take();
  const undone = await take(confirm);
  expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
  ]);
  expect(calls(delivery, "DeregisterImage").map(({ parameters }) => parameters)).toEqual([
    expect.objectContaining({ ImageId: image?.ImageId, DeleteAssociatedSnapshots: "true" }),
  ]);
  expect([await imagesIn(delivery), await snapshotsIn(delivery)]).toEqual([[], []]);
});
