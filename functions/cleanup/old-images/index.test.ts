import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  EC2Client,
  EnableImageCommand,
  type Image,
  LockSnapshotCommand,
  RegisterImageCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import { holdsAt } from "../../../ledger/holds.ts";
import type { Store } from "../../../ledger/store.ts";
import { graceTag } from "../../../sdk/grace.ts";
import { after, before, days } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { asUndo } from "../../../test/setup/undo-role.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { messages, nextSweep, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { fixture } from "./fixture.ts";
import unit from "./index.ts";
import { type FoundImage, mostImagesJudged } from "./look.ts";
import { retireImage } from "./retire-image.ts";

const now = new Date("2026-11-21T03:40:00Z");
const long = { now, since: before(now, days(120)) };

const image: Image = {
  ImageId: "ami-0a1",
  Name: "web-1",
  State: "available",
  ImageType: "machine",
  CreationDate: "2025-01-01T00:00:00.000Z",
  BlockDeviceMappings: [
    { Ebs: { SnapshotId: "snap-2" } },
    { Ebs: { SnapshotId: "snap-1" } },
    { VirtualName: "ephemeral0" },
  ],
};
const replaced: FoundImage = { image, series: { name: "web-#", newer: 3 } };
const grace = { target: "ami-0a1", seconds: 14 * 86_400 };

describe("what is proposed", () => {
  test("an image that nothing has used for months, and that newer ones have replaced", () => {
    const proposal = proposeFor(unit, replaced, long);
    expect(proposal?.call).toEqual({
      operation: "flow:retire-image",
      kind: "write",
      input: { ImageId: "ami-0a1", snapshots: [], grace },
    });
    expect(proposal).not.toHaveProperty("savesPerMonth");
    expect(proposal?.because).toBe(
      "nothing has used it since 2026-07-24; 3 newer images of web-# are there; without its 2 snapshots, as `snapshots` is off in the settings; what they cost is not known here",
    );
  });

  test("with its snapshots, where the settings say so", () => {
    const config = unit.config.parse({ snapshots: true });
    const proposal = proposeFor(unit, replaced, { ...long, config });
    expect(proposal?.call.input).toMatchObject({ snapshots: ["snap-1", "snap-2"] });
    expect(proposal?.because).toMatch(/; with its 2 snapshots, where nothing else needs any;/);
  });

  test("the same once it is disabled and marked, or its flow could not go on", () => {
    const Tags = [{ Key: graceTag, Value: "not before 2026-12-05" }];
    const disabled = { ...replaced, image: { ...image, State: "disabled" as const, Tags } };
    expect(proposeFor(unit, disabled, long)?.call).toEqual(proposeFor(unit, replaced, long)?.call);
  });

  test.each<[what: string, more: Partial<FoundImage>, since?: Date]>([
    ["that something uses", { usedBy: "the instance i-1 (stopped)" }],
    ["that is among the newest", { series: { name: "web-#", newer: 2 } }],
    ["that has no name", { series: undefined }],
    ["that is judged another night", { waits: true }],
    ["that somebody disabled", { image: { ...image, State: "disabled" } }],
    ["that is being made", { image: { ...image, State: "pending" } }],
    ["that failed", { image: { ...image, State: "failed" } }],
    ["that is a kernel", { image: { ...image, ImageType: "kernel" } }],
    ["without an id", { image: { ...image, ImageId: undefined } }],
    ["that was used a day too late", {}, before(now, days(89))],
  ])("one %s is left alone", (_, more, since = long.since) => {
    expect(proposeFor(unit, { ...replaced, ...more }, { now, since })).toBeUndefined();
  });

  test("one that nobody has measured yet is left alone", () =>
    expect(proposeFor(unit, replaced, { now })).toBeUndefined());

  test.each([
    [{}, true],
    [{ usedBy: "x" }, false],
    [{ waits: true }, false],
    [{ series: { name: "web-#", newer: 0 } }, true],
  ])("with %o the time is measured: %s", (more, counts) =>
    expect(unit.counts?.({ ...replaced, ...more })).toBe(counts),
  );
});

type Answers = Readonly<Record<string, readonly unknown[]>>;

