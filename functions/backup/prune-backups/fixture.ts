import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  LockSnapshotCommand,
  ModifySnapshotAttributeCommand,
  RegisterImageCommand,
  type Tag,
} from "@aws-sdk/client-ec2";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { maker, pruner, type SetName, setId, tagOf } from "../backup-set.ts";
import { keepInWords } from "../retention.ts";

/** One set a month is kept, and what else the least number asks for. */
export const seededKeep = { hourly: 0, daily: 2, weekly: 0, monthly: 2, yearly: 0 };

/** By their names for people; each of a slot of its own. */
const slots: Readonly<Record<string, string>> = {
  newest: "2026-11-21",
  "the day before": "2026-11-20",
  "first of november": "2026-11-01",
  "first of october": "2026-10-01",
  "spare-1": "2026-11-10",
  "spare-2": "2026-11-11",
  "a legal hold": "2026-11-12",
  locked: "2026-11-13",
  "of an image": "2026-11-14",
  shared: "2026-11-15",
  exempt: "2026-11-16",
  "made up by tags": "2026-11-17",
};

const rest = { slot: "2026-11-09", name: "the rest of a set" };

interface SeedPlace {
  readonly aws: TestAccount;
  readonly store: Store;
  readonly ec2: EC2Client;
}

interface SeedSet {
  readonly volume: string;
  readonly slot: string;
  /** What people call it. */
  readonly name: string;
  /** Whether the ledger knows of it. */
  readonly recorded?: boolean;
  /** A snapshot that is there already. */
  readonly snapshot?: string | undefined;
  /** What else belonged to it, and is gone. */
  readonly missing?: readonly string[];
}

async function madeOf({ ec2 }: SeedPlace, volume: string): Promise<string> {
  const { SnapshotId = "" } = await ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
  return SnapshotId;
}

interface SeededAction {
  readonly volume: string;
  readonly slot: string;
  /** What was made. */
  readonly ids: readonly string[];
  /** Absent: what makes sets. */
  readonly unit?: string;
  /** Absent: the set. */
  readonly target?: string;
}

/** What the ledger says of the making of a set, or of its copy. */
export function recordOf({ aws }: Pick<SeedPlace, "aws">, action: SeededAction): ActionRecord {
  const { volume, slot, ids, unit = maker, target = setId({ about: volume, slot }) } = action;
  const run = `${unit}.${slot.replaceAll("-", "")}T010500.00000000`;
  return {
    unit,
    account: aws.account,
    region: aws.region,
    target,
    within: volume,
    id: `${run}.${volume.slice(-10)}`,
    run,
    at: new Date(`${slot}T01:05:00Z`),
    because: "it had none",
    digest: "seeded",
    call: { operation: "flow:back-up-volumes", input: { about: volume, slot, keep: seededKeep } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { slot, snapshots: [] },
    outcome: "applied",
    output: { SnapshotIds: ids },
    verified: true,
    held: null,
    error: null,
  };
}

/** As what made it would have tagged each. */
export const setTags = (
  { unit, id, run }: ActionRecord,
  { about, slot }: SetName,
  size: number,
) => ({
  [tagOf.unit]: unit,
  [tagOf.about]: about,
  [tagOf.slot]: slot,
  [tagOf.keep]: keepInWords(seededKeep),
  [tagOf.size]: String(size),
  [tagOf.action]: id,
  [tagOf.run]: run,
});

/** @returns the snapshot's id */
export async function seedSet(
  place: SeedPlace,
  { volume, slot, name, recorded = true, snapshot, missing = [] }: SeedSet,
): Promise<string> {
  const { store, ec2 } = place;
  const SnapshotId = snapshot ?? (await madeOf(place, volume));
  const record = recordOf(place, { volume, slot, ids: [...missing, SnapshotId] });
  const tags = { Name: name, ...setTags(record, { about: volume, slot }, missing.length + 1) };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await ec2.send(new CreateTagsCommand({ Resources: [SnapshotId], Tags }));
  if (recorded) await store.transact([putAction("unit", record), asLastChange("unit", record)]);
  return SnapshotId;
}

export async function makeVolume(ec2: EC2Client, zone: string): Promise<string> {
  const { VolumeId = "" } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: zone, Size: 8 }),
  );
  return VolumeId;
}

