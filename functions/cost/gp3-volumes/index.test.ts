import type { Volume, VolumeModification } from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { modifyVolume } from "../../../aws/ec2/volume.ts";
import { before, days, hours, minutes } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { costPerMonth } from "../volume-cost.ts";
import { asQuickAs } from "./as-quick.ts";
import { fixture } from "./fixture.ts";
import unit from "./index.ts";

const now = new Date("2026-11-21T03:20:00Z");
const here = {
  account: "123456789012",
  region: "eu-west-1",
  now,
  since: undefined,
  config: unit.config.parse({}),
};
const VolumeId = "vol-1";
const volume: Volume = { VolumeId, State: "in-use", VolumeType: "gp2", Size: 100, Iops: 300 };
const modified = (more: Partial<VolumeModification>): VolumeModification => ({
  VolumeId,
  ModificationState: "completed",
  StartTime: before(now, days(3)),
  ...more,
});
const proposed = (more: Partial<Volume> = {}, last?: VolumeModification) =>
  unit.propose({ volume: { ...volume, ...more }, last }, here);

describe("what is proposed", () => {
  test("a gp2 volume becomes gp3 with all that it could burst to", () => {
    expect(proposed()).toEqual({
      because:
        "gp3 with 3000 operations and 128 MiB a second costs less and is never slower than this gp2",
      call: modifyVolume({ VolumeId, VolumeType: "gp3", Iops: 3000, Throughput: 128 }),
      savesPerMonth: 1.88,
    });
  });

  test.each<[what: string, more: Partial<Volume>, last?: VolumeModification]>([
    ["being made", { State: "creating" }],
    ["without a size", { Size: undefined }],
    ["without an id", { VolumeId: undefined }],
    ["gp3 already", { VolumeType: "gp3" }],
    ["io1, which the config does not name", { VolumeType: "io1", Iops: 2000 }],
    ["on an Outpost", { OutpostArn: "arn:aws:outposts:…" }],
    ["shared by instances", { MultiAttachEnabled: true }],
    ["being modified", {}, modified({ ModificationState: "modifying" })],
    ["being optimized since yesterday", {}, modified({ ModificationState: "optimizing" })],
    ["modified less than six hours ago", {}, modified({ StartTime: before(now, hours(5)) })],
    [
      "of a modification that failed a moment ago",
      {},
      modified({ ModificationState: "failed", StartTime: before(now, minutes(5)) }),
    ],
    ["modified nobody knows when", {}, modified({ StartTime: undefined })],
  ])("one that is %s is left alone", (_, more, last) => {
    expect(proposed(more, last)).toBeUndefined();
  });

  test.each<[what: string, more: Partial<Volume>, last?: VolumeModification]>([
    ["attached to nothing", { State: "available" }],
    ["attached by a service, without an instance", { Attachments: [{ State: "attached" }] }],
    ["modified seven hours ago", {}, modified({ StartTime: before(now, hours(7)) })],
  ])("one that is %s is changed", (_, more, last) => {
    expect(proposed(more, last)).toBeDefined();
  });
});

test.each<[type: string, size: number, iops: number | undefined, quick: object | undefined]>([
  ["gp2", 5, 100, undefined],
  ["gp2", 6, 100, undefined],
  ["gp2", 7, 100, { iops: 3000, throughput: 128, saves: 0.02 }],
  ["gp2", 170, 510, { iops: 3000, throughput: 128, saves: 3.28 }],
  ["gp2", 171, 513, undefined],
  ["gp2", 250, 750, undefined],
  ["gp2", 251, 753, { iops: 3000, throughput: 250, saves: 0.02 }],
  ["gp2", 1000, 3000, { iops: 3000, throughput: 250, saves: 15 }],
  ["gp2", 1001, 3003, { iops: 3003, throughput: 250, saves: 15.01 }],
  ["gp2", 5333, 15_999, { iops: 15_999, throughput: 250, saves: 36.67 }],
  ["gp2", 16_384, 16_000, { iops: 16_000, throughput: 250, saves: 257.68 }],
  // What AWS says of its operations is not asked: they go by the size.
  ["gp2", 2000, undefined, { iops: 6000, throughput: 250, saves: 20 }],
  ["io1", 100, 100, { iops: 3000, throughput: 125, saves: 11 }],
  ["io1", 100, 2000, { iops: 3000, throughput: 500, saves: 119.5 }],
  ["io1", 400, 16_000, { iops: 16_000, throughput: 500, saves: 978 }],
  ["io1", 400, 16_001, undefined],
  ["io1", 2000, 64_000, undefined],
  ["io1", 100, undefined, undefined],
  ["io2", 100, 3000, undefined],
  ["st1", 500, undefined, undefined],
  ["gp9", 500, undefined, undefined],
])("%s of %i GiB with %s operations: %o", (type, size, iops, quick) => {
  expect(asQuickAs({ type, size, iops }, "eu-west-1")).toEqual(quick);
});