/** An account that answers from lists; what is asked of it is remembered. */
function accountOf(answers: Answers, parameters: Readonly<Record<string, string>> = {}) {
  const asked: { operation: string; input: Record<string, unknown> }[] = [];
  const all: Answers = {
    "ssm:DescribeParameters": Object.keys(parameters).map((Name) => ({ Name })),
    ...answers,
  };
  const read = (call: { operation: string; input: Record<string, unknown> }) => {
    asked.push(call);
    const { operation, input } = call;
    if (operation === "ec2:DescribeImageAttribute")
      return Promise.resolve({ LaunchPermissions: answers.shares ?? [] });
    if (operation === "ssm:GetParameters") {
      const Parameters = (input.Names as string[]).map((asked) => {
        const [Name = "", version] = asked.split(":");
        return { Name, ...(version && { Selector: `:${version}` }), Value: parameters[asked] };
      });
      return Promise.resolve({ Parameters });
    }
    return (async function* () {
      // By default and at the latest there are none here, but where a test says so.
      const key = "Versions" in input ? "first versions" : operation;
      yield* all[key] ?? [];
    })();
  };
  return { read: read as never, asked };
}

const newer = [1, 2, 3].map((nth) => ({
  ...image,
  ImageId: `ami-0b${nth}`,
  Name: `web-${nth + 1}`,
  CreationDate: `2026-01-0${nth}T00:00:00.000Z`,
}));

interface Looking {
  readonly own?: readonly Image[];
  readonly only?: readonly string[];
  readonly parameters?: Readonly<Record<string, string>>;
}

async function lookAt(answers: Answers, { own = [image, ...newer], ...more }: Looking = {}) {
  const { read, asked } = accountOf({ "ec2:DescribeImages": own, ...answers }, more.parameters);
  const notes: string[] = [];
  const search = {
    ...long,
    read,
    account: "123456789012",
    region: "eu-central-1",
    regions: ["eu-central-1"],
    only: more.only,
    config: unit.config.parse({}),
    pages: (() => {}) as never,
    remembered: async () => undefined,
    madeBy: async () => undefined,
    keptOn: async () => [],
    note: (text: string) => notes.push(text),
  };
  const found = await Array.fromAsync(unit.find(search) as AsyncIterable<FoundImage>);
  const free = found.filter(
    (each) => proposeFor(unit, each, long) && unit.target(each).managed === undefined,
  );
  return { found, free: free.map((each) => each.image.ImageId), notes, asked };
}

const template = { LaunchTemplateId: "lt-1", LaunchTemplateName: "web" };
const versions = [
  { ...template, VersionNumber: 4, LaunchTemplateData: { ImageId: "ami-0a1" } },
  { ...template, VersionNumber: 5, LaunchTemplateData: { ImageId: "ami-0other" } },
];
const pinning = (spec: object): Answers => ({
  "ec2:DescribeLaunchTemplates": [template],
  "ec2:DescribeLaunchTemplateVersions": versions,
  ...spec,
});
const pinned = { LaunchTemplateId: "lt-1", Version: "4" };
const group = (more: object) => ({
  "autoscaling:DescribeAutoScalingGroups": [{ AutoScalingGroupName: "g", ...more }],
});
const mixed = (LaunchTemplate: object) => group({ MixedInstancesPolicy: { LaunchTemplate } });

