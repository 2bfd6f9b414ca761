/**
 * Which backups are spare, of whatever kind: by what the ledger says of the sets that they say they
 * belong to. Each kind has a pruner of its own, so that no role may delete backups of another kind.
 */
import * as z from "zod/mini";
import type { AutomationSearch, Maker, Remembered } from "../../sdk/automation.ts";
import { chunks } from "../../sdk/chunks.ts";
import { count } from "../../sdk/counted.ts";
import { after, hours } from "../../sdk/time.ts";
import { type SetName, setId } from "./backup-set.ts";
import { recordedKeep } from "./recorded-keep.ts";
import { type Keep, keepInWords, retained } from "./retention.ts";
import { wallOfSlot } from "./slot.ts";

/** What the settings of every pruner say. */
export const pruningFields = {
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
};
export const pruningPlan = z.strictObject(pruningFields);

type Asking = AutomationSearch<z.ZodMiniObject, []>;
export type AskLedger = Asking["remembered"];
export type AskMaker = Asking["madeBy"];

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
  /** The run of that action, by its tag. */
  readonly run?: string | undefined;
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

/** What the record of a set holds that this goes by. */
const record = z.object({
  call: z.object({
    input: z.object({
      keep: recordedKeep,
      has: z.optional(z.array(z.object({ id: z.string(), action: z.string() }))),
    }),
  }),
  output: z.union([
    z.object({ ImageId: z.string() }),
    z.object({ SnapshotIds: z.array(z.string()) }),
    z.object({ Manifest: z.string() }),
    z.object({ BackupArn: z.string() }),
  ]),
});

function idsIn(output: z.output<typeof record>["output"]): readonly string[] {
  if ("ImageId" in output) return [output.ImageId];
  if ("Manifest" in output) return [output.Manifest];
  return "SnapshotIds" in output ? output.SnapshotIds : [output.BackupArn];
}

interface Made {
  readonly keep: Keep;
  /** By the id of each, the action that made it: this one, or one before that made a part. */
  readonly actions: ReadonlyMap<string, string>;
}

function madeBy(remembered: Remembered | undefined): Made | undefined {
  const read = record.safeParse(remembered);
  if (!remembered || !read.success) return undefined;
  const { call, output } = read.data;
  const { keep, has = [] } = call.input;
  const ids = idsIn(output);
  const earlier = new Map(has.map(({ id, action }) => [id, action]));
  const actions = new Map(ids.map((id) => [id, earlier.get(id) ?? remembered.action]));
  return { keep, actions };
}

export interface WhenSpare {
  /** The units that make these backups, and delete them. */
  readonly maker: string;
  /** What a set is called in the ledger; absent: `setId`. */
  readonly target?: (set: SetName) => string;
  /** A piece's id by the id that the record of its set has; absent: they are the same. */
  readonly pieceId?: (madeId: string, set: SetName) => string;
  readonly pruner: string;
  readonly atLeast: number;
  readonly now: Date;
  readonly remembered: AskLedger;
  /** Where what is made bears its action and run: what of it was left by half can then be told. */
  readonly madeBy?: AskMaker;
}

async function madeFor(set: SetName, when: WhenSpare): Promise<Made | undefined> {
  const { maker, remembered, pieceId = (id) => id, target = setId } = when;
  const made = madeBy(await remembered({ unit: maker, target: target(set) }));
  if (!made) return undefined;
  const actions = [...made.actions].map(([id, action]) => [pieceId(id, set), action] as const);
  return { ...made, actions: new Map(actions) };
}

/** Both must say so: anybody may write a tag, or give a backup a name. */
function isOurs({ id, action }: Piece, made: Made | undefined): boolean {
  const maker = made?.actions.get(id);
  return maker !== undefined && (action === "untagged" || action === maker);
}

/** The action of ours that made it, by what the ledger says: also where no set came of it. */
async function makerOf(
  piece: Piece,
  { maker, madeBy: ask }: WhenSpare,
): Promise<Maker | undefined> {
  const { id, action, run } = piece;
  if (!ask || !run || !action || action === "untagged") return undefined;
  return ask({ unit: maker, run, action }, id);
}

/** Of a set that the retention no longer asks for some are deleted already, and the rest is spare too. */
async function isRest({ pieces }: PieceSet, made: Made, when: WhenSpare): Promise<boolean> {
  const here = new Set(pieces.map(({ id }) => id));
  const missing = [...made.actions.keys()].filter((id) => !here.has(id));
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

/**
 * It counts: all that the ledger says was made of it is there, bears that, and is complete. What
 * somebody made up beside that takes nothing from it.
 */
function counts({ slot, pieces, made }: KnownSet): boolean {
  if (wallOfSlot(slot) === undefined || !made) return false;
  const own = pieces.filter((piece) => isOurs(piece, made) && piece.state === "complete");
  const size = Math.max(made.actions.size, own[0]?.size ?? 1);
  return own.length >= size;
}

/** What is said of pieces that are not kept. */
interface Words {
  readonly spare: string;
  readonly unknown: string;
  readonly left: string;
}

/** What is known of all sets of one thing. */
interface KnownSets {
  readonly newest: KnownSet;
  readonly good: ReadonlySet<KnownSet>;
  readonly kept: ReadonlySet<KnownSet>;
  readonly words: Words;
}

type Standing = readonly [id: string, Sparing];

/** Of what the record of its set does not have; nothing where an action is still at it. */
async function standingOfOther(
  piece: Piece,
  { words: { left, unknown } }: KnownSets,
  when: WhenSpare,
): Promise<Standing[]> {
  const by = await makerOf(piece, when);
  if (!by) return [[piece.id, { unknown }]];
  return by.isOver ? [[piece.id, { spare: left }]] : [];
}

async function standingsInSet(
  set: KnownSet,
  sets: KnownSets,
  when: WhenSpare,
): Promise<Standing[]> {
  const { newest, good, kept, words } = sets;
  const [own = [], others = []] = [true, false].map((isOwn) =>
    set.pieces.filter((piece) => isOurs(piece, set.made) === isOwn),
  );
  const judged = () => Promise.all(others.map((piece) => standingOfOther(piece, sets, when)));
  if (kept.has(set) || wallOf(set) >= wallOf(newest)) {
    // What a set is whole without is spare; of one that is not whole all stays.
    if (!good.has(set)) return [];
    return (await judged()).flat().filter(([, { spare }]) => spare !== undefined);
  }
  if (!good.has(set) && set.made && !(await isRest(set, set.made, when))) return [];
  const spare = own.map(({ id }): Standing => [id, { spare: words.spare }]);
  return [...spare, ...(await judged()).flat()];
}

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
  const stay = `${count(kept.size, "set")} of ${newest.about} stay, the newest of ${newest.slot}`;
  const words = {
    spare: `the retention (${keepInWords(keep)}, at least ${atLeast}) no longer asks for it; ${stay}`,
    unknown: `it says that ${maker} made it, and the ledger does not`,
    left: `${maker} made it for a set that became none, or was made without it, and is no longer at it; ${stay}`,
  };
  const sets = { newest, good: new Set(good), kept, words };
  for (const set of known)
    for (const [id, standing] of await standingsInSet(set, sets, when)) standings.set(id, standing);
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