/** Of two, one was deleted before: what is left is no set any more, and spare too. */
async function restOfSet(place: SeedPlace, volume: string): Promise<void> {
  const missing = "snap-0000000000000001";
  const record = recordOf(place, { volume, slot: rest.slot, ids: [missing] });
  const deletion: ActionRecord = {
    ...record,
    unit: pruner,
    id: `${pruner}.20261120T044500.00000000.0000000001`,
    run: `${pruner}.20261120T044500.00000000`,
    target: missing,
    call: { operation: "ec2:DeleteSnapshot", input: { SnapshotId: missing } },
    output: {},
  };
  await place.store.transact([putAction("unit", deletion), asLastChange("unit", deletion)]);
  await seedSet(place, { ...rest, volume, missing: [missing] });
}

/** moto makes a snapshot for each image, whatever it is asked to make it of. */
async function ofImage(ec2: EC2Client): Promise<string | undefined> {
  await ec2.send(new RegisterImageCommand({ Name: "of a backup", RootDeviceName: "/dev/sda1" }));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
  return Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId;
}

async function keepByOthers(ec2: EC2Client, ids: Readonly<Record<string, string>>): Promise<void> {
  const tag = (name: string, Key: string, Value: string) =>
    ec2.send(new CreateTagsCommand({ Resources: [ids[name] ?? ""], Tags: [{ Key, Value }] }));
  await tag("a legal hold", tagOf.hold, "case 7");
  await tag("exempt", "nightshift:exempt", "owner=ann@example.com");
  await ec2.send(new LockSnapshotCommand({ SnapshotId: ids.locked, LockMode: "governance" }));
  await ec2.send(
    new ModifySnapshotAttributeCommand({
      SnapshotId: ids.shared,
      Attribute: "createVolumePermission",
      OperationType: "add",
      UserIds: ["210987654321"],
    }),
  );
}

/** Without those that differ each time. */
const shown = (tags: readonly Tag[]): string[] =>
  tags
    .filter(({ Key }) => Key !== tagOf.action && Key !== tagOf.about)
    .map(({ Key, Value }) => `${Key}=${Value}`)
    .sort();

export const fixture: AutomationFixture = {
  settings: { config: { atLeast: 2 }, irreversible: "act" },
  async seed(aws, store) {
    const ec2 = aws.client(EC2Client);
    const volume = await makeVolume(ec2, `${aws.region}a`);
    const ids: Record<string, string> = {};
    await restOfSet({ aws, store, ec2 }, volume);
    const image = await ofImage(ec2);
    for (const [name, slot] of Object.entries(slots)) {
      const recorded = name !== "made up by tags";
      const snapshot = name === "of an image" ? image : undefined;
      ids[name] = await seedSet({ aws, store, ec2 }, { volume, slot, name, recorded, snapshot });
    }
    await ec2.send(new CreateSnapshotCommand({ VolumeId: volume, Description: "by hand" }));
    await keepByOthers(ec2, ids);
  },
  async look(aws) {
    const { Snapshots = [] } = await aws
      .client(EC2Client)
      .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    const here = new Map(
      Snapshots.map(({ Tags = [], Description, VolumeSize }) => [
        Tags.find(({ Key }) => Key === "Name")?.Value ?? Description,
        { VolumeSize, tags: shown(Tags) },
      ]),
    );
    const names = [...Object.keys(slots), rest.name, "by hand"];
    return Object.fromEntries(names.map((name) => [name, here.get(name) ?? "gone"]));
  },
  wrong: ["spare-1", "spare-2", rest.name],
  held: {
    "a legal hold": "managed",
    locked: "managed",
    "of an image": "managed",
    shared: "managed",
    exempt: "exemption",
    "made up by tags": "managed",
  },
};
