import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import { describe, expect, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import unit, { type Page } from "./index.ts";

const now = new Date("2026-11-21T07:00:00Z");
const here = { account: "123456789012", region: "us-east-1", now };
const config = unit.config.parse({ days: 14, top: 2 });

/** What each service cost so many days ago. */
const cost = (ago: number, services: Readonly<Record<string, number>>, at = now): ResultByTime => {
  const Start = before(at, days(ago)).toISOString().slice(0, 10);
  const End = before(at, days(ago - 1))
    .toISOString()
    .slice(0, 10);
  return {
    TimePeriod: { Start, End },
    Groups: Object.entries(services).map(([service, amount]) => ({
      Keys: [service],
      Metrics: { UnblendedCost: { Amount: String(amount), Unit: "USD" } },
    })),
  };
};
const range = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, at) => from - at);
const page = (...results: ResultByTime[]): Page => ({ results, more: false });

describe("what is told", () => {
  // 10 a day and then 12 for EC2, from nothing to 1 for S3, always 0.5 for the others.
  const fortnight = [
    ...range(14, 8).map((ago) => cost(ago, { EC2: 10, SQS: 0.25, SNS: 0.25 })),
    ...range(7, 1).map((ago) => cost(ago, { EC2: 12, S3: 1, SQS: 0.25, SNS: 0.25 })),
  ];

  test("yesterday, the month, the week against the one before, and the largest services", () => {
    expect(unit.tell([page(...fortnight)], { ...here, config })).toEqual({
      title:
        "AWS cost 13.50 USD yesterday and 168.00 USD in November so far; the last 7 days +29 % against the week before",
      severity: "info",
      facts: { EC2: "84.00 USD, +20 %", S3: "7.00 USD, new", "All others": "3.50 USD, unchanged" },
      chart: { title: "AWS cost by day, USD", unit: "USD", points: expect.any(Array) },
    });
    const facts =
      unit.tell([page(...fortnight)], { ...here, config: unit.config.parse({ days: 14, top: 4 }) })
        ?.facts ?? {};
    // By cost, then by name, and no others where all are named.
    expect(Object.keys(facts)).toEqual(["EC2", "S3", "SNS", "SQS"]);
  });
  test.each([
    [1, 2, "−50 %"],
    [3, 2, "+50 %"],
    [2, 2, "unchanged"],
    [0, 0, "unchanged"],
    [0.004, 0.004, "unchanged"],
    [0.005, 0, "new"],
    [1, 0.004, "new"],
    [0.01, 0.005, "+100 %"],
    [0, 1, "−100 %"],
  ])("%d this week after %d the week before is %s", (is, was, words) => {
    const found = page(cost(8, { EC2: was }), cost(7, { EC2: is }), cost(1, { S3: 1 }));
    expect(unit.tell([found], { ...here, config })?.facts?.EC2).toBe(
      `${is.toFixed(2)} USD, ${words}`,
    );
  });
  test("a day without groups is no cost of anybody", () => {
    const { TimePeriod } = cost(1, {});
    expect(
      unit.tell([page({ ...(TimePeriod && { TimePeriod }) }, cost(1, { EC2: 1 }))], {
        ...here,
        config,
      })?.facts,
    ).toEqual({ EC2: "1.00 USD, new" });
  });
  test("what Cost Explorer leaves out is nobody's cost and stops nothing", () => {
    const { TimePeriod } = cost(1, {});
    const without: ResultByTime[] = [
      { ...(TimePeriod && { TimePeriod }) },
      { Groups: [{ Keys: ["S3"], Metrics: { UnblendedCost: { Amount: "5" } } }] },
      {
        ...(TimePeriod && { TimePeriod }),
        Groups: [
          { Keys: ["S3"] },
          { Keys: ["S3"], Metrics: {} },
          { Metrics: { UnblendedCost: { Amount: "2", Unit: "USD" } } },
        ],
      },
    ];
    expect(unit.tell([page(...without, cost(1, { EC2: 1 }))], { ...here, config })).toMatchObject({
      title: expect.stringContaining("AWS cost 3.00 USD yesterday"),
    });
    expect(
      unit.tell([page(...without, cost(1, { EC2: 1 }))], { ...here, config: unit.config.parse({}) })
        ?.facts,
    ).toEqual({
      other: "2.00 USD, new",
      EC2: "1.00 USD, new",
      S3: "0.00 USD, unchanged",
    });
  });
  test("the chart has a point for each day, those without cost included, and none for today", () => {
    const points = unit.tell([page(...fortnight.slice(0, 3))], { ...here, config })?.chart?.points;
    expect(points).toHaveLength(14);
    expect(points?.[0]).toEqual([new Date("2026-11-07"), 10.5]);
    expect(points?.at(-1)).toEqual([new Date("2026-11-20"), 0]);
  });
  test("pages are added up, a day may be spread over two", () => {
    const message = unit.tell(
      [{ results: [cost(1, { EC2: 1 })], more: true }, page(cost(1, { S3: 2 }))],
      { ...here, config },
    );
    expect(message?.title).toContain("3.00 USD yesterday");
    expect(message?.facts).not.toHaveProperty("Incomplete");
  });
  test("what was not read is said", () => {
    expect(
      unit.tell([{ results: fortnight, more: true }], { ...here, config })?.facts?.Incomplete,
    ).toContain("only the first 10 pages were read");
  });
  test("on the first of a month the month is the one that ended", () => {
    const first = new Date("2026-11-01T07:00:00Z");
    const october = range(31, 1).map((ago) => cost(ago, { EC2: 1 }, first));
    expect(unit.tell([page(...october)], { ...here, now: first, config })?.title).toContain(
      "31.00 USD in October;",
    );
  });
  test("a day that is not there yet is not zero", () => {
    expect(unit.tell([page(...fortnight.slice(0, -1))], { ...here, config })?.title).toContain(
      "a sum not known yet yesterday",
    );
  });
  test("an account without costs says since when it would have some", () => {
    expect(unit.tell([page()], { ...here, config })?.title).toBe(
      "There is no cost report: Cost Explorer knows of no costs in the last 14 days. It takes about a day after it is first enabled.",
    );
  });
  test.each<[string, Page]>([
    ["nothing at all", page()],
    [
      "days without any service",
      page({ TimePeriod: { Start: "2026-11-20", End: "2026-11-21" }, Groups: [] }),
    ],
    ["a disabled Cost Explorer", { unavailable: "Cost Explorer is not enabled." }],
  ])("%s is a warning, not a report of zero", (_, found) => {
    expect(unit.tell([found], { ...here, config })).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("There is no cost report"),
    });
  });
});

