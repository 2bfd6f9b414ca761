/**
 * What pruners of snapshots have in common, wherever those lie: snapshots as pieces of their sets, who
 * else keeps one, and how it is shown.
 */
import type { Filter, Snapshot } from "@aws-sdk/client-ec2";
import {
  imagesIn,
  legalHoldOn,
  locksIn,
  type SnapshotKeepers,
  sharedWith,
} from "../../aws/ec2/snapshot-keepers.ts";
import { chunks } from "../../sdk/chunks.ts";
import { managedBy } from "../../sdk/managed-by.ts";
import { setNameIn, tagIn, tagOf } from "./backup-set.ts";
import { type Piece, type Sparing, standingsOf, type WhenSpare } from "./sparing.ts";

function stateOf({ State }: Snapshot): Piece["state"] {
  if (State === "error") return "failed";
  return State === "completed" ? "complete" : "making";
}

export const piecesOf = (snapshots: readonly Snapshot[]): Piece[] =>
  snapshots.flatMap((snapshot) => {
    const set = setNameIn(snapshot);
    if (!set) return [];
    return [
      {
        id: snapshot.SnapshotId ?? "",
        set,
        resource: set.about,
        state: stateOf(snapshot),
        size: Number(tagIn(snapshot, tagOf.size) ?? 1),
        action: tagIn(snapshot, tagOf.action),
        run: tagIn(snapshot, tagOf.run),
      },
    ];
  });

/** A filter takes so many values. */
const filterValues = 200;

/** Asks for those of a pruner's maker that fit these too. */
export type AskSnapshots = (more: readonly Filter[]) => AsyncIterable<Snapshot>;

async function snapshotsBy(ask: AskSnapshots, Name: string, values: Iterable<string>) {
  const found: Snapshot[] = [];
  for (const Values of chunks([...values], filterValues))
    for await (const each of ask([{ Name, Values: [...Values] }])) found.push(each);
  return found;
}

/**
 * Whether one is spare only all of the same instance or volume say.
 * @param only ids of what is asked about; `undefined`: all
 */
async function concernedSnapshots(
  ask: AskSnapshots,
  only: readonly string[] | undefined,
): Promise<Snapshot[]> {
  if (!only) return Array.fromAsync(ask([]));
  const asked = await snapshotsBy(ask, "snapshot-id", only);
  const abouts = new Set(asked.flatMap((each) => setNameIn(each)?.about ?? []));
  return snapshotsBy(ask, `tag:${tagOf.about}`, abouts);
}

/** A snapshot, and whether it is spare. */
export interface JudgedSnapshot {
  readonly snapshot: Snapshot;
  readonly standing: Sparing;
  /** What else keeps it: as it reads in "managed by …". */
  readonly keptBy: string | undefined;
}

/** What its own fields say; all else is asked only for what is spare. */
function keptByItself(snapshot: Snapshot): string | undefined {
  const hold = legalHoldOn(snapshot.Tags);
  if (hold !== undefined) return hold;
  if (snapshot.StorageTier === "archive")
    return "the archive tier, which bills its days to the end";
  return managedBy(snapshot.Tags);
}

type Reason = (SnapshotId: string) => Promise<string | undefined>;

async function reasonsFor(keepers: SnapshotKeepers, isAnySpare: boolean): Promise<Reason> {
  if (!isAnySpare) return async () => undefined;
  const [locks, images] = await Promise.all([locksIn(keepers), imagesIn(keepers)]);
  return async (id) => locks.get(id) ?? images.get(id) ?? (await sharedWith(keepers, id));
}

export interface Pruning {
  /** All of one maker, or of what is asked about. */
  readonly ask: AskSnapshots;
  readonly only: readonly string[] | undefined;
  readonly when: WhenSpare;
  readonly keepers: SnapshotKeepers;
}

/** @returns those that are asked about, each with what is to become of it */
export async function* judgedSnapshots({
  ask,
  only,
  when,
  keepers,
}: Pruning): AsyncIterable<JudgedSnapshot> {
  const all = await concernedSnapshots(ask, only);
  const standings = await standingsOf(piecesOf(all), when);
  const snapshots = only ? all.filter(({ SnapshotId = "" }) => only.includes(SnapshotId)) : all;
  const standingOf = ({ SnapshotId = "" }: Snapshot): Sparing => standings.get(SnapshotId) ?? {};
  const isAnySpare = snapshots.some((each) => standingOf(each).spare !== undefined);
  const reasonFor = await reasonsFor(keepers, isAnySpare);
  for (const snapshot of snapshots) {
    const standing = standingOf(snapshot);
    const own = standing.unknown ?? keptByItself(snapshot);
    const keptBy = own ?? (standing.spare ? await reasonFor(snapshot.SnapshotId ?? "") : undefined);
    yield { snapshot, standing, keptBy };
  }
}

/** How an automation shows and guards one. */
export const spareSnapshot = {
  target({ snapshot, keptBy }: JudgedSnapshot) {
    const { SnapshotId, Tags = [] } = snapshot;
    const about = setNameIn(snapshot)?.about;
    return {
      id: SnapshotId,
      tags: Tags,
      managed: keptBy,
      ...(about && { within: { id: about, tags: {} } }),
    };
  },

  name({ snapshot }: JudgedSnapshot) {
    const { about, slot } = setNameIn(snapshot) ?? {};
    return about && `${tagIn(snapshot, "Name") ?? about}, ${slot}, ${snapshot.VolumeId}`;
  },

  state: ({ snapshot }: JudgedSnapshot) => ({
    slot: setNameIn(snapshot)?.slot,
    VolumeId: snapshot.VolumeId,
    VolumeSize: snapshot.VolumeSize,
    StartTime: snapshot.StartTime,
  }),

  becomes: () => null,
};
