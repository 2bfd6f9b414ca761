import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, test } from "vitest";
import { usePrices } from "../../../aws/pricing/prices.ts";
import { before, days, hours } from "../../../sdk/time.ts";
import unit from "./index.ts";
import type { TableUse, UnjudgedTable } from "./tables.ts";

const now = new Date("2026-11-23T08:05:00Z");
const here = { account: "123456789012", region: "eu-west-1", now };
const lastHour = new Date("2026-11-23T08:00:00Z");
afterEach(() => usePrices({}));

/** Units a second, of each hour from the last one back; absent: CloudWatch has no point. */
type Hours = readonly (number | undefined)[];
const even = (value: number, length = 14 * 24): Hours => Array.from({ length }, () => value);

interface Kept {
  readonly table?: Partial<TableDescription> | Error | "gone";
  /** By what the index is called; the table itself has no name. */
  readonly given?: Readonly<Record<string, Hours>>;
  readonly used?: Readonly<Record<string, Hours>>;
}
type Account = Readonly<Record<string, Kept>>;

const named = (name: string): Error =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 400 } });

async function* measured(account: Account, queries: readonly MetricDataQuery[]) {
  for (const { Id, MetricStat } of queries) {
    const { MetricName = "", Dimensions = [] } = MetricStat?.Metric ?? {};
    const [name, index] = ["TableName", "GlobalSecondaryIndexName"].map(
      (wanted) => Dimensions.find(({ Name }) => Name === wanted)?.Value ?? "",
    );
    const kept = account[name ?? ""];
    const isUsed = MetricName.startsWith("Consumed");
    const all = (isUsed ? kept?.used : kept?.given)?.[index ?? ""] ?? [];
    const points = all.flatMap((value, ago) =>
      value === undefined ? [] : [{ at: before(lastHour, hours(ago + 1)), value }],
    );
    const Values = points.map(({ value }) => (isUsed ? value * 3600 : value));
    // A query's points may be spread over several items.
    yield {
      Id,
      Values: Values.slice(0, 100),
      Timestamps: points.slice(0, 100).map(({ at }) => at),
    };
    yield { Id, Values: Values.slice(100), Timestamps: points.slice(100).map(({ at }) => at) };
  }
}

async function* each<T>(all: readonly T[]) {
  yield* all;
}

interface Asked {
  readonly config?: object;
  readonly scaled?: readonly string[] | Error;
  readonly metrics?: Error;
}

async function found(account: Account, { config = {}, scaled = [], metrics }: Asked = {}) {
  const asked: string[] = [];
  const read = ({ operation, input }: { operation: string; input: Record<string, unknown> }) => {
    asked.push(operation);
    if (operation === "dynamodb:ListTables") return each(Object.keys(account));
    if (operation === "application-autoscaling:DescribeScalableTargets") {
      if (scaled instanceof Error) throw scaled;
      return each(scaled.map((ResourceId) => ({ ResourceId })));
    }
    if (operation === "cloudwatch:GetMetricData") {
      if (metrics) throw metrics;
      return measured(account, input.MetricDataQueries as readonly MetricDataQuery[]);
    }
    const TableName = String(input.TableName);
    const { table = {} } = account[TableName] ?? {};
    if (table instanceof Error) return Promise.reject(table);
    if (table === "gone") return Promise.resolve(undefined);
    return Promise.resolve({ Table: { TableName, TableStatus: "ACTIVE", ...table } });
  };
  const search = { ...here, only: undefined, config: unit.config.parse(config), read };
  const all = await Array.fromAsync(
    unit.find(search as never) as AsyncIterable<TableUse | UnjudgedTable>,
  );
  return { all, asked };
}
const told = async (account: Account, asked: Asked = {}) =>
  unit.tell((await found(account, asked)).all, {
    ...here,
    config: unit.config.parse(asked.config ?? {}),
  });

