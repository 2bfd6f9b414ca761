import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import { describe, expect, test } from "vitest";
import type { CostPage as Page } from "../../../aws/ce/cost-pages.ts";
import { before, days } from "../../../sdk/time.ts";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import unit from "./index.ts";

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
  test.each([
    ["of nothing", {}, { EC2: 7 }, "the last 7 days 7.00 USD, 0.00 USD the week before"],
    [
      "given back",
      { EC2: -14 },
      { EC2: 7 },
      "the last 7 days 7.00 USD, −14.00 USD the week before",
    ],
  ])("a week %s has no percentage in the title either", (_, was, is, words) => {
    const typed = (ago: number, services: Readonly<Record<string, number>>): ResultByTime => {
      const day = cost(ago, services);
      const Groups = day.Groups?.map((group) => ({
        ...group,
        Keys: [...(group.Keys ?? []), "Usage"],
      }));
      return { ...day, ...(Groups && { Groups }) };
    };
    const found = page(typed(8, was), typed(1, is));
    expect(
      unit
        .tell([found], { ...here, config })
        ?.title.split("; ")
        .at(-1),
    ).toBe(words);
  });
  test("a day that is not there yet is not zero", () => {
    expect(unit.tell([page(...fortnight.slice(0, -1))], { ...here, config })?.title).toContain(
      "in November so far, without yesterday, which is not known yet;",
    );
  });
  test("an account without costs says since when it would have some", () => {
    expect(unit.tell([page()], { ...here, config })?.title).toBe(
      "There is no cost report: Cost Explorer knows of no costs in the last 14 days. It takes about a day after it is first enabled.",
    );
  });
  test.each<[string, Page]>([
    ["nothing at all", page()],
    ["a disabled Cost Explorer", { unavailable: "Cost Explorer is not enabled." }],
  ])("%s is a warning, not a report of zero", (_, found) => {
    expect(unit.tell([found], { ...here, config })).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("There is no cost report"),
    });
  });
});

describe("what is billed on one day, or given back, is no part of the sums", () => {
  const two = unit.config.parse({ days: 14, top: 2 });
  /** Cost Explorer's rows of one day: service, record type, amount. */
  const charged = (
    ago: number,
    rows: readonly (readonly [service: string, type: string, amount: number, unit?: string])[],
    more: Partial<ResultByTime> = {},
  ): ResultByTime => ({
    ...cost(ago, {}),
    ...more,
    Groups: rows.map(([service, type, amount, Unit = "USD"]) => ({
      Keys: [service, type],
      Metrics: { UnblendedCost: { Amount: String(amount), Unit } },
    })),
  });
  const used = range(17, 1).map((ago) => charged(ago, [["EC2", "Usage", 10]]));
  const told = (...more: ResultByTime[]) =>
    unit.tell([page(...used, ...more)], { ...here, config: two });

  test("tax, support and fees of the first are told beside them, and change no comparison", () => {
    const first = charged(20, [
      ["Tax", "Tax", 55.2],
      ["AWS Support (Business)", "Support", 100],
      ["EC2", "Recurring", 730],
      ["AWS Savings Plans", "SavingsPlanUpfrontFee", 70],
    ]);
    expect(told(first)).toMatchObject({
      title:
        "AWS cost 10.00 USD yesterday and 170.00 USD in November so far; the last 7 days unchanged against the week before",
      facts: {
        EC2: "70.00 USD, unchanged",
        "Left out":
          "tax 55.20 USD, support 100.00 USD, upfront and monthly fees 800.00 USD since 2026-11-01; with them 1,125.20 USD in November",
      },
    });
  });
  test("on the first itself they make no jump", () => {
    const now = new Date("2026-11-02T07:00:00Z");
    const days = range(17, 1).map((ago) => cost(ago, { EC2: 10 }, now));
    const first = { ...cost(1, {}, now), ...charged(1, [["Tax", "Tax", 900]]) };
    const { TimePeriod } = cost(1, {}, now);
    const message = unit.tell([page(...days, { ...first, ...(TimePeriod && { TimePeriod }) })], {
      ...here,
      now,
      config: two,
    });
    expect(message?.title).toBe(
      "AWS cost 10.00 USD yesterday and 10.00 USD in November so far; the last 7 days unchanged against the week before",
    );
    expect(message?.facts?.["Left out"]).toContain("tax 900.00 USD");
  });
  test("credits and refunds are told beside them, and do not hide what is used", () => {
    const given = charged(2, [
      ["EC2", "Credit", -500],
      ["S3", "Refund", -20.5],
    ]);
    const message = told(given);
    expect(message?.title).toContain("170.00 USD in November so far; the last 7 days unchanged");
    expect(message?.facts).toEqual({
      EC2: "70.00 USD, unchanged",
      "Left out":
        "credits and refunds −520.50 USD since 2026-11-01; with them −350.50 USD in November",
    });
    expect(message?.chart?.points?.every(([, value]) => value >= 0)).toBe(true);
  });
  test("where Cost Explorer gives no types, a negative sum is given back and Tax is tax", () => {
    const message = told(cost(3, { EC2: -40, Tax: 7, "AWS Developer Support": 29 }));
    expect(message?.facts?.["Left out"]).toBe(
      "tax 7.00 USD, support 29.00 USD, credits and refunds −40.00 USD since 2026-11-01; with them 166.00 USD in November",
    );
  });
  test("discounts and the negations of savings plans belong to what is used", () => {
    const plan = charged(1, [
      ["EC2", "SavingsPlanCoveredUsage", 8],
      ["EC2", "SavingsPlanNegation", -8],
      ["EC2", "EdpDiscount", -1],
    ]);
    const message = told(plan);
    expect(message?.title).toContain("AWS cost 9.00 USD yesterday");
    expect(message?.facts).not.toHaveProperty("Left out");
  });
  test.each([
    [-7, -14, "−7.00 USD, −14.00 USD the week before"],
    [-7, 14, "−7.00 USD, 14.00 USD the week before"],
    [7, -14, "7.00 USD, −14.00 USD the week before"],
    [-7, 0, "−7.00 USD, 0.00 USD the week before"],
    [-0.004, 0, "0.00 USD, unchanged"],
  ])("%d after %d has no percentage", (is, was, words) => {
    const message = told(
      charged(8, [["Discounts", "EdpDiscount", was]]),
      charged(1, [["Discounts", "EdpDiscount", is]]),
    );
    expect(message?.facts?.Discounts).toBe(words);
  });
  test("two currencies are not added up", () => {
    const message = told(charged(2, [["Domains", "Usage", 9, "EUR"]]));
    expect(message?.title).toContain("170.00 USD in November so far");
    expect(message?.facts).toEqual({
      EC2: "70.00 USD, unchanged",
      "Other currencies": "9.00 EUR since 2026-11-01, in none of these sums",
    });
  });
});

