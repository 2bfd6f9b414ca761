import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { describe, expect, test } from "vitest";
import { before, days, hours } from "../../sdk/time.ts";
import { hourlyOf, lastHour, sinceWhen } from "./hourly.ts";
import { type IdleKind, type IdleSign, idleness } from "./idle.ts";

const now = new Date("2026-11-21T04:20:00Z");
const stretch = { now, days: 2 };
const flat = (value: number, count = 48) => Array<number>(count).fill(value);

interface Asked {
  readonly queries: readonly MetricDataQuery[];
  readonly StartTime: Date;
  readonly EndTime: Date;
}

/** Answers by metric and thing, each query in two pieces, the last first. */
function cloudWatch(values: Readonly<Record<string, readonly number[]>>) {
  const calls: Asked[] = [];
  const read = ({ input }: { readonly input: object }) => {
    const { MetricDataQueries, ...window } = input as { MetricDataQueries: MetricDataQuery[] };
    calls.push({ queries: MetricDataQueries, ...(window as Omit<Asked, "queries">) });
    return (async function* () {
      for (const { Id, MetricStat } of MetricDataQueries.toReversed()) {
        const { MetricName, Dimensions = [] } = MetricStat?.Metric ?? {};
        const Values = values[`${MetricName} ${Dimensions[0]?.Value}`] ?? [];
        yield { Id, Values: Values.slice(0, 5) };
        yield { Id, Values: Values.slice(5) };
      }
    })();
  };
  return { read: read as never, calls };
}

interface Thing {
  readonly id: string;
  readonly since: Date | undefined;
}
const thing = (id: string, since: Date | undefined = before(now, days(30))): Thing => ({
  id,
  since,
});
const sign = (name: string, id: string, more: Partial<IdleSign> = {}): IdleSign => ({
  metric: { namespace: "Test", name, stat: "Sum", dimensions: { Id: id } },
  below: 10,
  ...more,
});
const kind: IdleKind<Thing> = {
  since: ({ since }) => since,
  stages: [
    ({ id }) => [sign("Always", id)],
    ({ id }) => [sign("Sometimes", id, { sparse: true }), sign("Also", id)],
  ],
};
const verdictOf = async (values: Readonly<Record<string, readonly number[]>>, asked = thing("a")) =>
  (await idleness(cloudWatch(values).read, [asked], kind, stretch)).get(asked);
const quiet = { "Always a": flat(1), "Also a": flat(2) };

test("idle is what reached no limit in any hour; the highest hour of each sign is told", async () => {
  expect(await verdictOf({ ...quiet, "Sometimes a": [3] })).toEqual({
    is: "idle",
    most: [1, 3, 2],
  });
  expect(await verdictOf({ ...quiet, "Sometimes a": [] })).toEqual({ is: "idle", most: [1, 0, 2] });
});

test.each<[what: string, values: Readonly<Record<string, readonly number[]>>, is: string]>([
  ["one hour at the limit", { ...quiet, "Always a": [...flat(1, 47), 10] }, "busy"],
  ["one hour at the limit of a later sign", { ...quiet, "Sometimes a": [10] }, "busy"],
  ["a busy hour beside gaps", { "Always a": flat(1), "Sometimes a": [12] }, "busy"],
  ["five of 48 hours missing", { ...quiet, "Always a": flat(1, 43) }, "gaps"],
  ["four of 48 hours missing", { ...quiet, "Always a": flat(1, 44) }, "idle"],
  ["gaps in a later sign", { ...quiet, "Also a": flat(1, 10) }, "gaps"],
  ["no points at all, where none is no proof of rest", {}, "gaps"],
])("%s", async (_, values, is) => {
  expect((await verdictOf(values))?.is).toBe(is);
});

