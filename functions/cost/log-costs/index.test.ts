import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { LogGroup, QueryInfo } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, test } from "vitest";
import { usePrices } from "../../../aws/pricing/prices.ts";
import unit from "./index.ts";
import type { BusyGroup } from "./told.ts";

const now = new Date("2026-11-23T07:45:00Z");
const here = { account: "123456789012", region: "eu-west-1", now };
const gigabyte = 1024 ** 3;
afterEach(() => usePrices({}));

interface Kept extends Omit<LogGroup, "logGroupName"> {
  /** Gigabytes of each day; absent: CloudWatch has no point. */
  readonly days?: readonly number[];
  readonly subscriptions?: number | Error | "gone";
  readonly queries?: readonly Partial<QueryInfo>[] | Error;
}
type Account = Readonly<Record<string, Kept>>;

/** As the SDK gives them: an answer came. */
const named = (name: string, message = "no"): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
const guarded = named("AccessDeniedException", "with an explicit deny in a resource-based policy");
const lacking = named("AccessDeniedException", "because no identity-based policy allows it");

function answerOf(operation: string, { subscriptions = 0, queries = [] }: Kept = {}) {
  const isQueries = operation === "logs:DescribeQueries";
  const asked = isQueries ? queries : subscriptions;
  if (asked instanceof Error) return Promise.reject(asked);
  if (subscriptions === "gone") return Promise.resolve(undefined);
  return Promise.resolve(
    isQueries
      ? { queries }
      : { subscriptionFilters: Array.from({ length: Number(subscriptions) }, () => ({})) },
  );
}

async function* writtenIn(account: Account, queries: readonly MetricDataQuery[]) {
  for (const { Id, MetricStat } of queries) {
    const [group = ""] = MetricStat?.Metric?.Dimensions?.map(({ Value = "" }) => Value) ?? [];
    // A query's points may be spread over several items.
    for (const size of account[group]?.days ?? []) yield { Id, Values: [size * gigabyte] };
    yield { Id, Values: [] };
  }
}

async function found(account: Account, config: object = {}, policies: readonly object[] = []) {
  const asked: { operation: string; input: Record<string, unknown> }[] = [];
  const read = ({ operation, input }: { operation: string; input: Record<string, unknown> }) => {
    asked.push({ operation, input });
    if (operation === "cloudwatch:GetMetricData")
      return writtenIn(account, input.MetricDataQueries as readonly MetricDataQuery[]);
    if (operation === "logs:DescribeAccountPolicies") return { accountPolicies: policies };
    if (operation !== "logs:DescribeLogGroups")
      return answerOf(operation, account[String(input.logGroupName)]);
    return (async function* () {
      for (const [logGroupName, { days, subscriptions, queries, ...group }] of Object.entries(
        account,
      ))
        yield { logGroupName, ...group };
    })();
  };
  const search = { ...here, only: undefined, config: unit.config.parse(config), read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<BusyGroup>);
  return { all, asked };
}
const told = async (account: Account, config: object = {}) =>
  unit.tell((await found(account, config)).all, { ...here, config: unit.config.parse(config) });

