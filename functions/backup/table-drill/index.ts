/**
 * Restores backups of tables in rotation, one a night and never two at once, beside the original and
 * under a name of its own; sees whether they hold what they should, measures how long that took, and
 * deletes what it made. Only backups are drilled that the ledger says `table-backups` made. DynamoDB
 * gives neither backups nor restored tables tags: names and the ledger say what is ours.
 */
import type { BackupSummary, Tag } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { listBackups } from "../../../aws/dynamodb/backup.ts";
import { listTables, listTagsOfResource } from "../../../aws/dynamodb/table.ts";
import { actionInName, throwAwayTablePrefix } from "../../../aws/dynamodb/throw-away.ts";
import { type AutomationSearch, automation } from "../../../sdk/automation.ts";
import { digest } from "../../../sdk/codec.ts";
import { compareText } from "../../../sdk/compare.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { dollars } from "../../../sdk/money.ts";
import { after, before, days, hours } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { shownCost } from "../backup-drill/cost.ts";
import { turnsOf } from "../backup-drill/rotation.ts";
import { setId, setNameOf } from "../backup-set.ts";
import { type DrillWord, drillText, recordedDrill } from "../drilled.ts";
import { slotInName } from "../table-backups/backup-name.ts";
import { tagsIfThere } from "../table-backups/protected.ts";
import { tableDrillConfig as config } from "./config.ts";
import { tableDrillCost, usualTableLength } from "./cost.ts";
import { drillTable, isCountedWhole } from "./drill-table.ts";

const tableDriller = "table-drill";
const tableMaker = "table-backups";

const reads = [listBackups, listTables, listTagsOfResource] as const;
type Search = AutomationSearch<typeof config, typeof reads>;

/** So many are looked up at once. */
const together = 16;
/** Of more tables than this so many are drawn by lot: a night drills one of them. */
const mostLookedUp = 200;
/** So many of a table's newest backups are looked up for its last drill. */
const mostSlots = 30;
/** What was drilled since belongs to the same night. */
const night = hours(20);

/** A backup of a table that says by its name that it is ours. */
interface OwnBackup {
  readonly about: string;
  readonly slot: string;
  readonly backup: BackupSummary;
}

interface Found {
  readonly about: string;
  readonly slot: string;
  /** Nothing where it is gone. */
  readonly backup: BackupSummary | undefined;
  /** The table's; looked up for what may be drilled, and none of a table that is gone. */
  readonly tags: readonly Tag[];
  /** US dollars. */
  readonly cost: number;
  /** What its last drill found out. */
  readonly word: DrillWord | undefined;
  readonly isTurn: boolean;
  /** Whether the ledger says that it is ours. */
  readonly isKnown: boolean;
}

const ownBackups = (backups: readonly BackupSummary[]): OwnBackup[] =>
  backups.flatMap((backup) => {
    const { TableName: about, BackupName, BackupStatus } = backup;
    const slot = slotInName(BackupName);
    return about && slot && BackupStatus === "AVAILABLE" ? [{ about, slot, backup }] : [];
  });

const sizeOf = (backup: BackupSummary | undefined): number => backup?.BackupSizeBytes ?? 0;

function costOf(backup: BackupSummary | undefined, asked: Search["config"]): number {
  const bytes = sizeOf(backup);
  return tableDrillCost(bytes, isCountedWhole(bytes, asked), usualTableLength);
}

const made = z.object({ output: z.object({ BackupArn: z.string() }) });

/** Both must say so: anybody may give a backup such a name. */
async function isOurs({ about, slot, backup }: OwnBackup, { remembered }: Search) {
  const record = made.safeParse(
    await remembered({ unit: tableMaker, target: setId({ about, slot }) }),
  );
  return record.success && record.data.output.BackupArn === backup.BackupArn;
}

async function wordOf(set: { about: string; slot: string }, { remembered }: Search) {
  const record = recordedDrill.safeParse(
    await remembered({ unit: tableDriller, target: setId(set) }),
  );
  return record.success ? record.data.output : undefined;
}

/** The newest backup of a table, and when anything of it was drilled. */
interface Waiting extends OwnBackup {
  readonly cost: number;
  readonly last: Date | undefined;
  readonly word: DrillWord | undefined;
}

const newestFirst = (a: OwnBackup, b: OwnBackup): number => compareText(b.slot, a.slot);

async function waitingOf(ofOne: readonly OwnBackup[], search: Search): Promise<Waiting[]> {
  const [newest, ...older] = ofOne.toSorted(newestFirst).slice(0, mostSlots);
  if (!newest) return [];
  const word = await wordOf(newest, search);
  let last = word?.at;
  for (const each of older) {
    if (last) break;
    last = (await wordOf(each, search))?.at;
  }
  return [{ ...newest, cost: costOf(newest.backup, search.config), last, word }];
}

const tagsOf = (backup: BackupSummary | undefined, { read }: Search): Promise<Tag[]> =>
  backup?.TableArn === undefined ? Promise.resolve([]) : tagsIfThere(read, backup.TableArn);

/** It is not to be drilled again now. */
const isSettled = (word: DrillWord | undefined, { now, config: { again } }: Search): boolean =>
  word !== undefined && (word.result === "good" || after(word.at, days(again)) > now);