describe("of what does not say when it was started", () => {
  /** The latest hour last; those that lie so many hours back are missing. */
  const without = async (...missing: readonly number[]) => {
    const end = lastHour(now).getTime();
    const ago = Array.from({ length: 48 }, (_, nth) => 48 - nth);
    const hoursAgo = ago.filter((each) => !missing.includes(each));
    const read = () =>
      (async function* () {
        const Timestamps = hoursAgo.map((each) => new Date(end - each * 3_600_000)).toReversed();
        yield { Id: "m0", Values: hoursAgo.map(() => 1), Timestamps };
      })();
    const signs = { since: kind.since, stages: [() => [sign("Always", "a", { mostMissing: 2 })]] };
    const a = thing("a");
    return (await idleness(read as never, [a], signs, stretch)).get(a)?.is;
  };

  test.each<[missing: readonly number[], is: string]>([
    [[], "idle"],
    [[10, 11], "idle"],
    [[10, 11, 20, 21], "idle"],
    [[10, 11, 12], "gaps"],
    [[1, 2], "idle"],
    [[1, 2, 3], "gaps"],
    [[46, 47, 48], "gaps"],
  ])("hours %o are missing: %s", async (missing, is) => expect(await without(...missing)).toBe(is));
});

test("what was not there all the time, or nobody knows since when, is young and not asked about", async () => {
  const start = sinceWhen(stretch);
  const { read, calls } = cloudWatch(quiet);
  const things = [
    thing("a", start),
    thing("b", new Date(start.getTime() + 1)),
    { id: "c", since: undefined },
  ];
  const verdicts = await idleness(read, things, kind, stretch);
  expect(things.map((each) => verdicts.get(each)?.is)).toEqual(["idle", "young", "young"]);
  expect(calls.map(({ queries }) => queries.length)).toEqual([1, 2]);
});

test("a later stage is asked only of what no earlier one calls busy, all things in one request", async () => {
  const { read, calls } = cloudWatch({ ...quiet, "Always b": flat(50), "Always c": flat(1) });
  const things = ["a", "b", "c"].map((id) => thing(id));
  const verdicts = await idleness(read, things, kind, stretch);
  expect(things.map((each) => verdicts.get(each)?.is)).toEqual(["idle", "busy", "gaps"]);
  expect(calls.map(({ queries }) => queries.length)).toEqual([3, 4]);
});

test("however many things there are, what was measured of a part is held at once", async () => {
  const { read, calls } = cloudWatch({});
  const many = Array.from({ length: 20_000 }, (_, nth) => thing(`${nth}`));
  const verdicts = await idleness(read, many, kind, stretch);
  expect(verdicts.size).toBe(20_000);
  // Of 250,000 hours, 48 each.
  expect(calls.map(({ queries }) => queries.length)).toEqual([5208, 5208, 5208, 4376]);
});

test("whole hours are asked for, up to the last; of nothing, nothing is asked", async () => {
  const { read, calls } = cloudWatch(quiet);
  const [metric] = kind.stages[0]?.(thing("a")) ?? [];
  await hourlyOf(read, metric ? [metric.metric] : [], stretch);
  expect(calls[0]?.EndTime).toEqual(new Date("2026-11-21T04:00:00Z"));
  expect(calls[0]?.StartTime).toEqual(new Date("2026-11-19T04:00:00Z"));
  expect(calls[0]?.queries[0]?.MetricStat?.Period).toBe(3600);
  expect(lastHour(new Date("2026-11-21T04:00:00Z"))).toEqual(new Date("2026-11-21T04:00:00Z"));
  expect(await hourlyOf(read, [], stretch)).toEqual([]);
  expect(calls).toHaveLength(1);
});

test("what CloudWatch refuses is an error, never a thing that idles", async () => {
  const read = (() =>
    (async function* () {
      yield await Promise.reject(new Error("Throttling"));
    })()) as never;
  await expect(idleness(read, [thing("a", before(now, hours(99)))], kind, stretch)).rejects.toThrow(
    "Throttling",
  );
});

test("what has nothing to be judged by is not idle", async () => {
  const nothing = { ...kind, stages: [() => []] };
  const verdicts = await idleness(cloudWatch({}).read, [thing("a")], nothing, stretch);
  expect([...verdicts.values()]).toEqual([{ is: "gaps" }]);
});