describe("left alone, for it is used:", () => {
  test.each<[what: string, answers: Answers, by: RegExp]>([
    [
      "by a running instance",
      {
        "ec2:DescribeInstances": [
          { ImageId: "ami-0a1", InstanceId: "i-1", State: { Name: "running" } },
        ],
      },
      /instance i-1 \(running\)/,
    ],
    [
      "by a stopped instance",
      {
        "ec2:DescribeInstances": [
          { ImageId: "ami-0a1", InstanceId: "i-1", State: { Name: "stopped" } },
        ],
      },
      /instance i-1 \(stopped\)/,
    ],
    [
      "by a launch template, by default or at its latest",
      { "first versions": versions },
      /version 4 of the launch template web/,
    ],
    [
      "by the version that a group names",
      pinning(group({ LaunchTemplate: pinned })),
      /group g, by version 4 of the launch template web/,
    ],
    [
      "by the version that a group names, by the template's name",
      pinning(group({ LaunchTemplate: { LaunchTemplateName: "web", Version: "4" } })),
      /group g/,
    ],
    [
      "by the version that a group of mixed instances names",
      pinning(mixed({ LaunchTemplateSpecification: pinned })),
      /group g/,
    ],
    [
      "by the version that an override of such a group names",
      pinning(mixed({ Overrides: [{ LaunchTemplateSpecification: pinned }] })),
      /group g/,
    ],
    ["by an override of such a group", mixed({ Overrides: [{ ImageId: "ami-0a1" }] }), /group g/],
    [
      "by the version that a fleet names",
      pinning({
        "ec2:DescribeFleets": [
          {
            FleetId: "fleet-1",
            FleetState: "active",
            LaunchTemplateConfigs: [{ LaunchTemplateSpecification: pinned }],
          },
        ],
      }),
      /fleet fleet-1/,
    ],
    [
      "by an override of a fleet",
      {
        "ec2:DescribeFleets": [
          { FleetId: "fleet-1", LaunchTemplateConfigs: [{ Overrides: [{ ImageId: "ami-0a1" }] }] },
        ],
      },
      /fleet fleet-1/,
    ],
    [
      "by a spot fleet",
      {
        "ec2:DescribeSpotFleetRequests": [
          {
            SpotFleetRequestId: "sfr-1",
            SpotFleetRequestState: "active",
            SpotFleetRequestConfig: { LaunchSpecifications: [{ ImageId: "ami-0a1" }] },
          },
        ],
      },
      /spot fleet sfr-1/,
    ],
    [
      "by a spot request that waits for room",
      {
        "ec2:DescribeSpotInstanceRequests": [
          {
            SpotInstanceRequestId: "sir-1",
            State: "open",
            LaunchSpecification: { ImageId: "ami-0a1" },
          },
        ],
      },
      /spot request sir-1/,
    ],
    [
      "by a launch configuration",
      {
        "autoscaling:DescribeLaunchConfigurations": [
          { LaunchConfigurationName: "lc", ImageId: "ami-0a1" },
        ],
      },
      /launch configuration lc/,
    ],
    [
      "by a recipe of Image Builder, or a parameter of an image's type",
      { "ec2:DescribeImageReferences": [{ ImageId: "ami-0a1", Arn: "arn:recipe" }] },
      /arn:recipe/,
    ],
  ])("%s", async (_, answers, by) => {
    const { found, free } = await lookAt(answers);
    expect(free).toEqual([]);
    expect(found.find((each) => each.image === image)?.usedBy).toMatch(by);
  });

  test.each([["ami-0a1"], ['{"images":["ami-0x","ami-0a1"]}'], ["ami-0zz,ami-0a1"]])(
    "by a parameter with the value %s",
    async (value) => {
      const { free } = await lookAt({}, { parameters: { "/web/image": value } });
      expect(free).toEqual([]);
    },
  );

  test.each<[what: string, answers: Answers]>([
    [
      "a launch template",
      {
        "first versions": [
          { ...template, VersionNumber: 1, LaunchTemplateData: { ImageId: "resolve:ssm:/gold:7" } },
        ],
      },
    ],
    ["an override of a group", mixed({ Overrides: [{ ImageId: "resolve:ssm:/gold:7" }] })],
  ])("by an old version of a parameter, which %s names", async (_, answers) => {
    const parameters = { "/gold": "ami-0newest", "/gold:7": "ami-0a1" };
    const { free, found } = await lookAt(
      { ...answers, "ssm:DescribeParameters": [{ Name: "/gold" }] },
      { parameters },
    );
    expect(free).toEqual([]);
    expect(found.find((each) => each.image === image)?.usedBy).toMatch(/template web|group g/);
  });

  test("parameters of AWS and of other accounts are not asked for: that would be denied", async () => {
    const names = ["/aws/service/linux:3", "arn:aws:ssm:eu-west-1:210987654321:parameter/gold:7"];
    const named = [...names, "/gold"].map((name, at) => ({
      ...template,
      VersionNumber: at,
      LaunchTemplateData: { ImageId: `resolve:ssm:${name}` },
    }));
    const { free, asked } = await lookAt({ "first versions": named });
    expect(free).toEqual(["ami-0a1"]);
    expect(asked.filter(({ operation }) => operation === "ssm:GetParameters")).toEqual([]);
  });

  test("a launch of last month", async () => {
    const launched = { ...image, LastLaunchedTime: "2026-10-20T00:00:00Z" };
    expect((await lookAt({}, { own: [launched, ...newer] })).free).toEqual([]);
  });
});

