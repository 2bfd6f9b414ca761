/** One drill: a table is made of a backup beside the original, looked at, and taken away again. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { describeBackup, listBackups } from "../../../aws/dynamodb/backup.ts";
import { describeTable } from "../../../aws/dynamodb/table.ts";
import {
  getItem,
  scan,
  throwAwayTable,
  throwAwayTables,
} from "../../../aws/dynamodb/throw-away.ts";
import { digest } from "../../../sdk/codec.ts";
import { type Carrier, flow, NoLonger, type Remembering } from "../../../sdk/flow.ts";
import { after, hours, minutes, seconds } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { shownCost } from "../backup-drill/cost.ts";
import { type Drill, type DrillVerdict, drillMessage } from "../drill-told.ts";
import { drillText, tableDriller } from "../drilled.ts";
import { drillTrend } from "../one-a-night.ts";
import { slotInName } from "../table-backups/backup-name.ts";
import { checkedWith, unknownMeans, validated, validatorReads } from "../validator.ts";
import {
  type BackedUpTable,
  itemsCompared,
  type SeenTable,
  shapeVerdict,
  tableKeys,
} from "./compared-table.ts";
import { type TablePrices, tableDrillCost } from "./cost.ts";

/** What is to be restored, and how closely it is looked at. */
export interface TableDrill extends Drill {
  readonly source: {
    /** Its ARN. */
    readonly backup: string;
    readonly bytes: number;
  };
  /** Gigabytes up to which all items are counted. */
  readonly countUpTo: number;
  /** Percent. */
  readonly tolerance: number;
  /** Nothing where they were not known. */
  readonly prices?: TablePrices;
}

const reads = [
  describeBackup,
  listBackups,
  describeTable,
  scan,
  getItem,
  ...validatorReads,
] as const;
type Read = Reader<typeof reads>;

const { restore, remove } = throwAwayTables();
const writes = [restore, remove] as const;
type Aws = Carrier<typeof reads, typeof writes>;

/** Until then it must be there. Restores take minutes as a rule, and hours of what has many indexes. */
const patience = hours(20);
/** Reads lag: what was just made and does not show yet is still to come. */
const lag = minutes(10);

export const isCountedWhole = (bytes: number, { countUpTo }: Pick<TableDrill, "countUpTo">) =>
  bytes <= countUpTo * 1e9;

async function backedUp(read: Read, { source: { backup } }: TableDrill): Promise<BackedUpTable> {
  const described = (await read(describeBackup({ BackupArn: backup })))?.BackupDescription;
  if (!described) throw new NoLonger(`The backup ${backup} is gone.`);
  const { SourceTableDetails, SourceTableFeatureDetails: features } = described;
  const indexes = [
    ...(features?.GlobalSecondaryIndexes ?? []),
    ...(features?.LocalSecondaryIndexes ?? []),
  ];
  return {
    backup,
    keys: tableKeys(SourceTableDetails?.KeySchema),
    indexes: indexes.flatMap(({ IndexName }) => IndexName ?? []),
    items: SourceTableDetails?.ItemCount,
  };
}

async function seenOf(read: Read, TableName: string): Promise<SeenTable> {
  const table = (await read(describeTable({ TableName })))?.Table;
  const indexes = [
    ...(table?.GlobalSecondaryIndexes ?? []),
    ...(table?.LocalSecondaryIndexes ?? []),
  ];
  return {
    state: table?.TableStatus ?? "gone",
    from: table?.RestoreSummary?.SourceBackupArn,
    keys: tableKeys(table?.KeySchema),
    indexes: indexes.flatMap(({ IndexName }) => IndexName ?? []),
  };
}

const restored = (TableName: string, { until, began }: Aws) =>
  until(
    "the table is restored",
    async (read, now) => {
      const seen = await seenOf(read, TableName);
      const isToCome =
        seen.state === "CREATING" || (seen.state === "gone" && now < after(began, lag));
      return isToCome && now < after(began, patience) ? undefined : { ...seen, at: now };
    },
    { every: minutes(1), atMost: hours(21) },
  );

/** Bytes of a piece that is counted in one step: some hundred requests. */
const pieceBytes = 256e6;

/** All items, in pieces that each fit into a step: no key of anybody's is kept between them. */
async function counted(drill: TableDrill, TableName: string, { look }: Aws): Promise<number> {
  const TotalSegments = Math.max(1, Math.ceil(drill.source.bytes / pieceBytes));
  let all = 0;
  for (let Segment = 0; Segment < TotalSegments; Segment += 1)
    all += await look(`items of piece ${Segment + 1} of ${TotalSegments}`, async (read) => {
      let number = 0;
      const asked = { TableName, Segment, TotalSegments, Select: "COUNT" as const };
      for await (const page of read(scan(asked))) number += page.count;
      return number;
    });
  return all;
}

/** Places that keys are drawn from, of so many; and so many of each. */
const places = 8;
const segments = 1000;
const ofEach = 4;

type Item = Readonly<Record<string, AttributeValue>>;
/** A piece of a table; without one the whole of it. */
type Piece = { readonly Segment: number; readonly TotalSegments: number } | undefined;

