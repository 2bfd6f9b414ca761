/** Tables with what they and their indices are given, and what was used of it hour by hour. */
import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { describeScalableTargets } from "../../../aws/application-autoscaling/scalable-target.ts";
import { type HourlyMetric, isComplete, measuredHoursOf } from "../../../aws/cloudwatch/hourly.ts";
import type { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { sumOf } from "../../../sdk/sum.ts";
import { before, days as daysLong } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";

/** A table, or one of its global indices: each has a capacity of its own. */
interface Part {
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What was used of one kind, and given. */
export interface PartUse {
  /** Units in all. */
  readonly used: number;
  /** Units a second, in the busiest hour. */
  readonly peak: number;
  /** Units a second that were given on average; of what is on demand 0. */
  readonly given: number;
}

/** What became of a table in the days that were looked at. */
export interface TableUse {
  readonly name: string;
  readonly mode: "on demand" | "provisioned";
  readonly indices: number;
  readonly reads: readonly PartUse[];
  readonly writes: readonly PartUse[];
  /** Of all hours, in how many nothing was counted: DynamoDB says nothing where nothing is used. */
  readonly quietHours: number;
  readonly isScaled: boolean;
  /** Why prices of the standard class do not fit. */
  readonly otherPrice?: string;
  /** Since when it is on demand, where that is within a day. */
  readonly justChanged: boolean;
}

/** One of which nothing can be said, and why. */
export interface UnjudgedTable {
  readonly name: string;
  readonly why: "young" | "gaps";
}

interface Looking {
  readonly read: Reader<readonly [typeof getMetricData]>;
  readonly now: Date;
  readonly days: number;
  /** Resources that scale by themselves: `table/NAME`, `table/NAME/index/INDEX`. */
  readonly scaled: ReadonlySet<string>;
}

/** What of the region scales by itself. */
export async function scaledTables(
  read: Reader<readonly [typeof describeScalableTargets]>,
): Promise<ReadonlySet<string>> {
  const targets = await Array.fromAsync(
    read(describeScalableTargets({ ServiceNamespace: "dynamodb" })),
  );
  return new Set(targets.flatMap(({ ResourceId }) => ResourceId ?? []));
}

const partsOf = ({ TableName = "", GlobalSecondaryIndexes = [] }: TableDescription): Part[] => [
  { dimensions: { TableName } },
  ...GlobalSecondaryIndexes.map(({ IndexName = "" }) => ({
    dimensions: { TableName, GlobalSecondaryIndexName: IndexName },
  })),
];

const isOnDemand = ({ BillingModeSummary }: TableDescription): boolean =>
  BillingModeSummary?.BillingMode === "PAY_PER_REQUEST";

const kinds = ["Read", "Write"] as const;

function metricsOf(table: TableDescription): HourlyMetric[] {
  return partsOf(table).flatMap(({ dimensions }) =>
    kinds.flatMap((kind) => [
      {
        ...{ namespace: "AWS/DynamoDB", name: `Consumed${kind}CapacityUnits` },
        ...{ stat: "Sum" as const, dimensions },
      },
      {
        ...{ namespace: "AWS/DynamoDB", name: `Provisioned${kind}CapacityUnits` },
        ...{ stat: "Average" as const, dimensions },
      },
    ]),
  );
}

function otherPriceOf({ TableClassSummary, Replicas }: TableDescription): string | undefined {
  if (TableClassSummary?.TableClass === "STANDARD_INFREQUENT_ACCESS") return "infrequent access";
  return Replicas?.length ? "a global table" : undefined;
}

interface MeasuredPart {
  readonly used: readonly { readonly value: number }[];
  readonly given: readonly { readonly value: number }[];
}

function useOf({ used, given }: MeasuredPart): PartUse {
  const values = used.map(({ value }) => value);
  return {
    used: sumOf(values),
    peak: values.reduce((most, value) => Math.max(most, value), 0) / 3600,
    given: given.length ? sumOf(given.map(({ value }) => value)) / given.length : 0,
  };
}

/** Whether what is known of it reaches back far enough. */
function whyUnjudged(
  table: TableDescription,
  parts: readonly MeasuredPart[],
  { now, days }: Looking,
): UnjudgedTable["why"] | undefined {
  if (isOnDemand(table)) {
    const since = table.CreationDateTime;
    return since && since <= before(now, daysLong(days)) ? undefined : "young";
  }
  // What is provisioned is published in every hour, used or not.
  const isWhole = parts.every(({ given }) =>
    isComplete(
      given.map(({ value }) => value),
      { days },
    ),
  );
  return isWhole ? undefined : "gaps";
}

const isRecent = ({ BillingModeSummary }: TableDescription, now: Date): boolean => {
  const at = BillingModeSummary?.LastUpdateToPayPerRequestDateTime;
  return at !== undefined && at > before(now, daysLong(1));
};

/** What became of each table. */
export async function usesOf(
  tables: readonly TableDescription[],
  looking: Looking,
): Promise<(TableUse | UnjudgedTable)[]> {
  const metrics = tables.map(metricsOf);
  const all = await measuredHoursOf(looking.read, metrics.flat(), looking);
  let at = 0;
  return tables.map((table, nth): TableUse | UnjudgedTable => {
    const hours = all.slice(at, at + (metrics[nth]?.length ?? 0));
    at += hours.length;
    const measured = hours.flatMap((used, index) =>
      index % 2 ? [] : [{ used, given: hours[index + 1] ?? [] }],
    );
    const { TableName: name = "", GlobalSecondaryIndexes: indices = [] } = table;
    const why = whyUnjudged(table, measured, looking);
    if (why) return { name, why };
    const counted = new Set(measured.flatMap(({ used }) => used.map((hour) => hour.at.getTime())));
    const otherPrice = otherPriceOf(table);
    const prefix = `table/${name}`;
    return {
      name,
      mode: isOnDemand(table) ? "on demand" : "provisioned",
      indices: indices.length,
      reads: measured.filter((_, index) => index % 2 === 0).map(useOf),
      writes: measured.filter((_, index) => index % 2 === 1).map(useOf),
      quietHours: looking.days * 24 - counted.size,
      isScaled: [...looking.scaled].some((id) => id === prefix || id.startsWith(`${prefix}/`)),
      ...(otherPrice !== undefined && { otherPrice }),
      justChanged: isRecent(table, looking.now),
    };
  });
}
