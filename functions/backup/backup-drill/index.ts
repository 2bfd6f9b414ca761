/**
 * Restores backups in rotation, sees whether they are whole, measures how long that took, and takes
 * away what it made. A backup that was never restored is a hope. What it found out stands in the
 * ledger, and as a tag on the snapshots for people. Only sets are drilled that the ledger says
 * `volume-backups` made: a tag alone makes nobody restore anything.
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import { type AutomationSearch, automation, type Remembered } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { compareText } from "../../../sdk/compare.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { count } from "../../../sdk/counted.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { dollars } from "../../../sdk/money.ts";
import { after, before, days, hours } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import {
  type BackupSet,
  isGood,
  maker,
  oursByTag,
  setId,
  setNameOf,
  setsIn,
  tagIn,
  tagOf,
} from "../backup-set.ts";
import { askedUnpriced } from "../drill-fields.ts";
import { type DrillWord, driller, drillText, drillWordIn, recordedDrill } from "../drilled.ts";
import { namedValidator } from "../validator.ts";
import { checkAsked, checkInWords, costOfCheck, inDrill } from "./check.ts";
import { namedForCheck } from "./check-config.ts";
import { config } from "./config.ts";
import {
  costsShown,
  drillCost,
  shownCost,
  summedCosts,
  usualLength,
  volumePriceIn,
} from "./cost.ts";
import { drillVolumes } from "./drill-volumes.ts";
import { turnsOf } from "./rotation.ts";

const reads = [describeSnapshots] as const;
type Read = Reader<typeof reads>;
type Search = AutomationSearch<typeof config, typeof reads>;

/** A filter takes so many values. */
const filterValues = 200;
/** So many sets are looked up at once. */
const atOnce = 16;
/** What was drilled since belongs to the same night. */
const night = hours(20);

interface Found extends BackupSet {
  /** US dollars; nothing where the price is not known. */
  readonly cost: number | undefined;
  /** What its last drill found out. */
  readonly word: DrillWord | undefined;
  /** Whether it is its turn. */
  readonly isTurn: boolean;
  /** Whether the ledger says that it is ours. */
  readonly isKnown: boolean;
}

async function snapshotsOf(read: Read, sets: readonly string[]): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  const abouts = new Set(sets.flatMap((id) => setNameOf(id)?.about ?? []));
  for (const Values of chunks([...abouts], filterValues)) {
    const Filters = [...oursByTag.Filters, { Name: `tag:${tagOf.about}`, Values }];
    for await (const each of read(describeSnapshots({ ...oursByTag, Filters }))) found.push(each);
  }
  return found;
}

const made = z.object({ output: z.object({ SnapshotIds: z.array(z.string()) }) });

/** Those that hold something. */
const alive = ({ snapshots }: Pick<BackupSet, "snapshots">): Snapshot[] =>
  snapshots.filter(({ State }) => State !== "error");

/** Both must say so: anybody may write a tag. */
function isOf(set: BackupSet, remembered: Remembered | undefined): boolean {
  const record = made.safeParse(remembered);
  if (!remembered || !record.success) return false;
  const ids = new Set(record.data.output.SnapshotIds);
  return alive(set).every(({ SnapshotId = "" }) => ids.has(SnapshotId));
}

const gigabytesOf = (set: BackupSet): number =>
  alive(set).reduce((sum, { VolumeSize = 0 }) => sum + VolumeSize, 0);
const costOf = (set: BackupSet, region: string): number | undefined =>
  drillCost(gigabytesOf(set), usualLength, volumePriceIn(region));

/** With its check, where that fits. */
function wholeCostOf(
  set: BackupSet,
  { config: { check, budget }, region }: Pick<Search, "config" | "region">,
): number | undefined {
  const cost = costOf(set, region);
  const limits = { cost, budget, region, price: volumePriceIn(region) };
  const asked = checkAsked(check, set.about, { ...limits, volumes: alive(set).length });
  return summedCosts(cost, costOfCheck(asked));
}

const wordIn = ({ snapshots: [first] }: BackupSet): DrillWord | undefined =>
  first && drillWordIn(first);

const bySlot = (a: BackupSet, b: BackupSet): number => compareText(a.slot, b.slot);

/** The newest good set of something, and when anything of that was drilled. */
interface Waiting extends BackupSet {
  readonly cost: number | undefined;
  readonly last: Date | undefined;
  readonly word: DrillWord | undefined;
}

/** What the ledger says of the newest set that says by its tag that it was drilled. */
async function lastWord(sets: readonly BackupSet[], { remembered }: Search) {
  const newest = sets
    .filter((set) => wordIn(set))
    .toSorted((a, b) => Number(wordIn(a)?.at) - Number(wordIn(b)?.at))
    .at(-1);
  if (!newest) return undefined;
  const record = recordedDrill.safeParse(
    await remembered({ unit: driller, target: setId(newest) }),
  );
  return record.success ? { set: newest, word: record.data.output } : undefined;
}

async function waitingIn(sets: readonly BackupSet[], search: Search): Promise<Waiting[]> {
  const abouts = [...Map.groupBy(sets, ({ about }) => about).values()];
  const all = await concurrently(
    abouts,
    async (ofOne): Promise<Waiting[]> => {
      const newest = ofOne
        .filter(({ snapshots }) => isGood(snapshots))
        .toSorted(bySlot)
        .at(-1);
      if (!newest) return [];
      const last = await lastWord(ofOne, search);
      const word = last && setId(last.set) === setId(newest) ? last.word : undefined;
      return [{ ...newest, cost: costOf(newest, search.region), last: last?.word.at, word }];
    },
    { concurrency: atOnce },
  );
  return all.flat();
}

