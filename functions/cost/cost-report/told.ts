/** What the report tells, of what Cost Explorer answered. */
import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import { count } from "../../../sdk/counted.ts";
import type { Message } from "../../../sdk/message.ts";
import { dollars } from "../../../sdk/money.ts";
import type { SavedByUnit } from "../../../sdk/report.ts";
import { dayName, firstOfMonth, monthName, utcDay, utcDayBefore } from "../utc-days.ts";
import { inCurrency, percentChange } from "./amounts.ts";
import { type SortedAnswers, sortedAnswers } from "./answers.ts";
import { besideFacts, besideOf, movedInTitle, toldMovers } from "./beside-services.ts";
import { type CostReportConfig, oddCharges } from "./config.ts";
import { byCurrency, type Charge, type Cost, costIn, costsOf } from "./costs.ts";
import { forecastFacts, monthEndOf, toldBudgets } from "./month.ts";
import { type CostAnswer, firstAsked, savedDays } from "./questions.ts";
import { seenOf } from "./seen.ts";
import { byWeek, comparedWeeks, type TellingCosts, weekBeforeOf, weekOf } from "./telling.ts";

const none = (why: string): Message => ({
  title: `There is no cost report: ${why}`,
  severity: "warning",
});

/** @param results days of which none has a cost, or no days at all */
function withoutCosts(results: readonly ResultByTime[], length: number): Message {
  const since = "It takes about a day after it is first enabled.";
  if (!results.length)
    return none(`Cost Explorer knows of no costs in the last ${length} days. ${since}`);
  // Not worth a warning each morning: an account may well cost nothing.
  return {
    title: `There is no cost report: the account cost nothing in the last ${length} days`,
    severity: "info",
    facts: { "If it did": `Cost Explorer names no service in any of these days. ${since}` },
  };
}

const chargeWords: Readonly<Record<Exclude<Charge, "usage">, string>> = {
  tax: "tax",
  support: "support",
  fees: "upfront and monthly fees",
  credits: "credits and refunds",
};

/** What is no part of the sums, and what they would be with it. */
function leftOutFacts({ costs, money, now, first, counts }: TellingCosts): Record<string, string> {
  const yesterday = utcDayBefore(now, 1);
  const parts = oddCharges.flatMap((charge) => {
    const some = counts(charge) ? [] : costs.filter((cost) => cost.charge === charge);
    return some.length ? [`${chargeWords[charge]} ${money(costIn(some, first, yesterday))}`] : [];
  });
  if (!parts.length) return {};
  const whole = money(costIn(costs, firstOfMonth(yesterday), yesterday));
  const words = `${parts.join(", ")} since ${first}; with them ${whole} in ${monthName(yesterday)}`;
  return { "Left out": words };
}

function serviceFacts(telling: TellingCosts): Record<string, string> {
  const services = byWeek(telling.used, telling);
  const { top } = telling.config;
  const facts: Record<string, string> = {};
  for (const [service, some] of services.slice(0, top))
    facts[service] = comparedWeeks(some, telling);
  const others = services.slice(top).flatMap(([, some]) => some);
  if (others.length) facts["All others"] = comparedWeeks(others, telling);
  return facts;
}

/** How far the days can be relied upon. */
function certaintyFacts({ now, last, estimated }: TellingCosts): Record<string, string> {
  const facts: Record<string, string> = {};
  const end = dayName(utcDayBefore(now, last));
  if (last > 1)
    facts["Still counted"] =
      `${dayName(utcDayBefore(now, 1))}, for another day or so: weeks are compared up to ${end}`;
  const [firstEstimate] = [...estimated].sort();
  if (firstEstimate)
    facts.Estimated = `from ${firstEstimate} on: AWS may correct it until the bill is final`;
  return facts;
}

const metricWords: Readonly<Record<CostReportConfig["metric"], string>> = {
  UnblendedCost: "unblended: what is paid upfront or monthly falls on its day",
  AmortizedCost: "amortised: what is paid upfront is spread over the days that it is for",
  NetUnblendedCost: "unblended, after discounts: what is paid upfront falls on its day",
  NetAmortizedCost: "amortised, after discounts: what is paid upfront is spread over its days",
  BlendedCost: "blended: by the mean rate of the organisation",
};

function howFacts({ metric }: CostReportConfig, asked: number | undefined): Record<string, string> {
  const took =
    asked === undefined
      ? ""
      : `. It took ${count(asked, "question")} to Cost Explorer; AWS bills each page of an answer`;
  return { "Costs are": `${metricWords[metric]}${took}` };
}

