/** The month: what it will have cost, and what the settings hold it to. */
import type { Severity } from "../../../sdk/message.ts";
import { firstOfMonth, monthName, utcDay, utcDayBefore } from "../utc-days.ts";
import type { SortedAnswers } from "./answers.ts";
import type { BesideServices } from "./beside-services.ts";
import type { BudgetLine } from "./config.ts";
import { type Cost, costIn } from "./costs.ts";
import { type CostForecast, forecastLevel } from "./month-end.ts";
import type { TellingCosts } from "./telling.ts";

/** What was used in the month of today, up to yesterday. */
function soFarOf(costs: readonly Cost[], now: Date): number {
  return costIn(costs, firstOfMonth(utcDay(now)), utcDayBefore(now, 1));
}

/** The whole month of today, by AWS's forecast; nothing where it gives none in the report's currency. */
export interface MonthEnd {
  readonly mean: number;
  readonly range: CostForecast["range"];
}

export function monthEndOf(
  { forecast }: SortedAnswers,
  { used, now, currency, isCut }: TellingCosts,
): MonthEnd | undefined {
  if (isCut || !forecast || "unread" in forecast || !forecast.found) return undefined;
  const { mean, range, currency: of } = forecast.found;
  if (of !== currency && of !== "") return undefined;
  const soFar = soFarOf(used, now);
  return {
    mean: soFar + mean,
    range: range && { from: soFar + range.from, to: soFar + range.to },
  };
}

function whyUnknown({ forecast }: SortedAnswers, { currency, isCut }: TellingCosts): string {
  if (isCut) return "what it cost so far was not read whole";
  if (!forecast) return "it was not asked for";
  if ("unread" in forecast) return forecast.unread;
  if (forecast.found)
    return `AWS gives it in ${forecast.found.currency}, and the sums are in ${currency}`;
  return "AWS has too little history of this account for one";
}

/** `November 412.00 USD, from 398.00 USD to 431.00 USD in 80 of 100 cases, by AWS's forecast` */
export function forecastFacts(
  answers: SortedAnswers,
  end: MonthEnd | undefined,
  telling: TellingCosts,
): Record<string, string> {
  if (!answers.forecast) return {};
  const month = monthName(utcDay(telling.now));
  if (!end) return { Forecast: `of ${month} not known: ${whyUnknown(answers, telling)}` };
  const { money, last } = telling;
  const range = end.range
    ? `from ${money(end.range.from)} to ${money(end.range.to)} in ${forecastLevel} of 100 cases`
    : "AWS gives no range";
  const counting = last > 1 ? "; what is still counted is missing in it" : "";
  return { Forecast: `${month} ${money(end.mean)}, ${range}, by AWS's forecast${counting}` };
}

/** How a line of the budget stands. */
interface BudgetState {
  readonly words: string;
  readonly isOver: boolean;
}

const percentOf = (part: number, whole: number): string => `${Math.round((part / whole) * 100)} %`;

function costsOfLine(
  { account, service, tag }: BudgetLine,
  { accounts, tag: values }: BesideServices,
  { used }: TellingCosts,
): readonly Cost[] | undefined {
  if (account !== undefined) return accounts?.filter(({ name }) => name === account);
  if (tag !== undefined) return values?.filter(({ name }) => name === (tag || "without it"));
  return service === undefined ? used : used.filter(({ name }) => name === service);
}

interface MonthSeen {
  readonly beside: BesideServices;
  readonly end: MonthEnd | undefined;
}

function stateOf(line: BudgetLine, { beside, end }: MonthSeen, telling: TellingCosts): BudgetState {
  const { money, currency, now } = telling;
  if (line.currency !== currency)
    return {
      words: `not judged: it is in ${line.currency}, and the bill in ${currency}`,
      isOver: false,
    };
  const costs = costsOfLine(line, beside, telling);
  if (!costs || telling.isCut)
    return { words: "not known: its costs could not be read whole", isOver: false };
  const isWhole = [line.account, line.service, line.tag].every((part) => part === undefined);
  if (!costs.length && !isWhole)
    return {
      words: "nothing of that name has cost anything: is it spelt as the bill has it?",
      isOver: false,
    };
  const yesterday = utcDayBefore(now, 1);
  const month = firstOfMonth(yesterday);
  const spent = costIn(costs, month, yesterday);
  const parts = [
    `${money(spent)} of ${money(line.amount)} in ${monthName(month)} (${percentOf(spent, line.amount)})`,
  ];
  // On a month's first day the forecast is of the next one already.
  const isSame = firstOfMonth(utcDay(now)) === month;
  const forecast = isWhole && isSame ? end : undefined;
  if (forecast)
    parts.push(
      `${money(forecast.mean)} by the forecast (${percentOf(forecast.mean, line.amount)})`,
    );
  if (spent > line.amount) return { words: `over: ${parts.join(", ")}`, isOver: true };
  if (forecast && forecast.mean > line.amount)
    return { words: `will be over: ${parts.join(", ")}`, isOver: true };
  if (forecast?.range && forecast.range.to > line.amount)
    return { words: `may be over: ${parts.join(", ")}`, isOver: false };
  return { words: parts.join(", "), isOver: false };
}

export interface ToldBudgets {
  readonly facts: Record<string, string>;
  readonly severity: Severity;
  /** `; over budget, or will be: all` */
  readonly inTitle: string;
}

export function toldBudgets(month: MonthSeen, telling: TellingCosts): ToldBudgets {
  const facts: Record<string, string> = {};
  const over: string[] = [];
  for (const line of telling.config.budgets) {
    const { words, isOver } = stateOf(line, month, telling);
    facts[`Budget ${line.name}`] = words;
    if (isOver) over.push(line.name);
  }
  const inTitle = over.length ? `; over budget, or will be: ${over.join(", ")}` : "";
  return { facts, severity: over.length ? "warning" : "info", inTitle };
}
