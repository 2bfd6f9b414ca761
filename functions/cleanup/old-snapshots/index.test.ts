import type {
  DescribeFastSnapshotRestoreSuccessItem,
  Image,
  ImageRecycleBinInfo,
  LaunchTemplateVersion,
  Snapshot,
  Volume,
} from "@aws-sdk/client-ec2";
import { CreateTagsCommand, DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { nextSweep, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { fixture } from "./fixture.ts";
import unit from "./index.ts";
import { mostJudged } from "./leftover.ts";

const now = new Date("2026-11-21T03:10:00Z");
const long = { now, since: before(now, days(80)) };

const snapshot: Snapshot = {
  SnapshotId: "snap-1",
  VolumeId: "vol-1",
  State: "completed",
  VolumeSize: 100,
  StartTime: new Date("2025-01-01T00:00:00Z"),
};
const left = { snapshot, isLeft: true, isTaken: false, others: 0 };

describe("what is proposed", () => {
  test("the last snapshot of a volume that is gone, unneeded for two months, with what the archive tier would cost", () => {
    const sized = { ...left, snapshot: { ...snapshot, FullSnapshotSizeInBytes: 100 * 1024 ** 3 } };
    const proposal = proposeFor(unit, sized, long);
    expect(proposal).toMatchObject({
      savesPerMonth: 5,
      call: { operation: "ec2:DeleteSnapshot", input: { SnapshotId: "snap-1" } },
    });
    expect(proposal?.because).toBe(
      "its volume vol-1 is gone, and nothing has needed it since 2026-09-02; it is the last of that volume; the archive tier would keep it, for at least 90 days, for $1.25 a month instead of $5.00 (aws ec2 modify-snapshot-tier --storage-tier archive --snapshot-id snap-1)",
    );
  });

  test.each<[what: string, more: Partial<Snapshot>, others: number]>([
    ["a size that AWS does not say", {}, 0],
    ["blocks that others of its volume may have", { FullSnapshotSizeInBytes: 1024 ** 4 }, 2],
    ["one on an Outpost", { FullSnapshotSizeInBytes: 1024 ** 4, OutpostArn: "arn:aws:x" }, 0],
  ])("of %s no price is known, and no archive offered", (_, more, others) => {
    const found = { ...left, snapshot: { ...snapshot, ...more }, others };
    const proposal = proposeFor(unit, found, long);
    expect(proposal).toBeDefined();
    expect(proposal).not.toHaveProperty("savesPerMonth");
    expect(proposal?.because).not.toMatch(/archive/);
  });

  test.each<[what: string, more: object, since?: Date]>([
    ["whose volume is there", { isLeft: false }],
    ["that something needs", { usedBy: "the image ami-1" }],
    ["that is judged another night", { waits: true }],
    ["that is still being made", { snapshot: { ...snapshot, State: "pending" } }],
    ["that failed, which costs nothing", { snapshot: { ...snapshot, State: "error" } }],
    ["left over for a day less", {}, before(now, days(59))],
  ])("one %s is left alone", (_, more, since = long.since) => {
    expect(proposeFor(unit, { ...left, ...more }, { now, since })).toBeUndefined();
  });

  test("one that nobody has measured yet is left alone", () =>
    expect(proposeFor(unit, left, { now })).toBeUndefined());

  test.each([
    [{}, true],
    [{ isTaken: true }, false],
    [{ isLeft: false }, false],
    [{ usedBy: "AWS Backup" }, false],
  ])("with %o the time is measured: %s", (more, counts) =>
    expect(unit.counts?.({ ...left, ...more })).toBe(counts),
  );
});

interface Account {
  readonly snapshots?: readonly Snapshot[];
  readonly volumes?: readonly Volume[];
  readonly own?: readonly Image[];
  readonly sharedIn?: readonly Image[];
  readonly recycled?: readonly ImageRecycleBinInfo[];
  readonly versions?: readonly LaunchTemplateVersion[];
  readonly quick?: readonly DescribeFastSnapshotRestoreSuccessItem[];
}

/** An account that answers from lists; what is asked of it is remembered. */
function accountOf(account: Account) {
  const asked: string[] = [];
  const answers = (operation: string, input: object): readonly unknown[] => {
    switch (operation) {
      case "ec2:DescribeSnapshots":
        return account.snapshots ?? [];
      case "ec2:DescribeVolumes":
        return account.volumes ?? [];
      case "ec2:DescribeImages":
        return ("Owners" in input ? account.own : account.sharedIn) ?? [];
      case "ec2:ListImagesInRecycleBin":
        return account.recycled ?? [];
      case "ec2:DescribeLaunchTemplates":
        return account.versions ? [{ LaunchTemplateId: "lt-1", LaunchTemplateName: "web" }] : [];
      case "ec2:DescribeLaunchTemplateVersions":
        return account.versions ?? [];
      case "ec2:DescribeFastSnapshotRestores":
        return account.quick ?? [];
      default:
        return [];
    }
  };
  const read = ({ operation, input }: { operation: string; input: object }) => {
    asked.push(operation);
    if (operation === "ec2:DescribeSnapshotAttribute") return Promise.resolve({});
    return (async function* () {
      yield* answers(operation, input);
    })();
  };
  return { read: read as never, asked };
}

async function lookAt(account: Account) {
  const { read, asked } = accountOf(account);
  const notes: string[] = [];
  const search = {
    ...long,
    read,
    account: "123456789012",
    region: "eu-central-1",
    regions: ["eu-central-1"],
    only: undefined,
    config: unit.config.parse({}),
    pages: (() => {}) as never,
    remembered: async () => undefined,
    madeBy: async () => undefined,
    keptOn: async () => [],
    note: (text: string) => notes.push(text),
  };
  const found = await Array.fromAsync(unit.find(search) as AsyncIterable<typeof left>);
  const proposed = found.filter((each) => proposeFor(unit, each, long));
  return { found, proposed: proposed.map((each) => each.snapshot.SnapshotId), notes, asked };
}

const image: Image = {
  ImageId: "ami-1",
  BlockDeviceMappings: [{ Ebs: { SnapshotId: "snap-1" } }],
};
const tagged = (Key: string, Value = "x") => [{ ...snapshot, Tags: [{ Key, Value }] }];

describe("what others' tools have deleted, or failed at, is left alone:", () => {
  test.each<[what: string, account: Account]>([
    ["one whose volume is there", { volumes: [{ VolumeId: "vol-1" }] }],
    ["that of an image", { own: [image] }],
    ["that of an image that is disabled", { own: [{ ...image, State: "disabled" }] }],
    [
      "that of an image that is deprecated",
      { own: [{ ...image, DeprecationTime: "2024-01-01T00:00:00.000Z" }] },
    ],
    ["that of an image that another account shares", { sharedIn: [{ ...image, OwnerId: "2" }] }],
    [
      "that of an image that is in the Recycle Bin",
      {
        snapshots: [{ ...snapshot, Description: "Created by CreateImage(i-1) for ami-0abc12" }],
        recycled: [{ ImageId: "ami-0abc12" }],
      },
    ],
    [
      "one that an old version of a launch template names",
      {
        versions: [
          {
            VersionNumber: 1,
            LaunchTemplateData: { BlockDeviceMappings: [{ Ebs: { SnapshotId: "snap-1" } }] },
          },
          { VersionNumber: 2, LaunchTemplateData: {} },
        ],
      },
    ],
    [
      "one that is kept quick, which EC2 refuses to delete",
      { quick: [{ SnapshotId: "snap-1", State: "enabled", AvailabilityZone: "eu-central-1a" }] },
    ],
    ["a recovery point of AWS Backup", { snapshots: tagged("aws:backup:source-resource") }],
    ["one of a lifecycle policy", { snapshots: tagged("aws:dlm:lifecycle-policy-id") }],
    ["one of a lifecycle policy that is gone", { snapshots: tagged("dlm:managed", "true") }],
    ["one of Velero", { snapshots: tagged("velero.io/backup") }],
    ["one of the CSI driver", { snapshots: tagged("CSIVolumeSnapshotName") }],
    ["a backup of ours", { snapshots: tagged("nightshift:unit", "volume-backups") }],
    ["a last snapshot of ours", { snapshots: tagged("nightshift:unit", "unattached-volumes") }],
    [
      "a copy, or an import: they name no volume",
      { snapshots: [{ ...snapshot, VolumeId: "vol-ffffffff" }] },
    ],
    ["one that names nothing", { snapshots: [{ ...snapshot, VolumeId: undefined }] }],
  ])("%s", async (_, account) => {
    const { found, proposed } = await lookAt({ snapshots: [snapshot], ...account });
    expect(found).toHaveLength(1);
    expect(proposed).toEqual([]);
  });

  test("and without any of that it is proposed", async () =>
    expect((await lookAt({ snapshots: [snapshot] })).proposed).toEqual(["snap-1"]));

  test("fast restores that were ended need nothing, nor does an image in the bin that it does not name", async () => {
    const quick = [{ SnapshotId: "snap-1", State: "disabled" as const }];
    const recycled = [{ ImageId: "ami-0other" }];
    expect((await lookAt({ snapshots: [snapshot], quick, recycled })).proposed).toEqual(["snap-1"]);
  });
});

describe("a volume that was made of it", () => {
  const volume = (CreateTime: Date): Volume => ({
    VolumeId: "vol-2",
    SnapshotId: "snap-1",
    CreateTime,
  });

  test.each([
    ["yesterday begins the time anew", before(now, days(1)), false],
    ["a month ago does not need it any more", before(now, days(30)), true],
  ])("%s", async (_, made, counts) => {
    const { found } = await lookAt({ snapshots: [snapshot], volumes: [volume(made)] });
    expect(found.map((each) => unit.counts?.(each))).toEqual([counts]);
  });

  test("of many the last counts", async () => {
    const volumes = [volume(now), volume(before(now, days(30)))];
    const { found } = await lookAt({ snapshots: [snapshot], volumes });
    expect(found.map((each) => unit.counts?.(each))).toEqual([false]);
  });
});

test("of very many the oldest are judged first, and the rest is told", async () => {
  const snapshots = Array.from({ length: mostJudged + 5 }, (_, nth) => ({
    ...snapshot,
    SnapshotId: `snap-${nth}`,
    VolumeId: `vol-${nth}`,
    StartTime: new Date(Date.UTC(2025, 0, 1) - nth * 1000),
  }));
  const { found, proposed, notes, asked } = await lookAt({ snapshots });
  expect(found).toHaveLength(snapshots.length);
  expect(proposed).toHaveLength(mostJudged);
  expect(proposed[0]).toBe(`snap-${mostJudged + 4}`);
  expect(proposed).not.toContain("snap-0");
  expect(notes).toEqual([expect.stringMatching(/only the oldest 2000 are judged in a night/)]);
  expect(asked.filter((each) => each === "ec2:DescribeSnapshotAttribute")).toHaveLength(mostJudged);
});

test("where every volume is there, nobody is asked what needs snapshots", async () => {
  const { asked } = await lookAt({ snapshots: [snapshot], volumes: [{ VolumeId: "vol-1" }] });
  expect(new Set(asked)).toEqual(new Set(["ec2:DescribeSnapshots", "ec2:DescribeVolumes"]));
});

async function opened(settings: Partial<UnitSettings>): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, settings);
  onTestFinished(() => delivery.close());
  return delivery;
}
const namesIn = async ({ aws }: TestDelivery) => {
  const asked = new DescribeSnapshotsCommand({ OwnerIds: ["self"] });
  const { Snapshots = [] } = await aws.client(EC2Client).send(asked);
  return Snapshots.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === "Name")?.Value);
};

