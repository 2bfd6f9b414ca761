import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
  type Snapshot,
  TerminateInstancesCommand,
  type Volume,
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
import { tagIn, tagOf } from "../backup-set.ts";
import { backUpVolumes } from "./back-up.ts";
import unit from "./index.ts";

const instance: Instance = {
  InstanceId: "i-1",
  RootDeviceName: "/dev/xvda",
  State: { Name: "running" },
  Tags: [{ Key: "Name", Value: "web" }],
};
const volume = (VolumeId: string, Device: string): Volume => ({
  VolumeId,
  Attachments: [{ InstanceId: "i-1", Device }],
});
const found = {
  about: "i-1",
  tags: instance.Tags ?? [],
  instance,
  volumes: [volume("vol-2", "/dev/xvdf"), volume("vol-1", "/dev/xvda")],
  without: [] as readonly string[],
  slot: "2026-11-21",
  snapshots: [] as readonly Snapshot[],
};
const snapshot = (SnapshotId: string, State: Snapshot["State"], size = 2): Snapshot => ({
  SnapshotId,
  State,
  VolumeId: "vol-1",
  Tags: [{ Key: tagOf.size, Value: String(size) }],
});
const keep = { hourly: 0, daily: 7, weekly: 4, monthly: 12, yearly: 0 };
const input = {
  about: "i-1",
  slot: "2026-11-21",
  volumes: ["vol-1", "vol-2"],
  without: [],
  withoutRoot: false,
  ofInstance: true,
  keep,
  keepText: "daily=7 weekly=4 monthly=12",
  name: "web",
};

describe("what is proposed", () => {
  test("a set of all volumes, where the slot has none", () => {
    expect(proposeFor(unit, found)).toEqual({
      because: "it has no whole backup of the slot 2026-11-21: 2 volumes, 0 made",
      call: backUpVolumes(input),
    });
  });

  test.each<[what: string, snapshots: readonly Snapshot[], proposed: boolean]>([
    ["is being made", [snapshot("s-1", "pending"), snapshot("s-2", "completed")], false],
    ["is complete", [snapshot("s-1", "completed"), snapshot("s-2", "completed")], false],
    ["has failed in part", [snapshot("s-1", "error"), snapshot("s-2", "completed")], true],
    ["lacks one that was deleted", [snapshot("s-1", "completed")], true],
    ["had fewer volumes then", [snapshot("s-1", "completed", 1)], false],
  ])("a set that %s", (_, snapshots, proposed) =>
    expect(proposeFor(unit, { ...found, snapshots }) !== undefined).toBe(proposed),
  );

  test("volumes that name this unit in their exemption are left out, the root by its own word", () => {
    expect(proposeFor(unit, { ...found, without: ["vol-1"] })?.call.input).toMatchObject({
      volumes: ["vol-2"],
      without: [],
      withoutRoot: true,
    });
    expect(proposeFor(unit, { ...found, without: ["vol-2"] })?.call.input).toMatchObject({
      volumes: ["vol-1"],
      without: ["vol-2"],
      withoutRoot: false,
    });
    expect(proposeFor(unit, { ...found, without: ["vol-1", "vol-2"] })).toBeUndefined();
  });
});

test.each<[what: string, config: object]>([
  ["a time that no clock shows", { at: "25:00" }],
  ["a zone that there is not", { timeZone: "Mars/Olympus" }],
  ["a weekday that there is not", { weekday: "Sonntag" }],
  ["a negative count", { keep: { ...keep, daily: -1 } }],
  ["a misspelt count", { keep: { ...keep, dayly: 1 } }],
  ["an instance that is none", { instances: ["web"] }],
  ["no sets at all", { mostADay: 0 }],
])("config with %s is refused", (_, config) =>
  expect(unit.config.safeParse(config).success).toBe(false),
);

/** Instances with two volumes each. */
const instances =
  (count: number, tags: Readonly<Record<string, string>> = {}) =>
  async (aws: TestAccount) => {
    const Tags = Object.entries({ backup: "", ...tags }).map(([Key, Value]) => ({ Key, Value }));
    await aws.client(EC2Client).send(
      new RunInstancesCommand({
        ImageId: "ami-1",
        MinCount: count,
        MaxCount: count,
        BlockDeviceMappings: ["/dev/sda1", "/dev/sdf"].map((DeviceName) => ({
          DeviceName,
          Ebs: { VolumeSize: 8 },
        })),
        TagSpecifications: [{ ResourceType: "instance", Tags }],
      }),
    );
  };

async function opened(
  seed: (aws: TestAccount) => Promise<unknown>,
  settings: Partial<UnitSettings> = {},
): Promise<TestDelivery> {
  const config = { ...slotJustBegun(), ...(settings.config as object) };
  const delivery = await open(unit, seed, { ...settings, config }, true);
  onTestFinished(() => delivery.close());
  return delivery;
}