const prices = {
  "dynamodb:read-request": 0.0000001,
  "dynamodb:write-request": 0.0000005,
  "dynamodb:read-hour": 0.0001,
  "dynamodb:write-hour": 0.0005,
};
const known = (kept: Readonly<Record<string, number>> = prices, currency = "USD") =>
  usePrices({ "eu-west-1": { currency, published: { dynamodb: "2026-11-20" }, prices: kept } });

const idle: Kept = { given: { "": even(100) }, used: { "": even(1) } };
const onDemand = (at: Date): Partial<TableDescription> => ({
  CreationDateTime: at,
  BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
});
const old = onDemand(before(now, days(400)));

describe("without prices", () => {
  test("a table that uses little of what it is given is told, and its price is unknown", async () => {
    const message = await told({ idle });
    expect(message?.title).toBe("1 table of DynamoDB in eu-west-1 uses little of what it is given");
    expect(message?.table?.rows).toEqual([
      ["idle", "provisioned", "1.0 %", "1.0 %", "1.0 / 1.0", "0", "unknown", "unknown"],
    ]);
    expect(message?.facts?.price).toContain("nightshift prices refresh");
    expect(message?.facts?.["reserved capacity"]).toContain("unknown");
  });
  test.each<[what: string, account: Account, asked?: Asked]>([
    ["there are none", {}],
    ["it is used", { a: { given: { "": even(100) }, used: { "": even(60) } } }],
    ["it is small", { a: { given: { "": even(2) }, used: {} } }],
    ["it is on demand", { a: { table: old, used: { "": even(9) } } }],
    ["it is as it is to be", { "kept-a": idle }, { config: { except: ["kept-"] } }],
    ["it is gone by now", { a: { ...idle, table: "gone" } }],
    ["it is being changed", { a: { ...idle, table: { TableStatus: "UPDATING" } } }],
    ["it was provisioned days ago", { a: { given: { "": even(100, 200) }, used: {} } }],
    ["CloudWatch says nothing of it", { a: {} }],
  ])("nothing where %s", async (_, account, asked) => {
    expect(await told(account, asked)).toBeUndefined();
  });
  test("hours without a count are hours without use, and are told", async () => {
    const used = even(1).map((value, at) => (at % 2 ? undefined : value));
    const message = await told({ a: { ...idle, used: { "": used } } });
    expect(message?.table?.rows[0]).toEqual(expect.arrayContaining(["0.5 %", "168"]));
  });
  test("what could not be judged is counted, and never told as unused", async () => {
    const message = await told({ idle, gaps: { given: { "": even(100, 100) } } });
    expect(message?.affected).toEqual(["idle"]);
    expect(message?.facts?.["not judged"]).toContain("1 table:");
  });
  test("an index has a capacity of its own", async () => {
    const table = { GlobalSecondaryIndexes: [{ IndexName: "by-day" }] };
    const busy = { "": even(0), "by-day": even(150) };
    const given = { "": even(100), "by-day": even(100) };
    expect(await told({ a: { table, given, used: busy } })).toBeUndefined();
    const message = await told({ a: { table, given, used: { "": even(1) } } });
    expect(message?.table?.rows[0]?.[1]).toBe("provisioned, 1 index");
    const [, lacking] = [given, { "": even(100) }];
    expect(await told({ a: { table, given: lacking, used: {} } })).toBeUndefined();
  });
  test.each([["table/idle"], ["table/idle/index/by-day"]])("%s scales by itself", async (id) => {
    const message = await told({ idle }, { scaled: [id, "table/idle-not"] });
    expect(message?.table?.rows[0]?.[1]).toBe("provisioned, scales by itself");
    expect(message?.facts?.["scales by itself"]).toContain("least capacity");
  });
  test("what another scales is not taken for it", async () => {
    const message = await told({ idle }, { scaled: ["table/idle-not"] });
    expect(message?.table?.rows[0]?.[1]).toBe("provisioned");
  });
});

