import type { Volume } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { graceTag } from "../../../sdk/grace.ts";
import { before, days } from "../../../sdk/time.ts";
import unit from "./index.ts";
import { lastSnapshotOf, storyTag } from "./last-snapshot.ts";
import { reapVolume } from "./reap-volume.ts";
import { savesPerMonth } from "./volume-price.ts";

const now = new Date("2026-11-21T02:30:00Z");
const here = {
  account: "123456789012",
  region: "eu-west-1",
  now,
  since: before(now, days(20)),
  config: unit.config.parse({}),
};
const VolumeId = "vol-1";
const idle: Volume = {
  VolumeId,
  State: "available",
  VolumeType: "gp3",
  Size: 100,
  Iops: 4000,
  Throughput: 200,
  Encrypted: true,
  KmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/1",
  AvailabilityZone: "eu-west-1a",
  Tags: [
    { Key: "team", Value: "web" },
    { Key: "aws:cloudformation:stack-id", Value: "x" },
    { Key: "Name", Value: "data" },
  ],
};
const found = (volume: Volume, used = false) => ({ volume, used });
const spec = {
  AvailabilityZone: "eu-west-1a",
  VolumeType: "gp3" as const,
  Size: 100,
  Iops: 4000,
  Throughput: 200,
  Encrypted: true,
  KmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/1",
  Tags: [
    { Key: "Name", Value: "data" },
    { Key: "team", Value: "web" },
  ],
};

const reap = { VolumeId, spec, since: "2026-11-01", keepDays: 365 };

describe("what is proposed", () => {
  test("a volume that nothing was attached to for two weeks, with what makes it again", () => {
    expect(unit.propose(found(idle), here)).toEqual({
      because: "nothing has been attached to it since 2026-11-01",
      savesPerMonth: 11,
      call: {
        ...reapVolume(reap),
        input: { ...reap, grace: { target: VolumeId, seconds: 7 * 86_400 } },
      },
    });
  });

  test("without grace it is proposed as it is, and a mark of ours changes nothing of it", () => {
    const config = unit.config.parse({ grace: 0 });
    const marked = { ...idle, Tags: [...(idle.Tags ?? []), { Key: graceTag, Value: "x" }] };
    const proposal = unit.propose(found(marked), { ...here, config });
    expect(proposal?.call).toEqual(reapVolume(reap));
  });

  test.each<[what: string, volume: Volume, more: Partial<typeof here>]>([
    ["attached", { ...idle, State: "in-use" }, {}],
    ["being made", { ...idle, State: "creating" }, {}],
    ["broken", { ...idle, State: "error" }, {}],
    ["unattached for a day less", idle, { since: before(now, days(13)) }],
    ["on an Outpost", { ...idle, OutpostArn: "arn:aws:outposts:…" }, {}],
    ["no dearer than its snapshot", { ...idle, VolumeType: "sc1" }, {}],
    ["of a type that nobody knows yet", { ...idle, VolumeType: "gp9" as "gp3" }, {}],
    ["without an id", { ...idle, VolumeId: undefined }, {}],
  ])("one that is %s is left alone", (_, volume, more) => {
    expect(unit.propose(found(volume), { ...here, ...more })).toBeUndefined();
  });

  test("a use between two looks begins the time anew", () => {
    expect(unit.counts?.(found(idle))).toBe(true);
    expect(unit.counts?.(found(idle, true))).toBe(false);
    expect(unit.counts?.(found({ ...idle, State: "in-use" }))).toBe(false);
  });

  test.each<[what: string, volume: Volume, managed: RegExp]>([
    [
      "a claim in Kubernetes",
      { ...idle, Tags: [{ Key: "kubernetes.io/created-for/pvc/name", Value: "data" }] },
      /Kubernetes/,
    ],
    [
      "the EBS CSI driver",
      { ...idle, Tags: [{ Key: "ebs.csi.aws.com/cluster", Value: "true" }] },
      /CSI/,
    ],
    ["a service", { ...idle, Operator: { Managed: true, Principal: "eks.amazonaws.com" } }, /eks/],
  ])("what %s manages is named so, and held", (_, volume, managed) => {
    expect(unit.target(found(volume)).managed).toMatch(managed);
  });

  test("the state is what makes it again, without what only AWS can write", () => {
    const { Tags: _, ...rest } = spec;
    expect(unit.state(found(idle))).toEqual({ ...rest, tags: { Name: "data", team: "web" } });
    expect(unit.becomes?.(found(idle))).toBeNull();
  });
});