interface Sampling {
  readonly TableName: string;
  /** Names of the key's attributes. */
  readonly names: readonly string[];
}

/** Keys alone: what else an item holds is nobody's business here. */
async function drawn(read: Read, { TableName, names }: Sampling, piece: Piece): Promise<Item[]> {
  const asked = {
    TableName,
    ...piece,
    Limit: ofEach,
    ProjectionExpression: names.map((_, at) => `#k${at}`).join(", "),
    ExpressionAttributeNames: Object.fromEntries(names.map((name, at) => [`#k${at}`, name])),
  };
  for await (const { items } of read(scan(asked))) if (items.length) return items;
  return [];
}

/** Where keys are drawn from: by lot, and the beginning, for in a small table most places are empty. */
const piecesOf = (lot: string): Piece[] => [
  undefined,
  ...Array.from({ length: places }, (_, place) => ({
    Segment: Number.parseInt(digest(`${lot} ${place}`).slice(0, 8), 16) % segments,
    TotalSegments: segments,
  })),
];

/** Draws keys from all over the table, and asks for each by itself. */
async function sampled(read: Read, sampling: Sampling, lot: string) {
  const { TableName } = sampling;
  const keys: Item[] = [];
  for (const piece of piecesOf(lot)) keys.push(...(await drawn(read, sampling, piece)));
  let foundAgain = 0;
  for (const Key of keys) {
    const answer = await read(getItem({ TableName, Key, ConsistentRead: true }));
    if (answer.Item) foundAgain += 1;
  }
  return { sampled: keys.length, foundAgain };
}

const attributeOf = (key: string): string => key.slice(0, key.lastIndexOf(" "));

async function compared(
  drill: TableDrill,
  { TableName, of }: { readonly TableName: string; readonly of: BackedUpTable },
  aws: Aws,
): Promise<DrillVerdict> {
  const items = isCountedWhole(drill.source.bytes, drill)
    ? await counted(drill, TableName, aws)
    : undefined;
  const sampling = { TableName, names: of.keys.map(attributeOf) };
  const sample = await aws.look("keys that are found again", (read) =>
    sampled(read, sampling, aws.carries.action),
  );
  return itemsCompared({ counted: items, ...sample }, of.items, drill.tolerance);
}

const checkedWords = (drill: TableDrill): string =>
  `keys and indexes; ${isCountedWhole(drill.source.bytes, drill) ? "the count of its items with DynamoDB's last count before the backup, which is up to six hours older" : "no count, for its size"}; a sample of its keys by themselves. What the items hold was not compared`;

const leftWords =
  "The table is still there, for DynamoDB deletes none that it is making: `table-drill-leftovers` takes it away";

/** Of the backups that are still there: backups have no tags, so the ledger alone says it. */
async function trendOf(read: Read, { about }: Drill, remembered: Remembering) {
  const listed = read(listBackups({ TableName: about, BackupType: "USER" }));
  const slots = (await Array.fromAsync(listed)).flatMap(
    ({ BackupName }) => slotInName(BackupName) ?? [],
  );
  return drillTrend(about, slots, { unit: tableDriller, remembered });
}

export const drillTable = flow({
  id: "drill-table",
  reads,
  writes,
  longest: hours(24),

  async carry(drill: TableDrill, aws) {
    const { backup: BackupArn, bytes } = drill.source;
    const isCounted = isCountedWhole(bytes, drill);
    const TableName = throwAwayTable(aws.carries.action);
    const of = await aws.look("what DynamoDB says of the backup", (read) => backedUp(read, drill));
    // Whatever capacity the original pays for: this one is read a little, and deleted.
    const BillingModeOverride = "PAY_PER_REQUEST" as const;
    await aws.write(restore({ BackupArn, TargetTableName: TableName, BillingModeOverride }));
    const { at, ...seen } = await restored(TableName, aws);
    const own = shapeVerdict(seen, of) ?? (await compared(drill, { TableName, of }, aws));
    const restoring = { own, backups: [BackupArn], restored: [TableName] };
    const verdict = await validated(drill, restoring, aws);
    const { result, why } = verdict;
    const isLeft = seen.state === "CREATING";
    if (!isLeft) await aws.write(remove({ TableName }));
    const trend = await aws.look("its drills before", (read, _, remembered) =>
      trendOf(read, drill, remembered),
    );
    const took = (at.getTime() - aws.began.getTime()) / 1000;
    const looked = isCounted ? "counted" : "sampled";
    const checked = verdict.isValidated ? "validated" : looked;
    const word = { at, result, seconds: Math.round(took), checked };
    const cost = tableDrillCost({ bytes, isCounted, span: seconds(took) }, drill.prices);
    await aws.tell(
      drillMessage(drill, word, {
        why: isLeft ? `${why}. ${leftWords}` : why,
        cost: shownCost(cost, drill.prices?.by),
        trend,
        checked: checkedWith(checkedWords(drill), drill, verdict),
        unknown: unknownMeans(isLeft, own),
        backups: [BackupArn],
      }),
    );
    const output = { ...word, why, text: drillText(word), table: TableName };
    return cost === undefined ? output : { ...output, cost };
  },

  inverse: [remove, (_, { table }) => ({ TableName: table })],
});
