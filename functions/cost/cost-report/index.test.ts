import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import { describe, expect, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import { record } from "../../../testing/recorded-answer.ts";
import unit from "./index.ts";
import type { CostAnswer, CostPart } from "./questions.ts";

const now = new Date("2026-11-21T07:00:00Z");
const here = { account: "123456789012", region: "us-east-1", now };
/** Weeks against weeks alone: what moved on a day has tests of its own below. */
const plain = { days: 14, top: 2, weeks: 0 };
const config = unit.config.parse(plain);
/** Told of every report. */
const how = { "Costs are": "unblended: what is paid upfront or monthly falls on its day" };

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
const listed = (part: CostPart, ...results: ResultByTime[]): CostAnswer => ({
  part,
  page: { results, more: false },
});
const page = (...results: ResultByTime[]): CostAnswer => listed("services", ...results);
const cut = (...results: ResultByTime[]): CostAnswer => ({
  part: "services",
  page: { results, more: true },
});

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
      facts: {
        EC2: "84.00 USD, +20 %",
        S3: "7.00 USD, new",
        "All others": "3.50 USD, unchanged",
        ...how,
      },
      chart: { title: "AWS cost by day, USD", unit: "USD", points: expect.any(Array) },
    });
    const facts =
      unit.tell([page(...fortnight)], { ...here, config: unit.config.parse({ ...plain, top: 4 }) })
        ?.facts ?? {};
    // By cost, then by name, and no others where all are named.
    expect(Object.keys(facts)).toEqual(["EC2", "S3", "SNS", "SQS", "Costs are"]);
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
    ).toEqual({ EC2: "1.00 USD, new", ...how });
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
      unit.tell([page(...without, cost(1, { EC2: 1 }))], {
        ...here,
        config: unit.config.parse({ weeks: 0 }),
      })?.facts,
    ).toEqual({
      other: "2.00 USD, new",
      EC2: "1.00 USD, new",
      S3: "0.00 USD, unchanged",
      ...how,
    });
  });
  test("the chart has a point for each day, those without cost included, and none for today", () => {
    const points = unit.tell([page(...fortnight.slice(0, 3))], { ...here, config })?.chart?.points;
    expect(points).toHaveLength(14);
    expect(points?.[0]).toEqual([new Date("2026-11-07"), 10.5]);
    expect(points?.at(-1)).toEqual([new Date("2026-11-20"), 0]);
  });
  test("pages are added up, a day may be spread over two", () => {
    const message = unit.tell([cut(cost(1, { EC2: 1 })), page(cost(1, { S3: 2 }))], {
      ...here,
      config,
    });
    expect(message?.title).toContain("3.00 USD yesterday");
    expect(message?.facts).not.toHaveProperty("Incomplete");
  });
  test("what was not read is said", () => {
    expect(unit.tell([cut(...fortnight)], { ...here, config })?.facts?.Incomplete).toContain(
      "only the first 10 pages were read",
    );
  });
  test("what was not read to its end is compared with nothing", () => {
    const message = unit.tell([cut(...fortnight)], { ...here, config });
    expect(message?.title).toBe(
      "Of what AWS cost not all was read: 168.00 USD in November so far at least, and weeks are not compared",
    );
    expect(message?.facts?.EC2).toBe("84.00 USD at least");
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
  test.each<[string, CostAnswer]>([
    ["nothing at all", page()],
    [
      "a disabled Cost Explorer",
      { part: "services", page: { unavailable: "Cost Explorer is not enabled." } },
    ],
  ])("%s is a warning, not a report of zero", (_, found) => {
    expect(unit.tell([found], { ...here, config })).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("There is no cost report"),
    });
  });
});

describe("what is billed on one day, or given back, is no part of the sums", () => {
  const two = unit.config.parse(plain);
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
      ...how,
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
      ...how,
    });
  });
});

