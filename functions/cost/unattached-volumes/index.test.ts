import type { Volume } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import unit, { reapVolume } from "./index.ts";
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

describe("what is proposed", () => {
  test("a volume that nothing was attached to for two weeks, with what makes it again", () => {
    expect(unit.propose(found(idle), here)).toEqual({
      because: "nothing has been attached to it since 2026-11-01",
      savesPerMonth: 11,
      call: reapVolume({ VolumeId, spec }),
    });
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

test("the way back is a volume from the last snapshot, as it was", () => {
  const { Tags, ...rest } = spec;
  expect(reapVolume.invert({ VolumeId, spec }, { SnapshotId: "snap-1" })).toEqual([
    {
      operation: "ec2:CreateVolume",
      kind: "write",
      input: {
        ...rest,
        SnapshotId: "snap-1",
        TagSpecifications: [{ ResourceType: "volume", Tags }],
      },
    },
  ]);
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
  ["gp9", 100, 0],
])("%s of %i GB saves %d a month", (type, size, saves, iops, throughput) => {
  expect(savesPerMonth(type, size, iops, throughput)).toBe(saves);
});

test.each([{ days: 0 }, { days: 366 }, { days: "14" }, { day: 14 }])(
  "config %o is refused",
  (given) => {
    expect(unit.config.safeParse(given).success).toBe(false);
  },
);