describe("kept by others, and named:", () => {
  test.each<[what: string, more: Partial<Image>, by: RegExp]>([
    [
      "AWS Backup, by its tag",
      { Tags: [{ Key: "aws:backup:source-resource", Value: "x" }] },
      /AWS Backup/,
    ],
    ["AWS Backup, by the owner", { ImageOwnerAlias: "aws-backup-vault" }, /AWS Backup/],
    [
      "Data Lifecycle Manager",
      { Tags: [{ Key: "aws:dlm:lifecycle-policy-id", Value: "x" }] },
      /Lifecycle/,
    ],
    ["Nightshift itself", { Tags: [{ Key: "nightshift:unit", Value: "x" }] }, /Nightshift/],
    ["Image Builder", { Tags: [{ Key: "Ec2ImageBuilderArn", Value: "x" }] }, /Image Builder/],
    ["a legal hold", { Tags: [{ Key: "nightshift:legal-hold", Value: "7" }] }, /legal hold/],
    [
      "its protection",
      { DeregistrationProtection: "enabled-with-cooldown" },
      /protection from being deregistered \(enabled-with-cooldown\)/,
    ],
    [
      "its protection, whose time is not over yet",
      { DeregistrationProtection: "disabled-in-cooldown" },
      /protection/,
    ],
    ["everybody", { Public: true }, /shared with \(all\)/],
    ["a stack", { Tags: [{ Key: "aws:cloudformation:stack-name", Value: "net" }] }, /stack net/],
  ])("%s", async (_, more, by) => {
    const { found, free } = await lookAt({}, { own: [{ ...image, ...more }, ...newer] });
    expect(free).toEqual([]);
    const kept = found.find((each) => each.image.ImageId === "ami-0a1");
    expect(kept && unit.target(kept).managed).toMatch(by);
  });

  test.each([
    [{ UserId: "210987654321" }, "210987654321"],
    [{ Group: "all" }, "all"],
    [{ OrganizationArn: "arn:org" }, "arn:org"],
    [{ OrganizationalUnitArn: "arn:ou" }, "arn:ou"],
  ])("whom it is shared with: %o", async (share, name) => {
    const { found, free } = await lookAt({ shares: [share] });
    expect(free).toEqual([]);
    const kept = found.find((each) => each.image === image);
    expect(kept?.keptBy).toBe(`whom it is shared with (${name})`);
  });
});

test.each<[what: string, answers: Answers, own?: readonly Image[]]>([
  ["nothing of that", {}],
  [
    "an instance that was terminated",
    {
      "ec2:DescribeInstances": [
        { ImageId: "ami-0a1", InstanceId: "i-1", State: { Name: "terminated" } },
      ],
    },
  ],
  [
    "an old version of a launch template that nothing names",
    pinning(group({ LaunchTemplate: { LaunchTemplateId: "lt-1", Version: "5" } })),
  ],
  [
    "a version of a template that is gone",
    { ...group({ LaunchTemplate: { ...pinned, LaunchTemplateId: "lt-gone" } }) },
  ],
  [
    "a fleet that was deleted",
    {
      "ec2:DescribeFleets": [
        {
          FleetId: "fleet-1",
          FleetState: "deleted",
          LaunchTemplateConfigs: [{ Overrides: [{ ImageId: "ami-0a1" }] }],
        },
      ],
    },
  ],
  [
    "a spot request that was cancelled",
    {
      "ec2:DescribeSpotInstanceRequests": [
        { State: "cancelled", LaunchSpecification: { ImageId: "ami-0a1" } },
      ],
    },
  ],
  [
    "a launch of last year, and a protection that is off",
    {},
    [
      {
        ...image,
        LastLaunchedTime: "2025-10-20T00:00:00Z",
        DeregistrationProtection: "disabled",
      },
      ...newer,
    ],
  ],
])("with %s it is proposed", async (_, answers, own) => {
  expect((await lookAt(answers, own && { own })).free).toEqual(["ami-0a1"]);
});

test("a look at one asks about that one, and still knows its series", async () => {
  const { found, free, asked } = await lookAt({}, { only: ["ami-0a1", "ami-0gone"] });
  expect(found).toHaveLength(1);
  expect(free).toEqual(["ami-0a1"]);
  const instances = asked.find(({ operation }) => operation === "ec2:DescribeInstances");
  expect(instances?.input.Filters).toEqual([
    { Name: "image-id", Values: ["ami-0a1", "ami-0gone"] },
  ]);
});

