/** Which sets are copied: the newest of each thing, as far as the pruning of copies would leave them. */
import * as z from "zod/mini";
import type { AutomationSearch, Remembered } from "../../../sdk/automation.ts";
import { compareText } from "../../../sdk/compare.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { after, hours } from "../../../sdk/time.ts";
import { type BackupSet, isGood, maker, type SetName, setId, tagIn, tagOf } from "../backup-set.ts";
import { recordedKeep } from "../recorded-keep.ts";
import { type Keep, retained } from "../retention.ts";

/** A backup, and what the ledger says of it: nothing where it does not say that it is ours. */
export type LedgerBackup<B extends SetName> = B & { readonly keep: Keep | undefined };

export type KnownBackup = LedgerBackup<BackupSet>;

const record = z.object({
  call: z.object({ input: z.object({ keep: recordedKeep }) }),
  output: z.object({ SnapshotIds: z.array(z.string()) }),
});

/** Both the ledger and the tags must say that it is ours. */
function keepOf({ snapshots }: BackupSet, remembered: Remembered | undefined): Keep | undefined {
  const read = record.safeParse(remembered);
  if (!remembered || !read.success) return undefined;
  const { output, call } = read.data;
  const isOurs = snapshots.every(
    (each) =>
      output.SnapshotIds.includes(each.SnapshotId ?? "") &&
      tagIn(each, tagOf.action) === remembered.action,
  );
  return isOurs ? call.input.keep : undefined;
}

export interface Choosing {
  readonly newest: number;
  readonly now: Date;
  readonly remembered: AutomationSearch<z.ZodMiniObject, []>["remembered"];
}

/** So many things are looked up at once. */
const together = 16;

async function known(set: BackupSet, { remembered }: Choosing): Promise<KnownBackup> {
  return { ...set, keep: keepOf(set, await remembered({ unit: maker, target: setId(set) })) };
}

/** @returns them all, whatever the ledger says of each */
export const allKnown = (sets: readonly BackupSet[], choosing: Choosing): Promise<KnownBackup[]> =>
  concurrently(sets, (set) => known(set, choosing), { concurrency: together });

/**
 * What somebody has made up by tags takes no other's place.
 * @param goods of one thing
 * @param keepFor what the ledger says of one
 * @returns the newest that the ledger knows, the newest first
 */
export async function newestKept<B extends SetName>(
  goods: readonly B[],
  most: number,
  keepFor: (backup: B) => Promise<Keep | undefined>,
): Promise<LedgerBackup<B>[]> {
  const found: LedgerBackup<B>[] = [];
  for (const backup of goods.toSorted((a, b) => compareText(b.slot, a.slot))) {
    if (found.length >= most) break;
    const keep = await keepFor(backup);
    if (keep) found.push({ ...backup, keep });
  }
  return found;
}

const newestOfOne = (sets: readonly BackupSet[], choosing: Choosing): Promise<KnownBackup[]> =>
  newestKept(
    sets.filter(({ snapshots }) => isGood(snapshots)),
    choosing.newest,
    async (set) => (await known(set, choosing)).keep,
  );

/** @returns the newest good sets of each thing that the ledger knows too, of each the newest first */
export const newestKnown = (
  sets: readonly BackupSet[],
  choosing: Choosing,
): Promise<KnownBackup[][]> =>
  concurrently(
    Map.groupBy(sets, ({ about }) => about).values(),
    (ofOne) => newestOfOne(ofOne, choosing),
    { concurrency: together },
  );

/** No place on earth is further ahead. */
const furthestAhead = hours(14);

/**
 * Without those that the retention would take away again: a copy that is pruned in the night and
 * made anew the next hour is paid for each time.
 * @param newest of one thing, the newest first
 * @param slots of all that there is of it: sets, and copies where these would lie
 */
export function worthCopying<B extends LedgerBackup<SetName>>(
  newest: readonly B[],
  slots: Iterable<string>,
  now: Date,
): B[] {
  const [first] = newest;
  if (!first?.keep) return [];
  const wall = after(now, furthestAhead).getTime();
  const kept = retained([...new Set(slots)], (slot) => slot, {
    keep: first.keep,
    atLeast: 1,
    now: wall,
  });
  return newest.filter((set) => set === first || kept.has(set.slot));
}
