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
import { concurrently } from "../../../sdk/concurrently.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { dollars } from "../../../sdk/money.ts";
import { hours } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { costsShown, shownCost } from "../backup-drill/cost.ts";
import { setId, setNameOf } from "../backup-set.ts";
import { askedUnpriced } from "../drill-fields.ts";
import { type DrillWord, drillText, tableDriller } from "../drilled.ts";
import {
  type DrillNight,
  drawnByLot,
  drillWordOf,
  isSettled,
  lookedUpTogether,
  turnOfNight,
  type WaitingBackup,
  waitingOf,
} from "../one-a-night.ts";
import { slotInName } from "../table-backups/backup-name.ts";
import { tagsIfThere } from "../table-backups/protected.ts";
import { namedValidator } from "../validator.ts";
import { tableDrillConfig } from "./config.ts";
import { tableDrillCost, tablePricesIn, usualTableLength } from "./cost.ts";
import { drillTable, isCountedWhole } from "./drill-table.ts";

const tableMaker = "table-backups";

const reads = [listBackups, listTables, listTagsOfResource] as const;
type Search = AutomationSearch<typeof tableDrillConfig, typeof reads>;

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
  /** US dollars; nothing where the prices are not known. */
  readonly cost: number | undefined;
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

function costOf(
  backup: BackupSummary | undefined,
  { config, region }: Pick<Search, "config" | "region">,
): number | undefined {
  const bytes = sizeOf(backup);
  const isCounted = isCountedWhole(bytes, config);
  return tableDrillCost({ bytes, isCounted, span: usualTableLength }, tablePricesIn(region));
}

const made = z.object({ output: z.object({ BackupArn: z.string() }) });

/** Both must say so: anybody may give a backup such a name. */
async function isOurs({ about, slot, backup }: OwnBackup, { remembered }: Search) {
  const record = made.safeParse(
    await remembered({ unit: tableMaker, target: setId({ about, slot }) }),
  );
  return record.success && record.data.output.BackupArn === backup.BackupArn;
}

const nightOf = ({ now, remembered, config: { again, budget } }: Search): DrillNight => ({
  unit: tableDriller,
  remembered,
  now,
  again,
  budget,
});

const tagsOf = (backup: BackupSummary | undefined, { read }: Search): Promise<Tag[]> =>
  backup?.TableArn === undefined ? Promise.resolve([]) : tagsIfThere(read, backup.TableArn);

/** Of one that a drill is at, or that it left. */
async function drillTablesHere({ read }: Search): Promise<string[]> {
  const here: string[] = [];
  for await (const name of read(listTables({}))) if (actionInName(name)) here.push(name);
  return here;
}

type Waiting = WaitingBackup<OwnBackup>;

/** One a night, and none as long as a table of a drill is there. */
async function whoseTurn(all: readonly Waiting[], search: Search): Promise<ReadonlySet<Waiting>> {
  const here = await drillTablesHere(search);
  if (here.length)
    search.note(
      `${here.join(", ")} is there, which a drill made: none is begun beside it. Where no drill is at work, table-drill-leftovers takes it away.`,
    );
  return turnOfNight(all, !here.length, nightOf(search));
}

/** Asked for by name: which is at work, or has just ended. */
async function* askedFor(search: Search, only: readonly string[]): AsyncIterable<Found> {
  for (const id of only) {
    const name = setNameOf(id);
    if (!name) continue;
    const listed = search.read(listBackups({ TableName: name.about, BackupType: "USER" }));
    const own = ownBackups(await Array.fromAsync(listed)).find(({ slot }) => slot === name.slot);
    const word = await drillWordOf(name, nightOf(search));
    const isTurn = own !== undefined && !isSettled(word, nightOf(search));
    yield {
      ...name,
      backup: own?.backup,
      cost: costOf(own?.backup, search),
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
  config: tableDrillConfig,
  remembers: [tableMaker, tableDriller],
  named: namedValidator,
  // Room for those that fail and are tried again: one is proposed in a night.
  caps: () => ({ changes: 4, percent: 100 }),
  reads,
  writes: [drillTable],
  lost: ["That a backup was drilled is forgotten; the table of the drill is gone already."],

  async *find(search) {
    const { read, only } = search;
    if (only) return yield* askedFor(search, only);
    const own = ownBackups(await Array.fromAsync(read(listBackups({ BackupType: "USER" }))));
    const tonight = nightOf(search);
    const costOfOwn = ({ backup }: OwnBackup) => costOf(backup, search);
    const all = (
      await concurrently(
        drawnByLot(own, tonight),
        async (ofOne) => {
          const waiting = await waitingOf(ofOne, costOfOwn, tonight);
          const known = await Promise.all(waiting.map((each) => isOurs(each, search)));
          return waiting.map((each, at) => ({ ...each, isKnown: known[at] === true }));
        },
        { concurrency: lookedUpTogether },
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

  propose(found, { config, region }) {
    const { about, slot, backup, cost, word, isTurn, isKnown } = found;
    const { budget, slowest, countUpTo, tolerance, validator } = config;
    const { BackupArn, BackupSizeBytes } = backup ?? {};
    if (!isKnown || !BackupArn) return;
    if (BackupSizeBytes === undefined)
      throw new CannotJudge(
        "what its drill would cost is not known: DynamoDB does not say how large the backup is",
      );
    if (cost !== undefined && cost > budget)
      throw new CannotJudge(
        `its drill would cost ${shownCost(cost)}, and ${dollars(budget)} is what the drill of a night may cost: raise \`budget\`, or exempt it`,
      );
    if (!isTurn) return;
    const prices = tablePricesIn(region);
    const past = word ? `its drill found it ${word.result}` : "it was never restored";
    return {
      because: `${past}: a drill of ${gigabytes(BackupSizeBytes)} as ${throwAwayTablePrefix}… ${costsShown(cost, prices?.by)}`,
      ...askedUnpriced(cost, config.unpriced),
      call: drillTable({
        about,
        slot,
        name: about,
        source: { backup: BackupArn, bytes: BackupSizeBytes },
        countUpTo,
        tolerance,
        slowestMinutes: slowest,
        ...(prices && { prices }),
        ...(validator !== undefined && { validator }),
      }),
    };
  },
});
