/** Snapshots of a region, and what became of the volumes that they are of. */
import type { Filter, Snapshot, Volume } from "@aws-sdk/client-ec2";
import { describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { before, days } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfOrigin = [describeSnapshots, describeVolumes] as const;
type Read = Reader<typeof readsOfOrigin>;

export interface TracedSnapshot {
  readonly snapshot: Snapshot;
  /** Its volume is gone. Of a copy, or of what was imported, nobody can say so. */
  readonly isLeft: boolean;
  /** A volume that is there was made of it within the last days. */
  readonly isTaken: boolean;
  /** How many other snapshots there are of its volume. */
  readonly others: number;
}

/** What AWS says in place of a volume for copies and imports. */
const noVolume = "vol-ffffffff";

/** Longer than between two nightly looks. */
const lookBack = days(2);

/** A filter takes so many values. */
const filterValues = 200;

const mine = { OwnerIds: ["self"] };

async function* byFilter<T>(
  Name: string,
  values: Iterable<string>,
  ask: (Filters: Filter[]) => AsyncIterable<T>,
): AsyncGenerator<T> {
  for (const Values of chunks([...values], filterValues)) yield* ask([{ Name, Values }]);
}

/** Those that are asked about, and all others of the same volumes. */
async function snapshotsConcerned(
  read: Read,
  only: readonly string[] | undefined,
): Promise<Snapshot[]> {
  if (!only) return Array.fromAsync(read(describeSnapshots(mine)));
  const ask = (Filters: Filter[]) => read(describeSnapshots({ ...mine, Filters }));
  const asked = await Array.fromAsync(byFilter("snapshot-id", only, ask));
  const volumes = new Set(asked.map(({ VolumeId = noVolume }) => VolumeId));
  volumes.delete(noVolume);
  const ofThem = await Array.fromAsync(byFilter("volume-id", volumes, ask));
  return [...asked.filter(({ VolumeId = noVolume }) => VolumeId === noVolume), ...ofThem];
}

/** What the volumes that are there say of snapshots. */
interface VolumesThere {
  readonly ids: Set<string>;
  /** By the id of a snapshot, when the last volume was made of it. */
  readonly madeOf: Map<string, Date>;
}

function take({ ids, madeOf }: VolumesThere, { VolumeId = "", SnapshotId, CreateTime }: Volume) {
  ids.add(VolumeId);
  if (!SnapshotId || !CreateTime) return;
  const known = madeOf.get(SnapshotId);
  if (!known || known < CreateTime) madeOf.set(SnapshotId, CreateTime);
}

async function volumesThere(
  read: Read,
  concerned: readonly Snapshot[] | undefined,
): Promise<VolumesThere> {
  const there: VolumesThere = { ids: new Set(), madeOf: new Map() };
  if (!concerned) {
    for await (const volume of read(describeVolumes({}))) take(there, volume);
    return there;
  }
  const ask = (Filters: Filter[]) => read(describeVolumes({ Filters }));
  const sources = new Set(concerned.map(({ VolumeId = noVolume }) => VolumeId));
  const snapshots = concerned.map(({ SnapshotId = "" }) => SnapshotId);
  for await (const volume of byFilter("volume-id", sources, ask)) take(there, volume);
  for await (const volume of byFilter("snapshot-id", snapshots, ask)) take(there, volume);
  return there;
}

export interface Tracing {
  /** `undefined`: all of the account's own. */
  readonly only: readonly string[] | undefined;
  readonly now: Date;
}

/** Snapshots are listed before volumes: a volume that is made meanwhile is there for its snapshots. */
export async function tracedSnapshots(
  read: Read,
  { only, now }: Tracing,
): Promise<TracedSnapshot[]> {
  const concerned = await snapshotsConcerned(read, only);
  const { ids, madeOf } = await volumesThere(read, only && concerned);
  const ofVolume = new Map<string, number>();
  for (const { VolumeId = noVolume } of concerned)
    ofVolume.set(VolumeId, (ofVolume.get(VolumeId) ?? 0) + 1);
  const asked = only && new Set(only);
  return concerned
    .filter(({ SnapshotId = "" }) => !asked || asked.has(SnapshotId))
    .map((snapshot) => {
      const { SnapshotId = "", VolumeId = noVolume } = snapshot;
      const taken = madeOf.get(SnapshotId);
      return {
        snapshot,
        isLeft: VolumeId !== noVolume && !ids.has(VolumeId),
        isTaken: taken !== undefined && taken > before(now, lookBack),
        others: (ofVolume.get(VolumeId) ?? 1) - 1,
      };
    });
}