describe("a day that AWS still counts", () => {
  const two = unit.config.parse({ days: 14, top: 2 });
  const estimate = (ago: number, amount: number): ResultByTime => ({
    ...cost(ago, { EC2: amount }),
    Estimated: true,
  });
  const whole = range(17, 2).map((ago) => estimate(ago, 10));
  const told = (...days: ResultByTime[]) => unit.tell([page(...days)], { ...here, config: two });

  test("is said to be so, and weeks are compared without it", () => {
    expect(told(...whole, estimate(1, 1.5))).toMatchObject({
      title:
        "AWS cost 1.50 USD yesterday, which is still counted, and 161.50 USD in November so far; the 7 days to 19 November unchanged against the week before",
      facts: {
        EC2: "70.00 USD, unchanged",
        "Still counted": "20 November, for another day or so: weeks are compared up to 19 November",
        Estimated: "from 2026-11-04 on: AWS may correct it until the bill is final",
      },
    });
  });
  test("is not one that costs little each week, like the Sunday of those who stop what they use", () => {
    const quiet = range(21, 1).map((ago) => estimate(ago, ago % 7 === 1 ? 1 : 10));
    expect(told(...quiet)?.title).toMatch(/^AWS cost 1\.00 USD yesterday and .*; the last 7 days /);
    expect(told(...quiet)?.facts).not.toHaveProperty("Still counted");
  });
  test("is missing: weeks are compared without it", () => {
    expect(told(...whole)?.title).toBe(
      "AWS cost 160.00 USD in November so far, without yesterday, which is not known yet; the 7 days to 19 November unchanged against the week before",
    );
  });
  test("two of them: weeks are compared up to the day before", () => {
    const message = told(...whole.slice(0, -1), estimate(2, 2), estimate(1, 1));
    expect(message?.title).toContain("the 7 days to 18 November unchanged");
  });
  test("is an estimate like any, once it has what a day has", () => {
    const message = told(...whole, estimate(1, 5));
    expect(message?.title).toContain("AWS cost 5.00 USD yesterday and");
    expect(message?.title).toContain("the last 7 days −7 % against");
    expect(message?.facts).not.toHaveProperty("Still counted");
  });
  test("a quiet day that is final is just quiet", () => {
    const message = told(...whole, cost(1, { EC2: 1 }));
    expect(message?.title).toContain("AWS cost 1.00 USD yesterday and");
  });
  test("of an account that has stopped, no day is waited for", () => {
    expect(told(...range(17, 10).map((ago) => cost(ago, { EC2: 10 })))?.title).toContain(
      "the last 7 days −100 % against the week before",
    );
  });
});

test("an account that costs nothing says so, and warns nobody each morning", () => {
  const days = range(14, 1).map((ago) => cost(ago, {}));
  expect(unit.tell([page(...days)], { ...here, config })).toMatchObject({
    severity: "info",
    title: "There is no cost report: the account cost nothing in the last 14 days",
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
      regions: [here.region],
      readIn: () => read as never,
      remembered: async () => undefined,
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
        regions: [here.region],
        readIn: () => read as never,
        remembered: async () => undefined,
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