/** It is not to be drilled again now. */
const isSettled = (
  { word }: Pick<Waiting, "word">,
  { now, config: { again } }: Pick<Search, "now" | "config">,
): boolean => word !== undefined && (word.result === "good" || after(word.at, days(again)) > now);

/** A night has so many places, and so much money: what was drilled in it has had its part. */
function whoseTurn(all: readonly Waiting[], search: Search): ReadonlySet<Waiting> {
  const { now, config: limits } = search;
  const tonight = all.filter(({ last }) => last !== undefined && last > before(now, night));
  const spent = tonight.reduce((sum, each) => sum + (wholeCostOf(each, search) ?? 0), 0);
  const waiting = all
    .filter((each) => !isSettled(each, search) && !tonight.includes(each))
    .map((each) => ({ ...each, of: each, cost: wholeCostOf(each, search) }));
  const turns = turnsOf(waiting, {
    places: limits.mostANight - tonight.length,
    budget: limits.budget - spent,
    name: now.toISOString().slice(0, 10),
  });
  return new Set([...turns].map(({ of }) => of));
}

async function isOurs(set: BackupSet, { remembered }: Search): Promise<boolean> {
  return isOf(set, await remembered({ unit: maker, target: setId(set) }));
}

/** Of one that is asked for by name, which is at work or has just ended, the tag is believed. */
async function* askedFor(search: Search, only: readonly string[]): AsyncIterable<Found> {
  const sets = new Map(
    setsIn(await snapshotsOf(search.read, only)).map((set) => [setId(set), set]),
  );
  for (const id of only) {
    const name = setNameOf(id);
    if (!name) continue;
    // One whose snapshots are gone is still what a drill is about: what it made is taken away.
    const set = sets.get(id) ?? { ...name, snapshots: [] };
    const word = wordIn(set);
    const isTurn = isGood(set.snapshots) && !isSettled({ word }, search);
    yield {
      ...set,
      cost: costOf(set, search.region),
      word,
      isTurn,
      isKnown: isTurn && (await isOurs(set, search)),
    };
  }
}

export default automation({
  id: driller,
  family: "backup",
  summary: "Restores backups in rotation, checks them, measures the time, and takes all away again",
  on: [sweep("cron(30 3 * * ? *)", { window: hours(1) })],
  config,
  remembers: [maker, driller],
  // Room for those that fail and are tried again: what is proposed in a night is limited above.
  named: (settings) => ({ ...namedValidator(settings), ...namedForCheck(settings) }),
  caps: ({ mostANight }) => ({ changes: 4 * mostANight, percent: 100 }),
  reads,
  writes: [drillVolumes],
  lost: [
    "That a backup was drilled is forgotten; what the drill made of it, volumes and instance, is gone already.",
  ],

  async *find(search) {
    const { read, only } = search;
    if (only) return yield* askedFor(search, only);
    const sets = setsIn(await Array.fromAsync(read(describeSnapshots(oursByTag))));
    const all = await waitingIn(sets, search);
    const known = new Map(
      await concurrently(
        all.filter((each) => !isSettled(each, search)),
        async (each) => [each, await isOurs(each, search)] as const,
        { concurrency: atOnce },
      ),
    );
    const turns = whoseTurn(
      all.filter((each) => known.get(each) !== false),
      search,
    );
    for (const each of all)
      yield { ...each, isTurn: turns.has(each), isKnown: known.get(each) === true } satisfies Found;
  },

  target: ({ about, slot, snapshots }) => ({
    id: setId({ about, slot }),
    tags: snapshots.flatMap(({ Tags = [] }) => Tags),
    within: { id: about, tags: {} },
  }),

  name({ about, slot, snapshots: [first] }) {
    const name = first && tagIn(first, "Name");
    return `${name ? `${name} (${about})` : about}, ${slot}`;
  },

  state: ({ slot, word }) => ({ slot, drilled: word ? drillText(word) : "never" }),
  becomes: ({ slot }) => ({ slot, drilled: "with its result and the time that it took" }),

  propose({ isTurn, isKnown, ...set }, { config, region }) {
    if (!isKnown) return;
    const { budget, slowest, validator, check } = config;
    const { about, slot, cost, word } = set;
    const snapshots = alive(set);
    if (cost !== undefined && cost > budget)
      throw new CannotJudge(
        `its drill would cost ${shownCost(cost)}, and ${dollars(budget)} is what all drills of a night may cost: raise \`budget\`, or exempt it`,
      );
    if (!isTurn) return;
    const name = snapshots[0] && tagIn(snapshots[0], "Name");
    const price = volumePriceIn(region);
    const limits = { cost, budget, volumes: snapshots.length, region, price };
    const asked = checkAsked(check, about, limits);
    const whole = summedCosts(cost, costOfCheck(asked));
    const before = word ? `its drill found it ${word.result}` : "it was never restored";
    return {
      because: `${before}: a drill of ${count(snapshots.length, "volume")}, ${gigabytesOf({ about, slot, snapshots })} GB, ${costsShown(whole, price?.by)}${checkInWords(asked)}`,
      ...askedUnpriced(whole, config.unpriced),
      call: drillVolumes({
        about,
        slot,
        snapshots: snapshots
          .map(({ SnapshotId = "", VolumeSize = 0 }) => ({ id: SnapshotId, gigabytes: VolumeSize }))
          .sort((a, b) => compareText(a.id, b.id)),
        slowestMinutes: slowest,
        ...(price && { price }),
        ...(name !== undefined && { name }),
        ...(validator !== undefined && { validator }),
        ...inDrill(asked),
      }),
    };
  },
});