describe("what is told", () => {
  test("groups that take in the most, who reads them, how long it is kept and what lies there", async () => {
    const message = await told({
      small: { days: [2.8], retentionInDays: 1, storedBytes: gigabyte, metricFilterCount: 2 },
      big: { days: [14, 14], storedBytes: 3 * gigabyte },
    });
    expect(message?.title).toBe(
      "2 log groups in eu-west-1 take in 66.0 GB a month, and nobody is seen to read 1 of them",
    );
    expect(message?.table?.rows).toEqual([
      ["big", "60.0", "unknown", "nobody that is seen", "for ever", "3.0", "standard"],
      ["small", "6.0", "unknown", "2 metric filters", "1 day", "1.0", "standard"],
    ]);
    expect(message?.facts?.["nobody is seen to read"]).toMatch(/^big: .* is not seen$/);
    expect(message?.facts?.price).toContain("nightshift prices refresh");
    expect(message?.affected).toEqual(["big", "small"]);
  });
  const much = { days: [14] };
  test.each<[what: string, account: Account, config?: object]>([
    ["there are none", {}],
    ["nothing is written", { a: {} }],
    ["CloudWatch counts nothing", { a: { days: [0, 0] } }],
    ["little is written", { a: { days: [0.4] } }],
    ["less than the config says", { a: much }, { gigabytes: 31 }],
    ["it is as it is to be", { "audit-a": much }, { except: ["audit"] }],
    ["it is gone by now", { a: { ...much, subscriptions: "gone" } }],
  ])("nothing where %s", async (_, account, config) => {
    expect(await told(account, config)).toBeUndefined();
  });
  test.each<[what: string, group: Kept, words: string]>([
    ["a subscription", { subscriptions: 1 }, "a subscription"],
    ["two of them", { subscriptions: 2 }, "2 subscriptions"],
    ["a metric filter", { metricFilterCount: 1 }, "a metric filter"],
    [
      "queries, of which the last counts",
      { queries: [{ createTime: Date.UTC(2026, 10, 2) }, { createTime: Date.UTC(2026, 10, 9) }] },
      "a query on 2026-11-09",
    ],
    ["a query in seconds", { queries: [{ createTime: 1_794_182_400 }] }, "a query on 2026-11-09"],
    [
      "queries that failed too",
      { queries: [{ createTime: 1_794_182_400, status: "Failed" }] },
      "a query on 2026-11-09",
    ],
  ])("it is read by %s", async (_, group, words) => {
    const message = await told({ a: { ...much, ...group } });
    expect(message?.table?.rows[0]?.[3]).toBe(words);
    expect(message?.facts).not.toHaveProperty("nobody is seen to read");
  });
  test("the account subscribes to all, but for those that it leaves out and those that it cannot", async () => {
    const account: Account = {
      taken: { days: [30] },
      "left-out": { days: [20] },
      infrequent: { days: [10], logGroupClass: "INFREQUENT_ACCESS" },
    };
    const policy = {
      policyName: "to-security",
      selectionCriteria: 'LogGroupName NOT IN ["noise", "left-out"]',
    };
    const { all } = await found(account, {}, [policy]);
    const message = unit.tell(all, { ...here, config: unit.config.parse({}) });
    expect(message?.table?.rows.map(([name, , , readers]) => [name, readers])).toEqual([
      ["taken", "the account's subscription to-security"],
      ["left-out", "nobody that is seen"],
      ["infrequent", "nobody that is seen"],
    ]);
    expect(message?.facts?.["infrequent access"]).toMatch(/^1 group /);
  });
  test("one of which that cannot be read is not known, and never one that nobody reads", async () => {
    for (const kept of [{ subscriptions: guarded }, { queries: guarded }]) {
      const message = await told({ a: { ...much, ...kept } });
      expect(message?.table?.rows[0]?.[3]).toBe("not known");
      expect(message?.title).toBe("1 log group in eu-west-1 takes in 30.0 GB a month");
      expect(message?.facts?.["not known"]).toContain("explicit deny");
      expect(message?.facts).not.toHaveProperty("infrequent access");
    }
  });
  test("past the last row groups are counted, and nobody is asked who reads them", async () => {
    const account = { a: { days: [30] }, b: { days: [20] }, c: { days: [10] } };
    const { asked } = await found(account, { rows: 1 });
    expect(asked.filter(({ operation }) => operation === "logs:DescribeQueries")).toHaveLength(1);
    const message = await told(account, { rows: 1 });
    expect(message?.facts?.["not listed"]).toContain("2 groups more");
    expect(message?.table?.rows).toHaveLength(1);
    expect(message?.title).toContain("3 log groups");
  });
  test("whole days alone are counted, and as many as the config says", async () => {
    const { asked } = await found({ a: much }, { days: 7 });
    const metrics = asked.find(({ operation }) => operation === "cloudwatch:GetMetricData")?.input;
    expect([metrics?.StartTime, metrics?.EndTime]).toEqual([
      new Date("2026-11-16T00:00:00Z"),
      new Date("2026-11-23T00:00:00Z"),
    ]);
  });
});

describe("what it costs", () => {
  const prices = { "logs:ingest": 0.57, "logs:ingest-infrequent": 0.285 };
  const region = (kept: Readonly<Record<string, number>>, currency = "USD") =>
    usePrices({
      "eu-west-1": { currency, published: { logs: "2026-11-20" }, prices: kept },
    });
  test("by the price list of the region, which is named, and by its class", async () => {
    region(prices);
    const message = await told({
      a: { days: [14] },
      b: { days: [7], logGroupClass: "INFREQUENT_ACCESS" },
      c: { days: [3.5], logGroupClass: "DELIVERY" },
    });
    expect(message?.table?.rows.map((row) => [row[2], row[6]])).toEqual([
      ["$17.10", "standard"],
      ["$4.27", "infrequent access"],
      ["unknown", "delivery"],
    ]);
    expect(message?.facts?.price).toMatch(
      /^about \$21\.37 a month .*, without 1 group whose .* by AWS's price list of eu-west-1 of 2026-11-20;/,
    );
    expect(message?.facts?.["infrequent access"]).toContain("would save about $8.55 a month");
  });
  test.each<[what: string, kept: Readonly<Record<string, number>>, currency?: string]>([
    ["the list lacks it", { "logs:store": 0.03 }],
    ["it is asked in another currency", prices, "CNY"],
  ])("is unknown where %s", async (_, kept, currency) => {
    region(kept, currency);
    const message = await told({ a: { days: [14] } });
    expect(message?.table?.rows[0]?.[2]).toBe("unknown");
    expect(message?.facts?.["infrequent access"]).toContain("is unknown");
  });
  test("a class that needs what the other lacks is not offered", async () => {
    const message = await told({ a: { days: [14], subscriptions: 1 } });
    expect(message?.facts).not.toHaveProperty("infrequent access");
  });
});

test.each<[string, Kept]>([
  ["who reads it", { days: [14], subscriptions: lacking }],
  ["its queries", { days: [14], queries: lacking }],
  [
    "its queries, as it is asked to slow down",
    { days: [14], queries: named("ThrottlingException") },
  ],
])("where the role may not read %s, the run fails", async (_, kept) => {
  await expect(found({ a: kept })).rejects.toThrow();
});

test("20,000 groups: metrics are asked in pieces, and who reads of the first rows alone", async () => {
  const account = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, at) => [`g-${at}`, { days: at % 100 ? [] : [14] }]),
  );
  const { all, asked } = await found(account);
  expect(all).toHaveLength(200);
  const counts = Map.groupBy(asked, ({ operation }) => operation);
  expect(counts.get("cloudwatch:GetMetricData")).toHaveLength(40);
  expect(counts.get("logs:DescribeQueries")).toHaveLength(20);
});

test.each([
  { days: 0 },
  { days: 61 },
  { gigabytes: 0 },
  { rows: 51 },
  { except: [""] },
  { day: 1 },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));
