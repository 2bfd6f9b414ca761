/** Which snapshots are spare: by what the ledger says of the sets that they say they belong to. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import type { AutomationSearch, Remembered } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { count } from "../../../sdk/counted.ts";
import { after, hours } from "../../../sdk/time.ts";
import { type BackupSet, isGood, maker, type SetName, setId, tagIn, tagOf } from "../backup-set.ts";
import { type Keep, keepInWords, retained } from "../retention.ts";
import { wallOfSlot } from "../slot.ts";

export const pruner = "prune-backups";

type Ask = AutomationSearch<z.ZodMiniObject, []>["remembered"];

/** Why something is spare, or why that cannot be: neither, where it is kept. */
export interface Sparing {
  readonly spare?: string;
  /** It would be spare, and the ledger does not say that it is ours. */
  readonly unknown?: string;
}

/** What the record of a set holds that this goes by. */
const record = z.object({
  call: z.object({
    input: z.object({
      keep: z.object({
        hourly: z.number(),
        daily: z.number(),
        weekly: z.number(),
        monthly: z.number(),
        yearly: z.number(),
      }),
    }),
  }),
  output: z.object({ SnapshotIds: z.array(z.string()) }),
});

interface Made {
  readonly keep: Keep;
  readonly ids: readonly string[];
  readonly action: string;
}

function madeBy(remembered: Remembered | undefined): Made | undefined {
  const read = record.safeParse(remembered);
  if (!remembered || !read.success) return undefined;
  const { call, output } = read.data;
  return { keep: call.input.keep, ids: output.SnapshotIds, action: remembered.action };
}

const madeFor = async (set: SetName, ask: Ask): Promise<Made | undefined> =>
  madeBy(await ask({ unit: maker, target: setId(set) }));

const nobodyKnows = `its tags say that ${maker} made it, and the ledger does not`;

/** Both must say so: anybody may write a tag. */
function isOurs({ SnapshotId = "", ...snapshot }: Snapshot, made: Made | undefined): boolean {
  if (!made) return false;
  return made.ids.includes(SnapshotId) && tagIn(snapshot, tagOf.action) === made.action;
}

/** Of a set that the retention no longer asks for some are deleted already, and the rest is spare too. */
async function isRest({ snapshots }: BackupSet, made: Made, ask: Ask): Promise<boolean> {
  const here = new Set(snapshots.map(({ SnapshotId }) => SnapshotId));
  const missing = made.ids.filter((id) => !here.has(id));
  const deleted = await Promise.all(missing.map((target) => ask({ unit: pruner, target })));
  return missing.length > 0 && deleted.every((action) => action !== undefined);
}

/** No place on earth is further ahead. */
const furthestAhead = hours(14);
/** So many sets are looked up at once. */
const together = 16;

export interface WhenSpare {
  readonly atLeast: number;
  readonly now: Date;
  readonly remembered: Ask;
}

interface KnownSet extends BackupSet {
  /** As the ledger has it; nothing where it has no such set. */
  readonly made: Made | undefined;
}

async function knownSets(sets: readonly BackupSet[], ask: Ask): Promise<KnownSet[]> {
  const known: KnownSet[] = [];
  for (const some of chunks(sets, together))
    known.push(
      ...(await Promise.all(some.map(async (set) => ({ ...set, made: await madeFor(set, ask) })))),
    );
  return known;
}

const wallOf = ({ slot }: SetName): number => wallOfSlot(slot) ?? Number.NEGATIVE_INFINITY;

/** It counts: whole, complete, and ours by its tags and by the ledger. */
const counts = (set: KnownSet): boolean =>
  wallOfSlot(set.slot) !== undefined &&
  isGood(set.snapshots) &&
  set.snapshots.every((snapshot) => isOurs(snapshot, set.made));

/**
 * Of all sets of one instance or volume. One that somebody has made up by tags counts for nothing:
 * else it could take the place of one that is real.
 * @returns by snapshot id, where it is not simply kept
 */
export async function standingsOf(
  sets: readonly BackupSet[],
  { atLeast, now, remembered }: WhenSpare,
): Promise<ReadonlyMap<string, Sparing>> {
  const standings = new Map<string, Sparing>();
  const known = await knownSets(sets, remembered);
  const good = known.filter(counts);
  const [newest] = good.toSorted((a, b) => wallOf(b) - wallOf(a));
  // As the newest set was made: that is how long sets are to be kept now.
  const keep = newest?.made?.keep;
  if (!newest || !keep) return standings;
  const wall = after(now, furthestAhead).getTime();
  const kept = retained(good, ({ slot }) => slot, { keep, atLeast, now: wall });
  const words = `the retention (${keepInWords(keep)}, at least ${atLeast}) no longer asks for it; ${count(kept.size, "set")} of ${newest.about} stay, the newest of ${newest.slot}`;
  const isGoodSet = new Set<KnownSet>(good);
  for (const set of known) {
    if (kept.has(set) || wallOf(set) >= wallOf(newest)) continue;
    if (!isGoodSet.has(set) && set.made && !(await isRest(set, set.made, remembered))) continue;
    for (const snapshot of set.snapshots)
      standings.set(
        snapshot.SnapshotId ?? "",
        isOurs(snapshot, set.made) ? { spare: words } : { unknown: nobodyKnows },
      );
  }
  return standings;
}