/** Ours: moto has some of its own. */
async function snapshotsIn({ aws }: TestDelivery): Promise<Snapshot[]> {
  const { Snapshots = [] } = await aws
    .client(EC2Client)
    .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  return Snapshots.filter((each) => tagIn(each, tagOf.unit) === unit.id);
}

const outcomes = async (delivery: TestDelivery, run: { readonly id: string }) =>
  (await actionsOf(delivery.store, "unit", unit.id, run.id)).map(({ outcome }) => outcome);

describe("a slot has one set", () => {
  oneASlot({
    unit: unit.id,
    opened: (count) => opened(instances(count)),
    made: snapshotsIn,
    each: 2,
    operation: "CreateSnapshots",
  });
});

test("each snapshot says what it is of, when and by which action it was made, and how long it is kept", async () => {
  const delivery = await opened(instances(1, { Name: "web" }));
  const run = await delivery.ended(await delivery.deliver());
  const [action] = run.actions;
  for (const each of await snapshotsIn(delivery)) {
    const [about = "", slot] = action?.target.split("@") ?? [];
    expect(Object.fromEntries((each.Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toEqual({
      Name: "web",
      "nightshift:unit": "volume-backups",
      "nightshift:backup-of": about,
      "nightshift:slot": slot,
      "nightshift:of": "2",
      "nightshift:keep": "daily=7 weekly=4 monthly=12",
      "nightshift:action": action?.id,
      "nightshift:run": run.id,
      "nightshift:token": expect.any(String),
    });
    expect(each.Description).toBe(`${about} in the slot ${slot}, 2 volumes`);
  }
});

describe("a plan of backups has a cap of its own", () => {
  test("thirty sets are no mass of changes", async () => {
    const delivery = await opened(instances(30));
    const run = await delivery.deliver();
    expect([run.outcome, run.actions.length]).toEqual(["begun", 30]);
  });
  test("more than the settings say are asked about", async () => {
    const delivery = await opened(instances(4), { config: { mostADay: 3 } });
    const run = await delivery.deliver();
    expect([run.outcome, run.actions.map(({ outcome }) => outcome)]).toEqual([
      "waiting",
      Array(4).fill("waiting"),
    ]);
  });
});

describe("leaving the plan is told", () => {
  const daysLater = (delivery: TestDelivery, number: number) =>
    delivery.deliver({
      start: {
        ...delivery.start,
        key: `day-${number}`,
        at: after(delivery.start.at, days(number)),
      },
    });
  /** A set of the first day, then something that takes it out of the plan. */
  async function left(take: (delivery: TestDelivery, id: string) => Promise<unknown>) {
    const delivery = await opened(instances(1));
    const [action] = (await delivery.ended(await delivery.deliver())).actions;
    const [about = ""] = action?.target.split("@") ?? [];
    await take(delivery, about);
    await delivery.later(days(1));
    await daysLater(delivery, 1);
    return { delivery, about };
  }
  const untag = (delivery: TestDelivery, id: string) =>
    delivery.aws
      .client(EC2Client)
      .send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "backup" }] }));

  test("once, with what stays and for how long", async () => {
    const { delivery, about } = await left(untag);
    const first = await notesIn(delivery);
    expect(first).toHaveLength(1);
    expect(first[0]).toMatch(
      new RegExp(
        `^${about} has left the plan and is no longer backed up: its last backup is of the slot \\S+. 1 set of it stays .* until a person deletes them. To have it back: the tag backup`,
      ),
    );
    await delivery.later(days(1));
    await daysLater(delivery, 2);
    expect(await notesIn(delivery)).toEqual(first);
  });
  test("one that is terminated has not left: it is gone, and that is said", async () => {
    const { delivery, about } = await left((open, id) =>
      open.aws.client(EC2Client).send(new TerminateInstancesCommand({ InstanceIds: [id] })),
    );
    const [words, ...more] = await notesIn(delivery);
    expect(words).toMatch(new RegExp(`^${about} is gone; its last backup is of the slot`));
    expect(more).toEqual([]);
  });
  test("what only wears our tags has never been in it", async () => {
    const delivery = await opened(async (aws) => {
      const ec2 = aws.client(EC2Client);
      const { VolumeId } = await ec2.send(
        new CreateVolumeCommand({ AvailabilityZone: `${aws.region}a`, Size: 1 }),
      );
      const Tags = Object.entries({
        [tagOf.unit]: "volume-backups",
        [tagOf.about]: VolumeId,
        [tagOf.slot]: "2026-11-01",
      }).map(([Key, Value]) => ({ Key, Value }));
      await ec2.send(
        new CreateSnapshotCommand({
          VolumeId,
          TagSpecifications: [{ ResourceType: "snapshot", Tags }],
        }),
      );
    });
    await delivery.deliver();
    expect(await notesIn(delivery)).toEqual([]);
  });
  test("nor has an id in the settings that nothing has: it is told as that", async () => {
    const delivery = await opened(instances(1), { config: { volumes: ["vol-0123abcd"] } });
    await delivery.deliver();
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(/^The settings name volumes that \S+ does not have: vol-0123abcd\. /),
    ]);
  });
  test("what is still in it is not told", async () => {
    const { delivery } = await left(async () => {});
    expect(await notesIn(delivery)).toEqual([]);
  });
});