describe("with the prices of the region", () => {
  test("provisioned and hardly used is told with what it costs on demand", async () => {
    known();
    const message = await told({ idle });
    // 100 × 730 h × 0.0006; 730 h × 3600 × 0.0000006.
    expect(message?.table?.rows[0]?.slice(-2)).toEqual(["$43.80", "$1.58"]);
    expect(message?.title).toContain("$42.22 a month less");
    expect(message?.facts?.price).toContain("AWS's price list of eu-west-1 of 2026-11-20");
  });
  test("on demand and used evenly is told with what it costs provisioned, at 70 %", async () => {
    known();
    const message = await told({ a: { table: old, used: { "": even(70) } } });
    expect(message?.table?.rows[0]?.slice(-2)).toEqual(["$110.38", "$43.80"]);
    expect(message?.table?.rows[0]?.[2]).toBe("on demand");
  });
  test.each<[what: string, account: Account]>([
    [
      "peaks make it right on demand",
      { a: { table: old, used: { "": [1000, ...even(1)].slice(0, 336) } } },
    ],
    ["it saves less than is told", { a: { given: { "": even(8) }, used: {} } }],
    ["it saves less than a fifth", { a: { given: { "": even(1000) }, used: { "": even(240) } } }],
    [
      "it is younger than that",
      { a: { table: onDemand(before(now, days(3))), used: { "": even(70, 72) } } },
    ],
    [
      "nobody knows how old it is",
      { a: { table: { BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" } } } },
    ],
  ])("nothing where %s", async (_, account) => {
    known();
    expect(await told(account)).toBeUndefined();
  });
  test.each<[why: string, table: Partial<TableDescription>]>([
    ["infrequent access", { TableClassSummary: { TableClass: "STANDARD_INFREQUENT_ACCESS" } }],
    ["a global table", { Replicas: [{ RegionName: "us-east-1" }] }],
  ])("of %s the price is unknown", async (why, table) => {
    known();
    const message = await told({ idle, other: { ...idle, table } });
    expect(message?.table?.rows[1]?.slice(-2)).toEqual(["unknown", "unknown"]);
    expect(message?.facts?.price).toContain(`Unknown of 1 table (${why})`);
  });
  test.each(Object.keys(prices))("without %s all is unknown", async (missing) => {
    known(Object.fromEntries(Object.entries(prices).filter(([key]) => key !== missing)));
    expect((await told({ idle }))?.table?.rows[0]?.at(-1)).toBe("unknown");
  });
  test("in another currency than dollars all is unknown", async () => {
    known(prices, "CNY");
    expect((await told({ idle }))?.table?.rows[0]?.at(-1)).toBe("unknown");
  });
  test("one that was changed within a day says so", async () => {
    known();
    const summary = { BillingMode: "PAY_PER_REQUEST" as const };
    const at = before(now, hours(20));
    const table = {
      ...old,
      BillingModeSummary: { ...summary, LastUpdateToPayPerRequestDateTime: at },
    };
    const message = await told({ a: { table, used: { "": even(70) } } });
    expect(message?.facts?.["changed within a day"]).toContain("a: AWS may refuse");
  });
});

test.each<[what: string, account: Account, asked: Asked]>([
  ["one may not be described", { a: { table: named("AccessDeniedException") } }, {}],
  ["it is asked to slow down", { a: { table: named("ThrottlingException") } }, {}],
  ["metrics may not be read", { idle }, { metrics: named("AccessDenied") }],
  ["what scales may not be read", { idle }, { scaled: named("AccessDeniedException") }],
])("where %s, the run fails", async (_, account, asked) => {
  await expect(found(account, asked)).rejects.toThrow();
});

test("2,000 tables are described and measured in pieces", async () => {
  const account = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`t-${at}`, {}]));
  const { all, asked } = await found(account);
  expect(all).toHaveLength(2000);
  const counts = Map.groupBy(asked, (operation) => operation);
  expect(counts.get("cloudwatch:GetMetricData")).toHaveLength(200);
  expect(counts.get("application-autoscaling:DescribeScalableTargets")).toHaveLength(1);
});

test.each([
  { days: 13 },
  { days: 61 },
  { dollars: -1 },
  { percent: 0 },
  { except: [""] },
  { day: 1 },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));