test("it asks first, also in act: what only a snapshot holds does not come back by itself", async () => {
  const delivery = await opened({ mode: "act", irreversible: "ask" });
  await delivery.deliver();
  await delivery.later(days(61));
  const run = await delivery.deliver({ start: nextSweep(delivery) });
  expect(run.outcome).toBe("waiting");
  expect(await namesIn(delivery)).toContain("left over");
});

test.each([
  "DescribeVolumes",
  "DescribeImages",
  "ListImagesInRecycleBin",
  "DescribeLaunchTemplateVersions",
  "DescribeLaunchConfigurations",
  "DescribeFastSnapshotRestores",
  "DescribeLockedSnapshots",
  "DescribeSnapshotAttribute",
])("where %s is denied nothing is deleted: an error is no empty list", async (operation) => {
  const delivery = await opened({ irreversible: "act" });
  await delivery.deliver();
  await delivery.later(days(61));
  const before = await namesIn(delivery);
  delivery.proxy.fault((call) => call.operation === operation, "denied");
  await expect(delivery.deliver({ start: nextSweep(delivery) })).rejects.toThrow();
  expect(await namesIn(delivery)).toEqual(before);
});

test("one that is exempted between two looks stays", async () => {
  const delivery = await opened({ irreversible: "act" });
  await delivery.deliver();
  await delivery.later(days(61));
  const ec2 = delivery.aws.client(EC2Client);
  const { Snapshots = [] } = await ec2.send(
    new DescribeSnapshotsCommand({ Filters: [{ Name: "tag:Name", Values: ["left over"] }] }),
  );
  await ec2.send(
    new CreateTagsCommand({
      Resources: [Snapshots[0]?.SnapshotId ?? ""],
      Tags: [{ Key: "nightshift:exempt", Value: "owner=ann@example.com" }],
    }),
  );
  await delivery.deliver({ start: nextSweep(delivery) });
  const names = await namesIn(delivery);
  expect(names).toContain("left over");
  expect(names).not.toContain("left over too");
});

test.each([{ days: 13 }, { days: 3651 }, { days: "60" }, { day: 60 }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);