describe("a day that AWS still counts", () => {
  const two = unit.config.parse(plain);
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

/** Rows of one day, in a listing by anything: its keys and its amount. */
const rows = (
  ago: number,
  amounts: readonly (readonly [keys: readonly string[], amount: number])[],
): ResultByTime => {
  const { TimePeriod } = cost(ago, {});
  const Groups = amounts.map(([keys, amount]) => ({
    Keys: [...keys],
    Metrics: { UnblendedCost: { Amount: String(amount), Unit: "USD" } },
  }));
  return { ...(TimePeriod && { TimePeriod }), Groups };
};

/** What no title says where nothing moved. */
const nothingMoved = / moved|against its usual/;

describe("what moved, against the same weekday of the weeks before", () => {
  const judging = unit.config.parse({ days: 14, top: 2 });
  const tell = (found: readonly CostAnswer[], settings = judging) =>
    unit.tell(found, { ...here, config: settings });
  /** 20 November 2026 is a Friday; Fridays cost what `friday` says, other days 100. */
  const month = (friday: (ago: number) => number, from = 31) =>
    range(from, 1).map((ago) => cost(ago, { EC2: ago % 7 === 1 ? friday(ago) : 100, S3: 3 }));

  test("a Friday that costs what Fridays cost has not moved, whatever the day before cost", () => {
    const message = tell([page(...month(() => 20))]);
    expect(message?.title).not.toMatch(nothingMoved);
    expect(message).not.toHaveProperty("table");
    expect(message?.facts).not.toHaveProperty("Usual");
  });
  test("a Friday that costs more than Fridays do has, although it costs what Thursday did", () => {
    const message = tell([page(...month((ago) => (ago === 1 ? 100 : 20)))]);
    expect(message?.title).toContain("; EC2 +80.00 USD on 20 November against its usual Friday");
    expect(message?.facts?.Usual).toBe("20 November against the mean of the 4 Fridays before");
    expect(message?.table).toEqual({
      columns: ["by", "what moved", "20 November", "usual Friday", "USD", "change"],
      rows: [["service", "EC2", 100, 20, 80, "+400 %"]],
    });
  });
  test("the mean is of all known weeks: a dear Friday a month ago is a quarter of it", () => {
    const message = tell([page(...month((ago) => (ago === 29 ? 60 : 20)))]);
    expect(message?.table?.rows).toEqual([["service", "EC2", 20, 30, -10, "−33 %"]]);
    expect(message?.title).toContain("; EC2 −10.00 USD on 20 November");
  });
  test.each([
    [4.99, 20, 20, undefined],
    [5, 20, 20, 25],
    [5, 26, 20, undefined],
    [19, 100, 20, undefined],
    [20, 100, 20, 120],
  ])("%d more than %d moves by %d percent: %s", (more, usual, percent, amount) => {
    const settings = unit.config.parse({ days: 14, percent, moved: 5 });
    const days = month((ago) => (ago === 1 ? usual + more : usual));
    expect(tell([page(...days)], settings)?.table?.rows[0]?.[2]).toBe(amount);
  });
  test("several: the largest change first, and the title says how many", () => {
    const days = range(31, 1).map((ago) =>
      cost(ago, ago === 1 ? { EC2: 40, SQS: 90 } : { EC2: 20, S3: 50 }),
    );
    const message = tell([page(...days)]);
    expect(message?.title).toContain("; 3 services moved, most of all SQS: +90.00 USD on 20 Nov");
    expect(message?.table?.rows).toEqual([
      ["service", "SQS", 90, 0, 90, "new"],
      ["service", "S3", 0, 50, -50, "−100 %"],
      ["service", "EC2", 40, 20, 20, "+100 %"],
    ]);
  });
  test("a day that is still counted is not judged: the one before is", () => {
    const days = month(() => 20).slice(0, -1);
    const last = { ...cost(1, { EC2: 0.1, S3: 3 }), Estimated: true };
    const thursday = days.map((day, at) => (at === days.length - 1 ? cost(2, { EC2: 190 }) : day));
    const message = tell([page(...thursday, last)]);
    expect(message?.title).toContain("; EC2 +90.00 USD on 19 November against its usual Thursday");
  });
  test.each([
    [14, 1, "of 2 Fridays before 20 November that it takes, 1 is known"],
    [7, 0, "of 2 Fridays before 20 November that it takes, 0 are known"],
  ])("of an account that is %d days old nothing is judged, and that is said", (age, _, words) => {
    // Days before it was there are answered too, and empty.
    const before = range(31, age + 1).map((ago) => cost(ago, {}));
    const message = tell([page(...before, ...month((ago) => (ago === 1 ? 900 : 20), age))]);
    expect(message?.facts?.Usual).toBe(`what moved is not judged: ${words}`);
    expect(message?.title).not.toMatch(nothingMoved);
    expect(message).not.toHaveProperty("table");
  });
  test("days of which nothing is known are no days on which all fell to nothing", () => {
    const days = month(() => 20).map((day, at) => (at < 28 ? day : { ...day, Groups: [] }));
    const message = tell([page(...days)]);
    expect(message?.facts?.Usual).toBe("what moved is not judged: nothing is known of 20 November");
    expect(message).not.toHaveProperty("table");
  });
  test("a week that Cost Explorer did not answer is not one of no cost", () => {
    const days = month(() => 20).filter((_, at) => at !== 31 - 8);
    expect(tell([page(...days)])?.title).not.toMatch(nothingMoved);
  });
  test("tax and credits of the day have moved nothing", () => {
    const odd = rows(1, [
      [["Tax", "Tax"], 500],
      [["EC2", "Credit"], -500],
    ]);
    expect(tell([page(...month(() => 20), odd)])?.title).not.toMatch(nothingMoved);
  });
  test("usage types, accounts and values of the tag stand beside the services", () => {
    const settings = unit.config.parse({ days: 14, tag: "team" });
    const days = range(31, 1);
    const grew = (ago: number) => (ago === 1 ? 70 : 20);
    const message = tell(
      [
        page(...days.map((ago) => cost(ago, { EC2: grew(ago) }))),
        listed(
          "accounts",
          ...days.map((ago) =>
            rows(ago, [
              [["111122223333", "Usage"], grew(ago) - 10],
              [["444455556666", "Usage"], 10],
              [["444455556666", "Tax"], ago === 1 ? 50 : 0],
            ]),
          ),
        ),
        listed(
          "tag",
          ...days.map((ago) =>
            rows(ago, [
              [["team$payments", "Usage"], grew(ago) - 5],
              [["team$", "Usage"], 5],
            ]),
          ),
        ),
        listed(
          "usage types",
          ...days.map((ago) =>
            rows(ago, [
              [["EUC1-BoxUsage:m5.large", "EC2"], grew(ago) - 15],
              [["EUC1-DataTransfer-Out-Bytes", "EC2"], 15],
            ]),
          ),
        ),
      ],
      settings,
    );
    expect(message?.table?.rows.map(([by, name]) => [by, name])).toEqual([
      ["service", "EC2"],
      ["usage type", "EUC1-BoxUsage:m5.large (EC2)"],
      ["account", "111122223333"],
      ["team", "payments"],
    ]);
    expect(message?.facts).toMatchObject({
      "By account": "111122223333 120.00 USD, +71 % · 444455556666 70.00 USD, unchanged",
      "By tag team": "payments 155.00 USD, +48 % · without it 35.00 USD, unchanged",
    });
  });
  test("one account is no list of accounts", () => {
    const message = tell([
      page(...month(() => 20)),
      listed("accounts", ...range(31, 1).map((ago) => rows(ago, [[["111122223333", "Usage"], 9]]))),
    ]);
    expect(message?.facts).not.toHaveProperty("By account");
  });
  test("a tag that nothing bears is told with what it takes", () => {
    const settings = unit.config.parse({ days: 14, tag: "team" });
    const untagged = range(31, 1).map((ago) => rows(ago, [[["team$", "Usage"], 9]]));
    const message = tell([page(...month(() => 20)), listed("tag", ...untagged)], settings);
    expect(message?.facts?.["By tag team"]).toContain("active as a cost allocation tag");
  });
  test("what could not be read is not known, and all else is told", () => {
    const unread = "AccessDeniedException: Linked account doesn't have access to tags.";
    const message = tell([page(...month(() => 20)), { part: "tag", unread }]);
    expect(message?.facts?.["By tag"]).toBe(`not known: ${unread}`);
    expect(message?.title).toContain("AWS cost 23.00 USD yesterday");
  });
});

describe("what the month will have cost", () => {
  const days = range(31, 1).map((ago) => cost(ago, { EC2: 10 }));
  const forecast = (mean: number, more: { from?: number; to?: number; currency?: string } = {}) =>
    ({
      part: "forecast",
      forecast: {
        mean,
        range: more.from === undefined ? undefined : { from: more.from, to: more.to ?? mean },
        currency: more.currency ?? "USD",
      },
    }) as const;
  const tell = (answer: CostAnswer, settings = config, at = now) =>
    unit.tell([page(...days), answer], { ...here, now: at, config: settings });

  test("is what it cost so far, and what AWS forecasts for the rest, with the range", () => {
    expect(tell(forecast(110, { from: 90, to: 130 }))?.facts?.Forecast).toBe(
      "November 310.00 USD, from 290.00 USD to 330.00 USD in 80 of 100 cases, by AWS's forecast",
    );
  });
  test.each<[string, CostAnswer, string]>([
    ["without history", { part: "forecast", forecast: undefined }, "too little history"],
    ["that was denied", { part: "forecast", unread: "AccessDenied: no" }, "AccessDenied: no"],
    [
      "in euros",
      forecast(110, { currency: "EUR" }),
      "AWS gives it in EUR, and the sums are in USD",
    ],
  ])("%s it is not known, and never 0", (_, answer, why) => {
    const words = tell(answer)?.facts?.Forecast;
    expect(words).toMatch(/^of November not known: /);
    expect(words).toContain(why);
    expect(words).not.toContain("0.00");
  });
  test("without a range that is said", () => {
    expect(tell(forecast(110))?.facts?.Forecast).toContain("310.00 USD, AWS gives no range");
  });
  test("on a month's first day it is of the month that begins", () => {
    const first = new Date("2026-11-01T07:00:00Z");
    expect(tell(forecast(300), config, first)?.facts?.Forecast).toContain("November 300.00 USD");
  });

  const held = (lines: readonly object[], settings: object = {}) =>
    unit.config.parse({ ...plain, ...settings, budgets: lines });
  test.each([
    [
      199,
      "over: 200.00 USD of 199.00 USD in November (101 %), 310.00 USD by the forecast (156 %)",
      "warning",
    ],
    [
      200,
      "will be over: 200.00 USD of 200.00 USD in November (100 %), 310.00 USD by the forecast (155 %)",
      "warning",
    ],
    [
      300,
      "will be over: 200.00 USD of 300.00 USD in November (67 %), 310.00 USD by the forecast (103 %)",
      "warning",
    ],
    [
      320,
      "may be over: 200.00 USD of 320.00 USD in November (63 %), 310.00 USD by the forecast (97 %)",
      "info",
    ],
    [400, "200.00 USD of 400.00 USD in November (50 %), 310.00 USD by the forecast (78 %)", "info"],
  ])("a budget of %d: %s", (amount, words, severity) => {
    const answer = forecast(110, { from: 90, to: 130 });
    const message = tell(answer, held([{ name: "all", amount }]));
    expect([message?.facts?.["Budget all"], message?.severity]).toEqual([words, severity]);
    const inTitle = message?.title.includes("over budget, or will be: all");
    expect(inTitle).toBe(severity === "warning");
  });
  test("a budget of one service is judged by it, without a forecast of all", () => {
    const lines = [{ name: "compute", amount: 100, service: "EC2" }];
    expect(tell(forecast(9000), held(lines))?.facts?.["Budget compute"]).toBe(
      "over: 200.00 USD of 100.00 USD in November (200 %)",
    );
  });
  test("a budget of a service that the bill does not know is not one of 0", () => {
    const lines = [{ name: "compute", amount: 100, service: "Amazon EC2" }];
    const message = tell(forecast(1), held(lines));
    expect(message?.facts?.["Budget compute"]).toContain("nothing of that name has cost anything");
  });
  test("a budget of all, where nothing but tax was billed, is one of 0", () => {
    const settings = held([{ name: "all", amount: 100 }]);
    const message = unit.tell([page(cost(1, { Tax: 5 }))], { ...here, config: settings });
    expect(message?.facts?.["Budget all"]).toBe("0.00 USD of 100.00 USD in November (0 %)");
  });
  test("a budget in another currency, or of an account that could not be read, is not judged", () => {
    const lines = [
      { name: "euros", amount: 1, currency: "EUR" },
      { name: "prod", amount: 1, account: "111122223333" },
    ];
    expect(tell(forecast(1), held(lines))).toMatchObject({
      severity: "info",
      facts: {
        "Budget euros": "not judged: it is in EUR, and the bill in USD",
        "Budget prod": "not known: its costs could not be read whole",
      },
    });
  });
  test("on a month's first day the budget is of the month that ended, without the next one's forecast", () => {
    const first = new Date("2026-11-01T07:00:00Z");
    const october = range(31, 1).map((ago) => cost(ago, { EC2: 10 }, first));
    const message = unit.tell([page(...october), forecast(9000)], {
      ...here,
      now: first,
      config: held([{ name: "all", amount: 400 }]),
    });
    expect(message?.facts?.["Budget all"]).toBe("310.00 USD of 400.00 USD in October (78 %)");
  });
});

test.each([
  ["AmortizedCost", "amortised: what is paid upfront is spread over the days that it is for"],
  ["UnblendedCost", "unblended: what is paid upfront or monthly falls on its day"],
])("that costs are %s is said, and what reading them took", (metric, words) => {
  const Metrics = { [metric]: { Amount: "5", Unit: "USD" } };
  const day = { ...cost(1, {}), Groups: [{ Keys: ["EC2"], Metrics }] };
  const message = unit.tell([page(day), { part: "questions", asked: 4 }], {
    ...here,
    config: unit.config.parse({ ...plain, metric }),
  });
  expect(message?.facts?.["Costs are"]).toBe(
    `${words}. It took 4 questions to Cost Explorer; AWS bills each page of an answer`,
  );
});

test.each([
  [
    [
      { unit: "gp3-volumes", perMonth: 80.5, changes: 3, unknown: 0 },
      { unit: "open-ingress", perMonth: 0, changes: 2, unknown: 0 },
    ],
    "5 changes that Nightshift made in the last 7 days save $80.50 a month (gp3-volumes $80.50), by the prices",
  ],
  [
    [{ unit: "idle-instances", perMonth: 0, changes: 1, unknown: 1 }],
    "1 change that Nightshift made in the last 7 days saves no known amount, of 1 it is not known, by the prices",
  ],
])("what Nightshift saved is told as computed, beside the bill", (saved, words) => {
  const day = page(cost(1, { EC2: 5 }));
  const message = unit.tell([day, { part: "saved", saved }], { ...here, config });
  expect(message?.facts?.["Computed, not billed"]).toContain(words);
  const bill = unit.tell([day], { ...here, config });
  expect(message?.title).toBe(bill?.title);
  expect(bill?.facts).not.toHaveProperty("Computed, not billed");
});

test("of costs that were not read whole nothing is judged, and that is said", () => {
  const settings = unit.config.parse({
    days: 14,
    tag: "team",
    budgets: [{ name: "all", amount: 1 }],
  });
  const days = range(31, 1).map((ago) => cost(ago, { EC2: ago === 1 ? 900 : 10 }));
  const tags = range(31, 1).map((ago) => rows(ago, [[["team$a", "Usage"], ago === 1 ? 900 : 10]]));
  const forecast = { mean: 5, range: undefined, currency: "USD" };
  const half = unit.tell([cut(...days), { part: "forecast", forecast }], {
    ...here,
    config: settings,
  });
  expect(half?.title).not.toMatch(nothingMoved);
  expect(half).toMatchObject({
    severity: "info",
    facts: {
      Incomplete: expect.stringContaining("the sums are too small"),
      Forecast: "of November not known: what it cost so far was not read whole",
      "Budget all": "not known: its costs could not be read whole",
    },
  });
  expect(half).not.toHaveProperty("table");
  const halfOfTags = unit.tell(
    [page(...days), { part: "tag", page: { results: tags, more: true } }],
    { ...here, config: settings },
  );
  expect(halfOfTags?.facts?.["By tag"]).toBe("not known: not all of its pages were read");
  expect(halfOfTags?.table?.rows.map(([by]) => by)).toEqual(["service"]);
});

test("charges that the settings include are part of the sums", () => {
  const days = range(17, 1).map((ago) =>
    rows(ago, [
      [["EC2", "Usage"], 10],
      [["EC2", "Credit"], -4],
      [["Tax", "Tax"], 1],
    ]),
  );
  const settings = unit.config.parse({ ...plain, include: ["credits"] });
  const message = unit.tell([page(...days)], { ...here, config: settings });
  expect(message?.title).toContain("AWS cost 6.00 USD yesterday");
  expect(message?.facts?.["Left out"]).toMatch(/^tax 17\.00 USD since/);
});

test("an account that costs nothing says so, and warns nobody each morning", () => {
  const days = range(14, 1).map((ago) => cost(ago, {}));
  expect(unit.tell([page(...days)], { ...here, config })).toMatchObject({
    severity: "info",
    title: "There is no cost report: the account cost nothing in the last 14 days",
  });
});

test.each([
  ["2026-11-21T07:00:00Z", 14, 0, "2026-11-01", "2026-11-21"],
  ["2026-11-21T07:00:00Z", 30, 0, "2026-10-22", "2026-11-21"],
  ["2026-11-01T00:00:00Z", 14, 0, "2026-10-01", "2026-11-01"],
  // Four Saturdays before any day of the last three.
  ["2026-11-21T07:00:00Z", 14, 4, "2026-10-21", "2026-11-21"],
])(
  "at %s the range of %d days, judged by %d weeks, begins on %s and ends before %s",
  async (at, length, weeks, Start, End) => {
    const asked: object[] = [];
    const read = ({ input }: { input: object }) => Promise.resolve(void asked.push(input));
    await Array.fromAsync(
      (await unit.find({
        ...here,
        now: new Date(at),
        only: undefined,
        config: unit.config.parse({ days: length, weeks, history: 1 }),
        read: read as never,
        regions: [here.region],
        readIn: () => read as never,
        remembered: async () => undefined,
      })) as AsyncIterable<CostAnswer>,
    );
    expect(asked).toEqual([expect.objectContaining({ TimePeriod: { Start, End } })]);
  },
);

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
      })) as AsyncIterable<CostAnswer>,
    );
  };
  test("a disabled Cost Explorer is something to tell", async () => {
    expect(await finding("User not enabled for cost explorer access")).toEqual([
      {
        part: "services",
        page: { unavailable: expect.stringContaining("not enabled for this account") },
      },
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
    const alone = { accounts: false, forecast: false, weeks: 0 };
    const all = await look(unit, aws, { now, config: alone });
    expect([all.found.length, all.requests]).toEqual([4, 3]);
    expect(all.found.at(-1)).toEqual({ part: "questions", asked: 1 });
    expect(unit.tell(all.found, { ...here, config })?.title).toContain("6.00 USD in November");
    const some = await look(unit, aws, { now, config: { ...alone, pages: 2 } });
    expect(
      unit.tell(some.found, { ...here, config: unit.config.parse({ pages: 2 }) })?.facts
        ?.Incomplete,
    ).toBeDefined();
  });
  const dimension = (Key: string) => ({ Type: "DIMENSION", Key });
  const types = dimension("RECORD_TYPE");
  const inAll = (...keys: readonly (readonly string[])[]) =>
    range(31, 1).map((ago) =>
      rows(
        ago,
        keys.map((each) => [each, ago === 1 ? 70 : 20]),
      ),
    );
  const all = [
    {
      GroupDefinitions: [dimension("SERVICE"), types],
      ResultsByTime: inAll(["EC2", "Usage"], ["EC2", "Credit"]),
    },
    {
      GroupDefinitions: [dimension("LINKED_ACCOUNT"), types],
      ResultsByTime: inAll(["111122223333", "Usage"], ["444455556666", "Usage"]),
    },
    { GroupDefinitions: [{ Type: "TAG", Key: "team" }, types], ResultsByTime: [] },
    {
      GroupDefinitions: [dimension("USAGE_TYPE"), dimension("SERVICE")],
      ResultsByTime: inAll(["BoxUsage:m5.large", "EC2"]),
    },
  ];
  const Total = { Amount: "120.5", Unit: "USD" };

  test("a question each: services, forecast, accounts, tag, and usage types of what moved", async () => {
    const aws = await embedded({ region: "us-east-1" });
    await seed(aws.endpoint, aws.account, all);
    await record(aws, { path: "GetCostForecast", answer: { Total } });
    const config = unit.config.parse({ tag: "team" });
    const { found, requests } = await look(unit, aws, { now, config: { tag: "team" } });
    expect(requests).toBe(5);
    expect(found.map(({ part }) => part)).toEqual([
      "services",
      "forecast",
      "accounts",
      "tag",
      "usage types",
      "questions",
    ]);
    const message = unit.tell(found, { ...here, config });
    expect(message?.title).toContain("; EC2 +50.00 USD on 20 November");
    expect(message?.facts).toMatchObject({
      Forecast: "November 570.50 USD, AWS gives no range, by AWS's forecast",
      "Costs are": expect.stringContaining("It took 5 questions"),
    });
    expect(message?.table?.rows.map(([by]) => by)).toEqual([
      "service",
      "usage type",
      "account",
      "account",
    ]);
  });
  test("no more requests than the settings allow: the rest is told as not asked", async () => {
    const aws = await embedded({ region: "us-east-1" });
    await seed(aws.endpoint, aws.account, all);
    const { found, requests } = await look(unit, aws, { now, config: { pages: 2 } });
    expect(requests).toBe(2);
    const message = unit.tell(found, { ...here, config: unit.config.parse({ pages: 2 }) });
    expect(message?.facts).toMatchObject({
      "By account": expect.stringContaining("not known: it was not asked"),
      "Usage types of what moved": expect.stringContaining("Raise units.cost-report.config.pages"),
    });
  });
  test("a forecast that AWS refuses for lack of history is not known", async () => {
    const aws = await embedded({ region: "us-east-1" });
    await seed(aws.endpoint, aws.account, all);
    const { found } = await look(unit, aws, { now });
    expect(unit.tell(found, { ...here, config: unit.config.parse({}) })?.facts?.Forecast).toBe(
      "of November not known: AWS has too little history of this account for one",
    );
  });
  test("an account without data gets a warning", async () => {
    const aws = await embedded({ region: "us-east-1" });
    expect(unit.tell((await look(unit, aws, { now })).found, { ...here, config })?.severity).toBe(
      "warning",
    );
  });
});

test.each([
  { history: 5 },
  { weeks: 2, history: 3 },
  { budgets: [{ name: "payments", amount: 5, tag: "payments" }] },
  { budgets: [{ name: "x", amount: 0 }] },
  { budgets: [{ name: "x", amount: 5, account: "111122223333", service: "EC2" }] },
  {
    budgets: [
      { name: "x", amount: 5 },
      { name: "x", amount: 6 },
    ],
  },
  { accounts: false, budgets: [{ name: "x", amount: 5, account: "111122223333" }] },
  { include: ["usage"] },
  { days: 7 },
  { top: 0 },
  { metric: "Cost" },
  { pages: 0 },
  { tops: 3 },
])("config %o is refused", (given) => {
  expect(unit.config.safeParse(given).success).toBe(false);
});