test.each([
  ["2026-11-21T07:00:00Z", 14, "2026-11-01", "2026-11-21"],
  ["2026-11-21T07:00:00Z", 30, "2026-10-22", "2026-11-21"],
  ["2026-11-01T00:00:00Z", 14, "2026-10-01", "2026-11-01"],
])("at %s the range of %d days begins on %s and ends before %s", async (at, length, Start, End) => {
  const asked: object[] = [];
  const read = ({ input }: { input: object }) => Promise.resolve(void asked.push(input));
  await Array.fromAsync(
    (await unit.find({
      ...here,
      now: new Date(at),
      only: undefined,
      config: unit.config.parse({ days: length }),
      read: read as never,
    })) as AsyncIterable<Page>,
  );
  expect(asked).toEqual([expect.objectContaining({ TimePeriod: { Start, End } })]);
});

describe("a reading that fails", () => {
  const finding = async (message: string) => {
    const read = () =>
      Promise.reject(Object.assign(new Error(message), { name: "AccessDeniedException" }));
    return Array.fromAsync(
      (await unit.find({
        ...here,
        only: undefined,
        config,
        read: read as never,
      })) as AsyncIterable<Page>,
    );
  };
  test("a disabled Cost Explorer is something to tell", async () => {
    expect(await finding("User not enabled for cost explorer access")).toEqual([
      { unavailable: expect.stringContaining("not enabled for this account") },
    ]);
  });
  test("a permission that is missing fails the run", async () => {
    await expect(
      finding(
        "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ce:GetCostAndUsage",
      ),
    ).rejects.toThrow("not authorized");
  });
});

describe("in an account", { tags: ["moto"] }, () => {
  const seed = async (endpoint: string, account: string, results: object[]) => {
    const answer = await fetch(`${endpoint}/moto-api/static/ce/cost-and-usage-results`, {
      method: "POST",
      body: JSON.stringify({ account_id: account, results }),
    });
    expect(answer.status).toBe(201);
  };
  test("all pages are read, to the limit", async () => {
    const aws = await embedded({ region: "us-east-1" });
    const pages = range(3, 1).map((ago) => ({
      ResultsByTime: [cost(ago, { EC2: ago })],
      ...(ago > 1 && { NextPageToken: `after-${ago}` }),
    }));
    await seed(aws.endpoint, aws.account, pages);
    const all = await look(unit, aws, { now });
    expect([all.found.length, all.requests]).toEqual([3, 3]);
    expect(unit.tell(all.found, { ...here, config })?.title).toContain("6.00 USD in November");
    const some = await look(unit, aws, { now, config: { pages: 2 } });
    expect(
      unit.tell(some.found, { ...here, config: unit.config.parse({ pages: 2 }) })?.facts
        ?.Incomplete,
    ).toBeDefined();
  });
  test("an account without data gets a warning", async () => {
    const aws = await embedded({ region: "us-east-1" });
    expect(unit.tell((await look(unit, aws, { now })).found, { ...here, config })?.severity).toBe(
      "warning",
    );
  });
});

test.each([{ days: 7 }, { top: 0 }, { metric: "Cost" }, { pages: 0 }, { tops: 3 }])(
  "config %o is refused",
  (given) => {
    expect(unit.config.safeParse(given).success).toBe(false);
  },
);