test("of very many the oldest are judged first, ten in a question, and the rest is told", async () => {
  const own = Array.from({ length: 20_000 }, (_, nth) => ({
    ...image,
    ImageId: `ami-${nth.toString(16)}`,
    Name: `web-${nth}`,
    CreationDate: new Date(Date.UTC(2025, 0, 1) + nth * 1000).toISOString(),
  }));
  const { found, free, notes, asked } = await lookAt({}, { own });
  expect(found).toHaveLength(20_000);
  expect(free).toHaveLength(mostImagesJudged);
  expect(free[0]).toBe("ami-0");
  expect(found.filter((each) => unit.counts?.(each))).toHaveLength(mostImagesJudged);
  expect(notes).toEqual([expect.stringMatching(/only the oldest 2000 are judged in a night/)]);
  const times = Map.groupBy(asked, ({ operation }) => operation);
  expect(times.get("ec2:DescribeImageReferences")).toHaveLength(mostImagesJudged / 10);
  expect(times.get("ec2:DescribeImageAttribute")).toHaveLength(mostImagesJudged);
  expect(times.get("ec2:DescribeInstances")).toHaveLength(1);
});

test("where there are no images, nobody is asked what uses them", async () => {
  const { asked } = await lookAt({}, { own: [] });
  expect(asked.map(({ operation }) => operation)).toEqual(["ec2:DescribeImages"]);
});

test("after its end it comes back from the Recycle Bin: its snapshots first", () => {
  const input = { ImageId: "ami-0a1", snapshots: ["snap-1"] };
  const calls = retireImage.invert(input, { deleted: ["snap-1"], recycleBin: {} }, now);
  expect(calls.map(({ operation }) => operation)).toEqual([
    "ec2:RestoreSnapshotFromRecycleBin",
    "ec2:RestoreImageFromRecycleBin",
    "ec2:EnableImage",
    "ec2:DeleteTags",
  ]);
});

/** Of the images that are left over one alone: each is looked at a hundred times until it is gone. */
async function seedOne(aws: TestAccount, ledger: Store): Promise<void> {
  await fixture.seed(aws, ledger);
  const ec2 = aws.client(EC2Client);
  const others = [{ Name: "name", Values: ["left over too", "web-1", "web-2"] }];
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Filters: others }));
  for (const { ImageId } of Images) await ec2.send(new DeregisterImageCommand({ ImageId }));
}

async function opened(settings: Partial<UnitSettings> = {}): Promise<TestDelivery> {
  const caps = { changes: 100, percent: 100, floor: 100 };
  const delivery = await open(unit, seedOne, { ...fixture.settings, caps, ...settings });
  onTestFinished(() => delivery.close());
  await delivery.deliver();
  await delivery.later(days(100));
  return delivery;
}

async function imagesIn({ aws }: TestDelivery): Promise<ReadonlyMap<string, Image>> {
  const asked = new DescribeImagesCommand({ Owners: ["self"], IncludeDisabled: true });
  const { Images = [] } = await aws.client(EC2Client).send(asked);
  return new Map(Images.map((each) => [each.Name ?? "", each]));
}
const idOf = async (delivery: TestDelivery, name: string) =>
  (await imagesIn(delivery)).get(name)?.ImageId ?? "";

/** Begins its flows, lets something happen while they wait, and carries them to their ends. */
async function retired(
  delivery: TestDelivery,
  meanwhile: (ec2: EC2Client, id: string, run: string) => Promise<unknown>,
) {
  const run = await delivery.deliver({ start: nextSweep(delivery) });
  const id = await idOf(delivery, "left over");
  await delivery.flows.carryNext();
  await meanwhile(delivery.aws.client(EC2Client), id, run.id);
  await delivery.ended(run);
  const actions = await actionsOf(delivery.store, "unit", unit.id, run.id);
  return { id, action: actions.find(({ target }) => target === id) };
}

test("it asks first, also in act, and disables nothing before: it may not come back", async () => {
  const delivery = await opened({ irreversible: "ask" });
  const run = await delivery.deliver({ start: nextSweep(delivery) });
  expect(run.outcome).toBe("waiting");
  expect((await imagesIn(delivery)).get("left over")?.State).toBe("available");
});