test("of no size does a gp2 volume become slower or dearer", () => {
  for (let size = 1; size <= 16_384; size += 1) {
    const quick = asQuickAs({ type: "gp2", size }, "eu-west-1");
    if (!quick) continue;
    expect(quick.iops).toBeGreaterThanOrEqual(Math.max(3000, Math.min(16_000, 3 * size)));
    expect(quick.throughput).toBeGreaterThanOrEqual(size <= 170 ? 128 : 250);
    const cost = costPerMonth({ type: "gp3", size, ...quick }, "eu-west-1");
    expect(cost).toBeLessThan(size * 0.1);
  }
});

describe("the state", () => {
  test("of gp2 is its type alone, of others what they were given", () => {
    expect(unit.state({ volume })).toEqual({ VolumeType: "gp2" });
    expect(unit.state({ volume: { ...volume, VolumeType: "io1", Iops: 2000 } })).toEqual({
      VolumeType: "io1",
      Iops: 2000,
    });
  });

  test("of what is on its way is where it goes, whatever AWS still shows", () => {
    const last = modified({
      ModificationState: "modifying",
      TargetVolumeType: "gp3",
      TargetIops: 3000,
      TargetThroughput: 128,
    });
    expect(unit.state({ volume, last })).toEqual({
      VolumeType: "gp3",
      Iops: 3000,
      Throughput: 128,
    });
    expect(unit.state({ volume, last: { ...last, ModificationState: "failed" } })).toEqual({
      VolumeType: "gp2",
    });
  });

  test.each([[{ VolumeType: "gp2" as const }], [{ VolumeType: "io1" as const, Iops: 2000 }]])(
    "%o is put back as it was",
    (state) => {
      const calls = unit.restore?.calls(state, { target: VolumeId, within: undefined });
      expect(calls).toEqual(modifyVolume({ VolumeId, ...state }));
    },
  );
});

test.each<[what: string, volume: Volume, managed: RegExp | undefined]>([
  ["nobody", volume, undefined],
  ["EKS Auto Mode", { ...volume, Operator: { Managed: true, Principal: "eks" } }, /eks/],
  [
    "the CSI driver",
    { ...volume, Tags: [{ Key: "ebs.csi.aws.com/cluster", Value: "true" }] },
    /CSI/,
  ],
  [
    "a stack",
    { ...volume, Tags: [{ Key: "aws:cloudformation:stack-name", Value: "shop" }] },
    /CloudFormation stack shop/,
  ],
])("what %s manages is named so", (_, managed, by) => {
  const { managed: said = "nobody" } = unit.target({ volume: managed });
  expect(said).toMatch(by ?? /^nobody$/);
});

test.each(["DescribeVolumesModifications", "DescribeVolumes"])(
  "where %s is denied nothing is changed: a modification may run",
  async (operation) => {
    const delivery = await open(unit, fixture.seed, fixture.settings);
    onTestFinished(() => delivery.close());
    const before = await fixture.look(delivery.aws);
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await fixture.look(delivery.aws)).toEqual(before);
  },
);

test.each([{ types: [] }, { types: ["io2"] }, { types: "gp2" }, { type: ["gp2"] }])(
  "config %o is refused",
  (given) => {
    expect(unit.config.safeParse(given).success).toBe(false);
  },
);
