/** Costs by account, by the values of a tag, and what moved by usage type: as facts and as a table. */

import { count } from "../../../sdk/counted.ts";
import type { Table } from "../../../sdk/message.ts";
import { dayName, weekdayName } from "../utc-days.ts";
import { percentChange, signedChange } from "./amounts.ts";
import type { ListedCosts, SortedAnswers } from "./answers.ts";
import { type Cost, costsOf, type KeysOf, withTag, withType, withUsage } from "./costs.ts";
import { type Mover, moversOf } from "./movers.ts";
import type { CostPart } from "./questions.ts";
import { movedOf } from "./seen.ts";
import { byWeek, comparedWeeks, type TellingCosts } from "./telling.ts";

/**
 * Of one listing, what is part of the sums, in the report's currency; nothing where it is not known,
 * or not all of it: a day of which half was read would have moved.
 */
export function usedIn(
  part: ListedCosts | undefined,
  keysOf: KeysOf,
  { config: { metric }, currency, counts }: TellingCosts,
): readonly Cost[] | undefined {
  if (!part || "unread" in part || part.more) return undefined;
  return costsOf(part.results, metric, keysOf).filter(
    (cost) => counts(cost.charge) && (cost.currency === currency || cost.currency === ""),
  );
}

/** What the listings beside the services say, as far as they were asked for and answered. */
export interface BesideServices {
  readonly accounts: readonly Cost[] | undefined;
  readonly tag: readonly Cost[] | undefined;
  readonly usageTypes: readonly Cost[] | undefined;
}

export const besideOf = ({ listed }: SortedAnswers, telling: TellingCosts): BesideServices => ({
  accounts: usedIn(listed.accounts, withType, telling),
  tag: usedIn(listed.tag, withTag(telling.config.tag ?? ""), telling),
  usageTypes: usedIn(listed["usage types"], withUsage, telling),
});

/** `payments 84.00 USD, +20 % · without it 7.00 USD, new · 3 others 1.00 USD, unchanged` */
function inOneFact(costs: readonly Cost[], telling: TellingCosts): string {
  const groups = byWeek(costs, telling);
  const { top } = telling.config;
  const named = groups
    .slice(0, top)
    .map(([name, some]) => `${name} ${comparedWeeks(some, telling)}`);
  const others = groups.slice(top);
  if (others.length)
    named.push(
      `${count(others.length, "other")} ${comparedWeeks(
        others.flatMap(([, some]) => some),
        telling,
      )}`,
    );
  return named.join(" · ");
}

const partNames: Readonly<Record<CostPart, string>> = {
  services: "Services",
  accounts: "By account",
  tag: "By tag",
  "usage types": "Usage types of what moved",
};

/** What was asked for and could not be read is no empty list. */
export function besideFacts(
  { listed }: SortedAnswers,
  { accounts, tag }: BesideServices,
  telling: TellingCosts,
): Record<string, string> {
  const facts: Record<string, string> = {};
  const several = new Set(accounts?.map(({ name }) => name)).size > 1;
  if (accounts && several) facts[partNames.accounts] = inOneFact(accounts, telling);
  if (tag) {
    const bears = tag.some(({ name }) => name !== "without it");
    const key = telling.config.tag;
    facts[`${partNames.tag} ${key}`] = bears
      ? inOneFact(tag, telling)
      : `nothing that cost anything bears it. It must be active as a cost allocation tag, which the management account decides, and counts from then on`;
  }
  for (const part of ["accounts", "tag", "usage types"] as const) {
    const answer = listed[part];
    if (answer && "unread" in answer) facts[partNames[part]] = `not known: ${answer.unread}`;
    if (answer && "more" in answer && answer.more)
      facts[partNames[part]] = "not known: not all of its pages were read";
  }
  return facts;
}

const rounded = (amount: number): number => Math.round(amount * 100) / 100;

interface MovedBy extends Mover {
  readonly by: string;
}

/** Everything that moved, the services first; and the fact that says by what it was judged. */
export interface ToldMovers {
  /** Services alone: others are parts of the same. */
  readonly movers: readonly Mover[];
  readonly facts: Record<string, string>;
  readonly table: Table | undefined;
}

function tableOf(rows: readonly MovedBy[], day: string, telling: TellingCosts): Table | undefined {
  if (!rows.length) return undefined;
  const usual = `usual ${weekdayName(day)}`;
  return {
    columns: ["by", "what moved", dayName(day), usual, telling.currency, "change"],
    rows: rows.map(({ by, name, amount, usual: mean }) => [
      by,
      name,
      rounded(amount),
      rounded(mean),
      rounded(amount - mean),
      percentChange(amount, mean) ?? (mean === 0 ? "new" : ""),
    ]),
  };
}

const notJudged = (why: string): ToldMovers => ({
  movers: [],
  facts: { Usual: `what moved is not judged: ${why}` },
  table: undefined,
});

export function toldMovers(beside: BesideServices, telling: TellingCosts): ToldMovers {
  const { used, config } = telling;
  const moved = movedOf(telling, config);
  if (!moved) return { movers: [], facts: {}, table: undefined };
  const { judged, movers } = moved;
  if (!used.some(({ day }) => day === judged.day))
    return notJudged(`nothing is known of ${dayName(judged.day)}`);
  const weekday = weekdayName(judged.day);
  const known = judged.usual.length;
  if (known < config.history) {
    const needed = count(config.history, weekday);
    return notJudged(
      `of ${needed} before ${dayName(judged.day)} that it takes, ${known} ${known === 1 ? "is" : "are"} known`,
    );
  }
  const by = (name: string, costs: readonly Cost[] | undefined): MovedBy[] =>
    moversOf(costs ?? [], judged, config).map((mover) => ({ ...mover, by: name }));
  const several = new Set(beside.accounts?.map(({ name }) => name)).size > 1;
  const rows = [
    ...by("service", used),
    ...by("usage type", beside.usageTypes),
    ...(several ? by("account", beside.accounts) : []),
    ...by(config.tag ?? "", beside.tag),
  ];
  const mean =
    known === 1 ? `the ${weekday} before` : `the mean of the ${known} ${weekday}s before`;
  const facts = rows.length ? { Usual: `${dayName(judged.day)} against ${mean}` } : {};
  return { movers, facts, table: tableOf(rows, judged.day, telling) };
}

/** `; 3 services moved, most of all EC2: +40.00 USD on 20 November` */
export function movedInTitle({ movers }: ToldMovers, telling: TellingCosts): string {
  const [most] = movers;
  const moved = movedOf(telling, telling.config);
  if (!most || !moved) return "";
  const change = signedChange(most.amount - most.usual, telling.money);
  const day = `on ${dayName(moved.judged.day)} against its usual ${weekdayName(moved.judged.day)}`;
  if (movers.length === 1) return `; ${most.name} ${change} ${day}`;
  return `; ${movers.length} services moved, most of all ${most.name}: ${change} ${day}`;
}
