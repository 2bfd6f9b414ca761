/** Who else decides about snapshots whose volumes are gone and that nothing needs. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import {
  legalHoldOn,
  locksIn,
  type SnapshotKeepers,
  sharedWith,
} from "../../../aws/ec2/snapshot-keepers.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { count } from "../../../sdk/counted.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import type { TracedSnapshot } from "./origin.ts";

/** A snapshot with what is known of it. */
export interface KnownSnapshot extends TracedSnapshot {
  /** What needs it. */
  readonly usedBy?: string | undefined;
}

/** A snapshot, and what is to become of it. */
export interface Leftover extends KnownSnapshot {
  /** Who else decides about it: as it reads in "managed by …". */
  readonly keptBy?: string | undefined;
  /** Too many are older: it is judged another night. */
  readonly waits?: boolean;
}

/** With whom it is shared AWS says of one at a time: of so many in a look, the oldest first. */
export const mostJudged = 2000;
const together = 8;

/** By what it says itself. */
function keptByItself({ StorageTier, Tags }: Snapshot): string | undefined {
  const hold = legalHoldOn(Tags);
  if (hold !== undefined) return hold;
  if (StorageTier === "archive") return "the archive tier, which bills its days to the end";
  return managedBy(Tags);
}

const oldestFirst = (a: KnownSnapshot, b: KnownSnapshot): number =>
  Number(a.snapshot.StartTime ?? 0) - Number(b.snapshot.StartTime ?? 0);

async function judged(
  left: readonly KnownSnapshot[],
  keepers: Pick<SnapshotKeepers, "locks" | "sharing">,
): Promise<Leftover[]> {
  if (!left.length) return [];
  const locks = await locksIn(keepers);
  return concurrently(
    left,
    async (each): Promise<Leftover> => {
      const { SnapshotId = "" } = each.snapshot;
      const own = keptByItself(each.snapshot) ?? locks.get(SnapshotId);
      return { ...each, keptBy: own ?? (await sharedWith(keepers, SnapshotId)) };
    },
    { concurrency: together },
  );
}

/**
 * All of them, the oldest leftovers first.
 * @param note tells what is left for another night
 */
export async function* judgedLeftovers(
  known: readonly KnownSnapshot[],
  keepers: Pick<SnapshotKeepers, "locks" | "sharing">,
  note: (text: string) => void,
): AsyncGenerator<Leftover> {
  const isLeftover = ({ isLeft, usedBy }: KnownSnapshot) => isLeft && usedBy === undefined;
  for (const each of known) if (!isLeftover(each)) yield each;
  const left = known.filter(isLeftover).toSorted(oldestFirst);
  yield* await judged(left.slice(0, mostJudged), keepers);
  const later = left.slice(mostJudged);
  if (later.length)
    note(
      `${count(left.length, "snapshot")} of volumes that are gone: only the oldest ${mostJudged} are judged in a night, the others when those are gone or used.`,
    );
  for (const each of later) yield { ...each, waits: true };
}