/** Of one that a drill is at, or that it left. */
async function drillTablesHere({ read }: Search): Promise<string[]> {
  const here: string[] = [];
  for await (const name of read(listTables({}))) if (actionInName(name)) here.push(name);
  return here;
}

function drawnByLot(all: readonly OwnBackup[][], { now }: Search): readonly OwnBackup[][] {
  if (all.length <= mostLookedUp) return all;
  const name = now.toISOString().slice(0, 10);
  const lot = ([first]: readonly OwnBackup[]) => digest(`${name} ${first?.about}`);
  return all.toSorted((a, b) => compareText(lot(a), lot(b))).slice(0, mostLookedUp);
}

/** One a night, and none as long as a table of a drill is there. */
async function whoseTurn(all: readonly Waiting[], search: Search): Promise<ReadonlySet<Waiting>> {
  const { now, config: limits, note } = search;
  const here = await drillTablesHere(search);
  if (here.length)
    note(
      `${here.join(", ")} is there, which a drill made: none is begun beside it. Where no drill is at work, table-drill-leftovers takes it away.`,
    );
  const isTonight = ({ last }: Waiting) => last !== undefined && last > before(now, night);
  const isFree = !here.length && !all.some(isTonight);
  return turnsOf(
    all.filter(({ word }) => !isSettled(word, search)),
    {
      places: isFree ? 1 : 0,
      budget: limits.budget,
      name: now.toISOString().slice(0, 10),
    },
  );
}

/** Asked for by name: which is at work, or has just ended. */
async function* askedFor(search: Search, only: readonly string[]): AsyncIterable<Found> {
  for (const id of only) {
    const name = setNameOf(id);
    if (!name) continue;
    const listed = search.read(listBackups({ TableName: name.about, BackupType: "USER" }));
    const own = ownBackups(await Array.fromAsync(listed)).find(({ slot }) => slot === name.slot);
    const word = await wordOf(name, search);
    const isTurn = own !== undefined && !isSettled(word, search);
    yield {
      ...name,
      backup: own?.backup,
      cost: costOf(own?.backup, search.config),
      word,
      isTurn,
      tags: await tagsOf(own?.backup, search),
      isKnown: isTurn && (await isOurs(own, search)),
    };
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

export default automation({
  id: tableDriller,
  family: "backup",
  summary:
    "Restores backups of tables in rotation beside the original, checks them, and deletes all",
  on: [sweep("cron(40 3 * * ? *)", { window: hours(1) })],
  config,
  remembers: [tableMaker, tableDriller],
  // Room for those that fail and are tried again: one is proposed in a night.
  caps: () => ({ changes: 4, percent: 100 }),
  reads,
  writes: [drillTable],
  lost: ["That a backup was drilled is forgotten; the table of the drill is gone already."],

  async *find(search) {
    const { read, only } = search;
    if (only) return yield* askedFor(search, only);
    const own = ownBackups(await Array.fromAsync(read(listBackups({ BackupType: "USER" }))));
    const tables = [...Map.groupBy(own, ({ about }) => about).values()];
    const all = (
      await concurrently(
        drawnByLot(tables, search),
        async (ofOne) => {
          const waiting = await waitingOf(ofOne, search);
          const known = await Promise.all(waiting.map((each) => isOurs(each, search)));
          return waiting.map((each, at) => ({ ...each, isKnown: known[at] === true }));
        },
        { concurrency: together },
      )
    ).flat();
    const turns = await whoseTurn(
      all.filter(({ isKnown }) => isKnown),
      search,
    );
    for (const each of all) {
      const isTurn = turns.has(each);
      const tags = isTurn ? await tagsOf(each.backup, search) : [];
      yield { ...each, isTurn, tags } satisfies Found;
    }
  },

  // Backups have no tags: what exempts one is its table's.
  target: ({ about, slot, tags }) => ({
    id: setId({ about, slot }),
    tags: {},
    within: { id: about, tags },
  }),

  name: ({ about, slot }) => `${about}, ${slot}`,

  state: ({ slot, word }) => ({ slot, drilled: word ? drillText(word) : "never" }),
  becomes: ({ slot }) => ({ slot, drilled: "with its result and the time that it took" }),

  propose(found, { config: { budget, slowest, countUpTo, tolerance } }) {
    const { about, slot, backup, cost, word, isTurn, isKnown } = found;
    const { BackupArn, BackupSizeBytes } = backup ?? {};
    if (!isKnown || !BackupArn) return;
    if (BackupSizeBytes === undefined)
      throw new CannotJudge(
        "what its drill would cost is not known: DynamoDB does not say how large the backup is",
      );
    if (cost > budget)
      throw new CannotJudge(
        `its drill would cost ${shownCost(cost)}, and ${dollars(budget)} is what the drill of a night may cost: raise \`budget\`, or exempt it`,
      );
    if (!isTurn) return;
    const past = word ? `its drill found it ${word.result}` : "it was never restored";
    return {
      because: `${past}: a drill of ${gigabytes(BackupSizeBytes)} as ${throwAwayTablePrefix}… costs ${shownCost(cost)}`,
      call: drillTable({
        about,
        slot,
        name: about,
        source: { backup: BackupArn, bytes: BackupSizeBytes },
        countUpTo,
        tolerance,
        slowestMinutes: slowest,
      }),
    };
  },
});