describe("what goes wrong is told, and nothing is left by half", () => {
  test("a snapshot that is gone before it is complete: the other is taken back, and the next sweep makes the set", async () => {
    const delivery = await opened(instances(1));
    const run = await delivery.deliver();
    const { proxy } = delivery;
    // The flow comes to its wait, and to no further: moto's snapshots are complete at once.
    const isMade = () => proxy.calls.some(({ operation }) => operation === "CreateSnapshots");
    proxy.fault(({ operation }) => operation === "DescribeSnapshots" && isMade(), "throttled");
    await delivery.flows.carryNext();
    const [first] = await snapshotsIn(delivery);
    await delivery.aws
      .client(EC2Client)
      .send(new DeleteSnapshotCommand({ SnapshotId: first?.SnapshotId }));
    proxy.reset();
    await delivery.flows.carryAll();
    const [record] = await actionsOf(delivery.store, "unit", unit.id, run.id);
    expect(record?.error).toMatch(
      /^the set is not whole: snap-\w+ is gone\. Taken back: ec2:CreateSnapshots snap-\w+, snap-\w+$/,
    );
    expect((await messages(delivery)).at(-1)).toMatchObject({
      severity: "critical",
      title: expect.stringMatching(/what was begun has ended: 1 failed$/),
    });
    expect(await snapshotsIn(delivery)).toEqual([]);
    const next = await delivery.deliver({ start: nextSweep(delivery) });
    expect(await outcomes(delivery, await delivery.ended(next))).toEqual(["applied"]);
    expect(await snapshotsIn(delivery)).toHaveLength(2);
  });

  test.each([
    "ConcurrentSnapshotLimitExceeded",
    "InvalidVolume.NotFound",
    "InvalidInstanceID.NotFound",
  ])("%s: the action fails with AWS's word for it, and nothing is made", async (code) => {
    const delivery = await opened(instances(1));
    delivery.proxy.fault(({ operation }) => operation === "CreateSnapshots", `refused:${code}`, {
      times: 1,
    });
    const run = await delivery.ended(await delivery.deliver());
    const [record] = await actionsOf(delivery.store, "unit", unit.id, run.id);
    expect([record?.outcome, record?.error]).toEqual([
      "failed",
      expect.stringContaining(`ec2:CreateSnapshots: ${code}`),
    ]);
    expect(await snapshotsIn(delivery)).toEqual([]);
  });
});

test("an undo deletes the snapshots of its own set, and no other that wears the same tags", async () => {
  const delivery = await opened(instances(1));
  const run = await delivery.ended(await delivery.deliver());
  const own = await snapshotsIn(delivery);
  const ec2 = delivery.aws.client(EC2Client);
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: `${delivery.aws.region}a`, Size: 1 }),
  );
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  const { confirm } = await take();
  const undone = await take(confirm);
  expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
  ]);
  expect(own).toHaveLength(2);
  expect(await snapshotsIn(delivery)).toEqual([]);
  expect(VolumeId).toBeDefined();
  // It is held: the slot stays without a backup, until somebody takes the undo back.
  await delivery.later(hours(1));
  const again = await delivery.deliver({ start: nextSweep(delivery) });
  expect(again.actions.map(({ held }) => held?.by)).toEqual(["hold"]);
});

test("what somebody took out of the set by its tags is not deleted by an undo: it is refused", async () => {
  const delivery = await opened(instances(1));
  const run = await delivery.ended(await delivery.deliver());
  const [first] = await snapshotsIn(delivery);
  await delivery.aws.client(EC2Client).send(
    new CreateTagsCommand({
      Resources: [first?.SnapshotId ?? ""],
      Tags: [{ Key: tagOf.slot, Value: "kept for the auditors" }],
    }),
  );
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  const undone = await take((await take()).confirm);
  expect(undone.actions.map(({ outcome, held }) => [outcome, held?.by])).toEqual([
    ["held", "changed"],
  ]);
});
