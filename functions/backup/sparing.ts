/**
 * Which backups are spare, of whatever kind: by what the ledger says of the sets that they say they
 * belong to. Each kind has a pruner of its own, so that no role may delete backups of another kind.
 */
import * as z from "zod/mini";
import type { AutomationSearch, Remembered } from "../../sdk/automation.ts";
import { chunks } from "../../sdk/chunks.ts";
import { count } from "../../sdk/counted.ts";
import { after, hours } from "../../sdk/time.ts";
import { type SetName, setId } from "./backup-set.ts";
import { type Keep, keepInWords, retained } from "./retention.ts";
import { wallOfSlot } from "./slot.ts";

/** What the settings of every pruner say. */
export const pruningPlan = z.strictObject({
  atLeast: z
    ._default(z.int().check(z.gte(1), z.lte(1000)), 3)
    .check(z.describe("Never fewer sets than this stay of what is backed up.")),
  mostADay: z
    ._default(z.int().check(z.gte(1), z.lte(5000)), 500)
    .check(
      z.describe(
        "More backups than this in a day are asked about, whatever else the settings say.",
      ),
    ),
});

export type AskLedger = AutomationSearch<z.ZodMiniObject, []>["remembered"];

/** One backup of a set: a snapshot, or DynamoDB's backup. */
export interface Piece {
  readonly id: string;
  readonly set: SetName;
  /**
   * What it is of, by an id that is never given again: what was deleted and made anew under its name
   * is another, and keeps its last good set.
   */
  readonly resource: string;
  readonly state: "making" | "complete" | "failed";
  /** How many the set was to have. */
  readonly size: number;
  /** The action that made it, by its tag. `untagged`: its kind can have no tags. */
  readonly action: string | "untagged" | undefined;
}

/** All that says that it belongs to one set. */
export interface PieceSet extends SetName {
  readonly pieces: readonly Piece[];
}

/** Why something is spare, or why that cannot be: neither, where it is kept. */
export interface Sparing {
  readonly spare?: string;
  /** It would be spare, and the ledger does not say that it is ours. */
  readonly unknown?: string;
}

const setsOf = (pieces: readonly Piece[]): PieceSet[] =>
  [...Map.groupBy(pieces, ({ set }) => setId(set)).values()].map((members) => ({
    ...(members[0] as Piece).set,
    pieces: members,
  }));

/** As many as were to be made, none that failed, and all that was written by then is in them. */
function isGoodSet(pieces: readonly Piece[]): boolean {
  const alive = pieces.filter(({ state }) => state !== "failed");
  const size = pieces[0]?.size ?? 1;
  return (
    alive.length > 0 && alive.length >= size && alive.every(({ state }) => state === "complete")
  );
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
  output: z.union([
    z.object({ SnapshotIds: z.array(z.string()) }),
    z.object({ BackupArn: z.string() }),
  ]),
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
  const ids = "SnapshotIds" in output ? output.SnapshotIds : [output.BackupArn];
  return { keep: call.input.keep, ids, action: remembered.action };
}

export interface WhenSpare {
  /** The units that make these backups, and delete them. */
  readonly maker: string;
  /** A piece's id by the id that the record of its set has; absent: they are the same. */
  readonly pieceId?: (madeId: string, set: SetName) => string;
  readonly pruner: string;
  readonly atLeast: number;
  readonly now: Date;
  readonly remembered: AskLedger;
}

async function madeFor(set: SetName, when: WhenSpare): Promise<Made | undefined> {
  const { maker, remembered, pieceId = (id) => id } = when;
  const made = madeBy(await remembered({ unit: maker, target: setId(set) }));
  return made && { ...made, ids: made.ids.map((id) => pieceId(id, set)) };
}

/** Both must say so: anybody may write a tag, or give a backup a name. */
function isOurs({ id, action }: Piece, made: Made | undefined): boolean {
  if (!made?.ids.includes(id)) return false;
  return action === "untagged" || action === made.action;
}

/** Of a set that the retention no longer asks for some are deleted already, and the rest is spare too. */
async function isRest({ pieces }: PieceSet, made: Made, when: WhenSpare): Promise<boolean> {
  const here = new Set(pieces.map(({ id }) => id));
  const missing = made.ids.filter((id) => !here.has(id));
  const deleted = await Promise.all(
    missing.map((target) => when.remembered({ unit: when.pruner, target })),
  );
  return missing.length > 0 && deleted.every((action) => action !== undefined);
}

/** No place on earth is further ahead. */
const furthestAhead = hours(14);
/** So many sets are looked up at once. */
const together = 16;

interface KnownSet extends PieceSet {
  /** As the ledger has it; nothing where it has no such set. */
  readonly made: Made | undefined;
}

async function knownSets(sets: readonly PieceSet[], when: WhenSpare): Promise<KnownSet[]> {
  const known: KnownSet[] = [];
  for (const some of chunks(sets, together))
    known.push(
      ...(await Promise.all(some.map(async (set) => ({ ...set, made: await madeFor(set, when) })))),
    );
  return known;
}

const wallOf = ({ slot }: SetName): number => wallOfSlot(slot) ?? Number.NEGATIVE_INFINITY;

/** It counts: whole, complete, and ours by what it bears and by the ledger. */
const counts = (set: KnownSet): boolean =>
  wallOfSlot(set.slot) !== undefined &&
  isGoodSet(set.pieces) &&
  set.pieces.every((piece) => isOurs(piece, set.made));

/** Of all sets of one thing. One that somebody has made up counts for nothing: else it could take the place of one that is real. */
async function standingsOfOne(
  pieces: readonly Piece[],
  when: WhenSpare,
): Promise<ReadonlyMap<string, Sparing>> {
  const { atLeast, now, maker } = when;
  const standings = new Map<string, Sparing>();
  const known = await knownSets(setsOf(pieces), when);
  const good = known.filter(counts);
  const [newest] = good.toSorted((a, b) => wallOf(b) - wallOf(a));
  // As the newest set was made: that is how long sets are to be kept now.
  const keep = newest?.made?.keep;
  if (!newest || !keep) return standings;
  const wall = after(now, furthestAhead).getTime();
  const kept = retained(good, ({ slot }) => slot, { keep, atLeast, now: wall });
  const spare = `the retention (${keepInWords(keep)}, at least ${atLeast}) no longer asks for it; ${count(kept.size, "set")} of ${newest.about} stay, the newest of ${newest.slot}`;
  const unknown = `it says that ${maker} made it, and the ledger does not`;
  const isGood = new Set<KnownSet>(good);
  for (const set of known) {
    if (kept.has(set) || wallOf(set) >= wallOf(newest)) continue;
    if (!isGood.has(set) && set.made && !(await isRest(set, set.made, when))) continue;
    for (const piece of set.pieces)
      standings.set(piece.id, isOurs(piece, set.made) ? { spare } : { unknown });
  }
  return standings;
}

/** @returns by the id of a backup, where it is not simply kept */
export async function standingsOf(
  pieces: readonly Piece[],
  when: WhenSpare,
): Promise<ReadonlyMap<string, Sparing>> {
  const standings = new Map<string, Sparing>();
  for (const some of Map.groupBy(pieces, ({ resource }) => resource).values())
    for (const [id, standing] of await standingsOfOne(some, when)) standings.set(id, standing);
  return standings;
}