describe("while it is disabled", () => {
  test.each<[what: string, by: string, meanwhile: Parameters<typeof retired>[1]]>([
    [
      "somebody enables it: they keep it",
      "owner",
      (ec2, ImageId) => ec2.send(new EnableImageCommand({ ImageId })),
    ],
    [
      "somebody takes its mark off: they keep it",
      "owner",
      (ec2, id) => ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: graceTag }] })),
    ],
    [
      "it is exempted",
      "exemption",
      (ec2, id) =>
        ec2.send(
          new CreateTagsCommand({
            Resources: [id],
            Tags: [{ Key: "nightshift:exempt", Value: "owner=ann@example.com" }],
          }),
        ),
    ],
    [
      "an instance turns up that needs it",
      "changed",
      (ec2, ImageId) => ec2.send(new RunInstancesCommand({ ImageId, MinCount: 1, MaxCount: 1 })),
    ],
    [
      "a legal hold comes",
      "managed",
      (ec2, id) =>
        ec2.send(
          new CreateTagsCommand({
            Resources: [id],
            Tags: [{ Key: "nightshift:legal-hold", Value: "case 8" }],
          }),
        ),
    ],
  ])("%s", async (_, by, meanwhile) => {
    const delivery = await opened();
    const { action } = await retired(delivery, meanwhile);
    expect([action?.outcome, action?.held?.by]).toEqual(["held", by]);
    const kept = (await imagesIn(delivery)).get("left over");
    expect(kept?.State).toBe("available");
    expect(kept?.Tags?.some(({ Key }) => Key === graceTag)).toBe(false);
  });
});

test("undone while it is disabled it is as it was, and is not asked about again for 90 days", async () => {
  const delivery = await opened();
  const states: (string | undefined)[] = [];
  const { id, action } = await retired(delivery, async (_, target, run) => {
    states.push((await imagesIn(delivery)).get("left over")?.State);
    const begun = (await actionsOf(delivery.store, "unit", unit.id, run)).find(
      (each) => each.target === target,
    );
    await undo(unit, begun?.id ?? "", { by: "ann" }, asUndo(delivery.host()));
  });
  expect(states).toEqual(["disabled"]);
  expect(action?.outcome).toBe("held");
  const kept = (await imagesIn(delivery)).get("left over");
  expect(kept?.State).toBe("available");
  expect(kept?.Tags?.some(({ Key }) => Key === graceTag)).toBe(false);
  const holds = await holdsAt(delivery.store, delivery.place);
  const own = holds.find(({ target }) => target === id);
  expect(own && own.until > after(delivery.host().clock.now(), days(60))).toBe(true);
});

test("where something needs one of its snapshots they stay, and that is told", async () => {
  const delivery = await opened();
  const { action } = await retired(delivery, async (ec2) => {
    const ofIt = (await imagesIn(delivery)).get("left over")?.BlockDeviceMappings?.[0]?.Ebs;
    await ec2.send(
      new LockSnapshotCommand({ SnapshotId: ofIt?.SnapshotId, LockMode: "governance" }),
    );
  });
  expect(action?.outcome).toBe("applied");
  expect((await imagesIn(delivery)).has("left over")).toBe(false);
  expect(await messages(delivery)).toContainEqual(
    expect.objectContaining({
      title: expect.stringMatching(/^The image ami-\w+ is gone, and its snapshots stay$/),
      facts: expect.objectContaining({
        why: expect.stringMatching(/^snap-\w+ is kept by its lock \(governance\)$/),
      }),
    }),
  );
});

test.each([
  "DescribeImages",
  "DescribeInstances",
  "DescribeLaunchTemplates",
  "DescribeLaunchTemplateVersions",
  "DescribeLaunchConfigurations",
  "DescribeAutoScalingGroups",
  "DescribeFleets",
  "DescribeSpotFleetRequests",
  "DescribeSpotInstanceRequests",
  "DescribeParameters",
  "GetParameters",
  "DescribeImageReferences",
  "DescribeImageAttribute",
])("where %s is denied nothing is disabled: an error is no empty list", async (operation) => {
  const delivery = await opened();
  delivery.proxy.fault((call) => call.operation === operation, "denied");
  await expect(delivery.deliver({ start: nextSweep(delivery) })).rejects.toThrow();
  expect((await imagesIn(delivery)).get("left over")?.State).toBe("available");
});

test("an image that is made while it is looked at again, and is newer, takes no other's place", async () => {
  const delivery = await opened();
  const { action } = await retired(delivery, (ec2) =>
    ec2.send(new RegisterImageCommand({ Name: "left over again" })),
  );
  expect(action?.outcome).toBe("applied");
});

test.each([
  { days: 13 },
  { days: 3651 },
  { days: "90" },
  { day: 90 },
  { grace: 0 },
  { grace: 91 },
  { newest: 0 },
  { series: [""] },
  { series: "web-*" },
  { snapshots: "yes" },
])("config %o is refused", (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false));