/** By its own count: the bill knows nothing of it, and is the one to believe. */
function savedFacts(saved: readonly SavedByUnit[]): Record<string, string> {
  if (!saved.length) return {};
  const sum = saved.reduce((total, { perMonth }) => total + perMonth, 0);
  const changes = saved.reduce((total, each) => total + each.changes, 0);
  const unknown = saved.reduce((total, each) => total + each.unknown, 0);
  const by = saved.flatMap(({ unit, perMonth }) =>
    perMonth > 0 ? [`${unit} ${dollars(perMonth)}`] : [],
  );
  const amount = by.length ? `${dollars(sum)} a month (${by.join(", ")})` : "no known amount";
  const silent = unknown ? `, of ${unknown} it is not known` : "";
  return {
    "Computed, not billed": `${count(changes, "change")} that Nightshift made in the last ${savedDays} days ${changes === 1 ? "saves" : "save"} ${amount}${silent}, by the prices that were known then; what was taken back since is in it. Whether the bill shows it stands above`,
  };
}

function withYesterday(ofMonth: string, { used, now, money, last }: TellingCosts): string {
  const yesterday = utcDayBefore(now, 1);
  if (!used.some(({ day }) => day === yesterday))
    return `${ofMonth}, without yesterday, which is not known yet`;
  const amount = money(costIn(used, yesterday, yesterday));
  const isCounted = last === 1 ? "" : ", which is still counted,";
  return `${amount} yesterday${isCounted} and ${ofMonth}`;
}

function titleOf(telling: TellingCosts): string {
  const { used, money, now, last, isCut } = telling;
  const yesterday = utcDayBefore(now, 1);
  const month = firstOfMonth(yesterday);
  const soFar = firstOfMonth(utcDay(now)) === month ? " so far" : "";
  const ofMonth = `${money(costIn(used, month, yesterday))} in ${monthName(yesterday)}${soFar}`;
  if (isCut)
    return `Of what AWS cost not all was read: ${ofMonth} at least, and weeks are not compared`;
  const days = last === 1 ? "the last 7 days" : `the 7 days to ${dayName(utcDayBefore(now, last))}`;
  const [week, before] = [weekOf(used, telling), weekBeforeOf(used, telling)];
  const percent = percentChange(week, before);
  const comparison =
    percent === undefined
      ? `${money(week)}, ${money(before)} the week before`
      : `${percent} against the week before`;
  return `AWS cost ${withYesterday(ofMonth, telling)}; ${days} ${comparison}`;
}

/** What is paid in currencies beside the one that the report is in. */
const inOthers = (
  others: readonly (readonly [currency: string, costs: readonly Cost[]])[],
  first: string,
): string => {
  const amounts = others.map(([currency, costs]) =>
    inCurrency(currency)(costIn(costs, first, "9")),
  );
  return `${amounts.join(", ")} since ${first}, in none of these sums`;
};

function incompleteFacts({ listed }: SortedAnswers, pages: number): Record<string, string> {
  const isCut = Object.values(listed).some((part) => "more" in part && part.more);
  return isCut
    ? {
        Incomplete: `only the first ${pages} pages were read, so the sums are too small. Raise units.cost-report.config.pages.`,
      }
    : {};
}

function chartOf({
  used,
  now,
  currency,
  config: { days: length },
}: TellingCosts): Message["chart"] {
  const points = Array.from({ length }, (_, at) => utcDayBefore(now, length - at)).map(
    (day) => [new Date(day), Math.round(costIn(used, day, day) * 100) / 100] as const,
  );
  return { title: `AWS cost by day, ${currency}`, unit: currency, points };
}

function messageOf(answers: SortedAnswers, telling: TellingCosts): Message {
  const { config } = telling;
  const beside = besideOf(answers, telling);
  const movers = toldMovers(beside, telling);
  const end = monthEndOf(answers, telling);
  const budgets = toldBudgets({ beside, end }, telling);
  const chart = chartOf(telling);
  return {
    title: `${titleOf(telling)}${movedInTitle(movers, telling)}${budgets.inTitle}`,
    severity: budgets.severity,
    facts: {
      ...budgets.facts,
      ...forecastFacts(answers, end, telling),
      ...serviceFacts(telling),
      ...besideFacts(answers, beside, telling),
      ...movers.facts,
      ...savedFacts(answers.saved),
      ...certaintyFacts(telling),
      ...leftOutFacts(telling),
      ...incompleteFacts(answers, config.pages),
      ...howFacts(config, answers.asked),
    },
    ...(chart && { chart }),
    ...(movers.table && { table: movers.table }),
  };
}

export function toldOfCosts(
  found: readonly CostAnswer[],
  now: Date,
  config: CostReportConfig,
): Message {
  const answers = sortedAnswers(found);
  const { services } = answers.listed;
  if (!services || "unread" in services) return none(services?.unread ?? "nothing was asked");
  const { results } = services;
  const [main, ...others] = byCurrency(costsOf(results, config.metric));
  if (!main) return withoutCosts(results, config.days);
  const [currency, costs] = main;
  const first = firstAsked(now, config);
  const seen = seenOf(services, costs, { now, config });
  const message = messageOf(answers, {
    ...seen,
    money: inCurrency(currency),
    currency,
    first,
    config,
  });
  if (!others.length) return message;
  return { ...message, facts: { ...message.facts, "Other currencies": inOthers(others, first) } };
}