describe("the way back", () => {
  const { Tags, ...rest } = spec;
  const output = { SnapshotId: "snap-1", recycleBin: { until: new Date("2026-11-28T03:00:00Z") } };
  const fromSnapshot = [
    {
      operation: "ec2:CreateVolume",
      kind: "write",
      input: {
        ...rest,
        SnapshotId: "snap-1",
        TagSpecifications: [{ ResourceType: "volume", Tags }],
      },
    },
  ];

  test("is a volume from the last snapshot, as it was", () => {
    const nowhere = { ...output, recycleBin: {} };
    expect(reapVolume.invert(reap, nowhere, now)).toEqual(fromSnapshot);
    const unknown = { ...output, recycleBin: { unknown: "denied" } };
    expect(reapVolume.invert(reap, unknown, now)).toEqual(fromSnapshot);
  });

  test("is the volume itself as long as the Recycle Bin has it, without the mark", () => {
    expect(reapVolume.invert(reap, output, now)).toEqual([
      { operation: "ec2:RestoreVolumeFromRecycleBin", kind: "write", input: { VolumeId } },
      {
        operation: "ec2:DeleteTags",
        kind: "write",
        input: { Resources: [VolumeId], Tags: [{ Key: graceTag }] },
      },
    ]);
    expect(reapVolume.invert(reap, output, output.recycleBin.until)).toEqual(fromSnapshot);
  });
});

describe("the last snapshot", () => {
  const by = { action: "a-1", run: "r-1", began: now };
  const tagsOf = (more: Partial<typeof reap> = {}) => {
    const { input } = lastSnapshotOf({ ...reap, ...more }, by);
    const { TagSpecifications = [] } = input as {
      TagSpecifications?: { Tags: { Key: string; Value: string }[] }[];
    };
    const Tags = TagSpecifications.flatMap((each) => each.Tags);
    return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
  };

  test("says of which volume it is, when and why it was taken, by which run, and until when it stays", () => {
    expect(tagsOf()).toEqual({
      Name: "data",
      team: "web",
      [storyTag.unit]: "unattached-volumes",
      [storyTag.volume]: VolumeId,
      [storyTag.taken]: "2026-11-21",
      [storyTag.because]: "nothing was attached since 2026-11-01",
      [storyTag.action]: "a-1",
      [storyTag.run]: "r-1",
      [storyTag.expires]: "2027-11-21",
    });
    expect(tagsOf({ keepDays: 0 })).not.toHaveProperty([storyTag.expires]);
  });

  test("has no more tags than a resource takes, its token among them", () => {
    const Tags = Array.from({ length: 50 }, (_, at) => ({ Key: `key-${at}`, Value: "x" }));
    expect(Object.keys(tagsOf({ spec: { ...spec, Tags } }))).toHaveLength(49);
  });

  test("of a volume that was itself made of one tells its own story", () => {
    const Tags = [{ Key: storyTag.volume, Value: "vol-0" }];
    expect(tagsOf({ spec: { ...spec, Tags } })[storyTag.volume]).toBe(VolumeId);
  });
});

test("types with a fixed number of operations are given none", () => {
  const gp2 = { ...idle, VolumeType: "gp2" as const, Iops: 300, Throughput: undefined };
  expect(unit.state(found(gp2))).not.toHaveProperty("Iops");
});

test.each<[type: string, size: number, saves: number, iops?: number, throughput?: number]>([
  ["gp2", 100, 5],
  ["gp3", 100, 3, 3000, 125],
  ["gp3", 100, 11, 4000, 200],
  ["io2", 100, 202.5, 3000],
  ["st1", 500, 0],
  ["standard", 100, 0],
])("%s of %i GB saves %d a month", (type, size, saves, iops, throughput) => {
  expect(savesPerMonth({ type, size, iops, throughput }, "eu-west-1")).toBe(saves);
});

test("of a type whose price is not known nobody says what it saves", () => {
  expect(savesPerMonth({ type: "gp9", size: 100 }, "eu-west-1")).toBeUndefined();
});

test.each([
  { days: 0 },
  { days: 366 },
  { days: "14" },
  { day: 14 },
  { grace: 91 },
  { grace: -1 },
  { keepSnapshot: 3651 },
])("config %o is refused", (given) => {
  expect(unit.config.safeParse(given).success).toBe(false);
});
