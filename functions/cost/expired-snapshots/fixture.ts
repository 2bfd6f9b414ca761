import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  LockSnapshotCommand,
  ModifySnapshotAttributeCommand,
  RegisterImageCommand,
  type Tag,
} from "@aws-sdk/client-ec2";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import { writtenStep } from "../../../ledger/flows.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { storyTag, taker } from "../unattached-volumes/last-snapshot.ts";

/** What a flow is to have taken, and what the ledger says of it. */
export interface SeededSnapshot {
  readonly name: string;
  /** The day in its tag; nothing where it has none. */
  readonly expires?: string;
  /** The flow's outcome; nothing where the ledger has no such flow. */
  readonly outcome?: ActionRecord["outcome"];
  readonly tags?: Readonly<Record<string, string>>;
  /** A snapshot that is there already. */
  readonly made?: string | undefined;
  readonly keepDays?: number;
}

const past = "2021-01-31";
/** A retention rule of the embedded account's Recycle Bin goes by this tag. */
const kept = { recycle: "yes" };

const seeded: readonly SeededSnapshot[] = [
  { name: "its time is over", expires: past, outcome: "applied", tags: kept },
  { name: "of a flow that failed", expires: past, outcome: "failed", tags: kept },
  { name: "to be kept for longer", expires: "2999-01-31", outcome: "applied" },
  { name: "to be kept for good", outcome: "applied" },
  { name: "of a flow at work", expires: past, outcome: "begun" },
  { name: "promised until later", expires: past, outcome: "applied", keepDays: 365_000 },
  { name: "made up by tags", expires: past },
  {
    name: "exempt",
    expires: past,
    outcome: "applied",
    tags: { "nightshift:exempt": "owner=ann@example.com" },
  },
  {
    name: "a legal hold",
    expires: past,
    outcome: "applied",
    tags: { "nightshift:legal-hold": "case 7" },
  },
  { name: "locked", expires: past, outcome: "applied" },
  { name: "shared", expires: past, outcome: "applied" },
  { name: "of an image", expires: past, outcome: "applied" },
];

/** Of each region its own: the ledger has those of all regions. */
const runIn = (region: string): string =>
  `${taker}.20200101T023000.${Buffer.from(region).toString("hex").slice(0, 8)}`;

interface SeededRecord {
  readonly id: string;
  readonly VolumeId: string;
  readonly SnapshotId: string;
  readonly outcome: ActionRecord["outcome"];
  readonly keepDays: number;
}

const recordOf = (
  { account, region }: TestAccount,
  { id, VolumeId, SnapshotId, outcome, keepDays }: SeededRecord,
): ActionRecord => ({
  unit: taker,
  account,
  region,
  target: VolumeId,
  within: null,
  id,
  run: runIn(region),
  at: new Date("2020-01-01T02:30:00Z"),
  because: "nothing has been attached to it since 2019-12-01",
  digest: "seeded",
  call: { operation: "flow:reap-volume", input: { VolumeId, keepDays } },
  undo: null,
  once: null,
  savesPerMonth: null,
  before: null,
  outcome,
  output: { SnapshotId },
  verified: null,
  held: null,
  error: null,
});

async function madeOf(ec2: EC2Client, zone: string): Promise<string> {
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 8 }));
  const { SnapshotId = "" } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
  await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  return SnapshotId;
}

/** @returns the snapshot's id */
export async function seedLastSnapshot(
  aws: TestAccount,
  store: Store,
  { name, expires, outcome, tags = {}, made, keepDays = 30, nth }: SeededSnapshot & { nth: number },
): Promise<string> {
  const ec2 = aws.client(EC2Client);
  const SnapshotId = made ?? (await madeOf(ec2, `${aws.region}a`));
  const asked = new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] });
  const VolumeId = (await ec2.send(asked)).Snapshots?.[0]?.VolumeId ?? "";
  const run = runIn(aws.region);
  const id = `${run}.${String(nth).padStart(10, "0")}`;
  const all = {
    Name: name,
    [storyTag.unit]: taker,
    [storyTag.volume]: VolumeId,
    [storyTag.taken]: "2020-01-08",
    [storyTag.because]: "nothing was attached since 2019-12-01",
    [storyTag.action]: id,
    [storyTag.run]: run,
    ...(expires && { [storyTag.expires]: expires }),
    ...tags,
  };
  const Tags = Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
  await ec2.send(new CreateTagsCommand({ Resources: [SnapshotId], Tags }));
  if (!outcome) return SnapshotId;
  const record = recordOf(aws, { id, VolumeId, SnapshotId, outcome, keepDays });
  const call = { operation: "ec2:CreateSnapshot", input: { VolumeId } };
  const written = { at: new Date(0), call, state: "done" as const, output: { SnapshotId } };
  await store.transact([
    putAction("unit", record),
    asLastChange("unit", record),
    writtenStep({ unit: taker, run, action: id }, 0, written),
  ]);
  return SnapshotId;
}

/** moto makes a snapshot for each image, whatever it is asked to make it of. */
async function ofImage(ec2: EC2Client): Promise<string | undefined> {
  await ec2.send(new RegisterImageCommand({ Name: "of a disk", RootDeviceName: "/dev/sda1" }));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
  return Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId;
}

const changing: ReadonlySet<string> = new Set([storyTag.action, storyTag.run, storyTag.volume]);

/** Without those that differ each time. */
const shown = (tags: readonly Tag[]): string[] =>
  tags
    .filter(({ Key = "" }) => !changing.has(Key))
    .map(({ Key, Value }) => `${Key}=${Value}`)
    .sort();

export const fixture: AutomationFixture = {
  settings: { irreversible: "act" },
  async seed(aws, store) {
    const ec2 = aws.client(EC2Client);
    const image = await ofImage(ec2);
    const ids: Record<string, string> = {};
    for (const [nth, each] of seeded.entries()) {
      const made = each.name === "of an image" ? image : undefined;
      ids[each.name] = await seedLastSnapshot(aws, store, { ...each, made, nth });
    }
    await ec2.send(new LockSnapshotCommand({ SnapshotId: ids.locked, LockMode: "governance" }));
    await ec2.send(
      new ModifySnapshotAttributeCommand({
        SnapshotId: ids.shared,
        Attribute: "createVolumePermission",
        OperationType: "add",
        UserIds: ["210987654321"],
      }),
    );
  },
  async look(aws) {
    const { Snapshots = [] } = await aws
      .client(EC2Client)
      .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    const there = new Map(
      Snapshots.map(({ Tags = [], VolumeSize }) => [
        Tags.find(({ Key }) => Key === "Name")?.Value,
        { VolumeSize, tags: shown(Tags) },
      ]),
    );
    return Object.fromEntries(seeded.map(({ name }) => [name, there.get(name) ?? "gone"]));
  },
  wrong: ["its time is over", "of a flow that failed"],
  held: {
    "made up by tags": "managed",
    exempt: "exemption",
    "a legal hold": "managed",
    locked: "managed",
    shared: "managed",
    "of an image": "managed",
  },
};
