/** What expires, whatever it is: one form, in which it is judged and told. */
import { compareText } from "../../sdk/compare.ts";
import { count } from "../../sdk/counted.ts";
import type { Message, Severity } from "../../sdk/message.ts";
import { worstSeverityFirst } from "../../sdk/severity.ts";
import { days, milliseconds } from "../../sdk/time.ts";
import { daysLeft, endWords, fractionLeft } from "./certificates/lifetime.ts";

/** Something that ends at a time that is known. */
export interface Expiring {
  readonly name: string;
  /** `KMS key`, `domain registration`. */
  readonly what: string;
  readonly where: string;
  readonly expires: Date;
  /** When its life began, where that is known. */
  readonly from?: Date | undefined;
  /** Whatever else depends on it; absent where nobody can say. */
  readonly usedBy?: readonly string[];
  /** It is renewed by itself. */
  readonly renews?: true;
  /** It never ends: `expires` is when it is old, and to be replaced by a new one. */
  readonly ages?: true;
  /** What helps, as a clause. */
  readonly remedy: string;
  readonly arn?: string | undefined;
}

/** What could not be looked at, while the rest was. */
export interface NotLookedAt {
  readonly where: string;
  readonly why: string;
}

/** Days, of what has no lifetime of its own. */
export interface DayThresholds {
  readonly warnDays: number;
  readonly criticalDays: number;
}

/** What renews itself is worth a word only once it has not. */
export function expiryUrgency(
  { expires, renews, ages }: Expiring,
  now: Date,
  { warnDays, criticalDays }: DayThresholds,
): Severity {
  const left = expires.getTime() - now.getTime();
  if (ages) return left > 0 ? "info" : "warning";
  if (left > 0 && renews) return "info";
  if (left <= milliseconds(days(criticalDays))) return "critical";
  return left <= milliseconds(days(warnDays)) ? "warning" : "info";
}

const usersText = ({ usedBy }: Expiring): string => {
  if (!usedBy) return "unknown";
  if (!usedBy.length) return "nothing that is known";
  const [first, second, ...more] = usedBy;
  const shown = [first, second].filter((user) => user !== undefined).join(", ");
  return more.length ? `${shown} and ${more.length} more` : shown;
};

const leftText = ({ expires, from }: Expiring, now: Date): string => {
  const fraction = fractionLeft({ from, to: expires }, now);
  return fraction === undefined ? "unknown" : `${Math.floor(fraction * 100)} %`;
};

/** `ends in 5 days`; of what never ends, how old it is. */
function whenWords({ ages, expires, from }: Expiring, now: Date): string {
  if (!ages || !from) return endWords(expires, now);
  return `is ${count(-daysLeft(from, now), "day")} old`;
}

interface Judged {
  readonly thing: Expiring;
  readonly severity: Severity;
}

const sentence = ({ thing }: Judged, now: Date): string =>
  `${thing.what} ${thing.name} (${thing.where}) ${whenWords(thing, now)}: ${thing.remedy}`;

const mostNamed = 10;

function namedOf(all: readonly string[]): string {
  const more = all.length - mostNamed;
  return `${all.slice(0, mostNamed).join(" · ")}${more > 0 ? ` · and ${more} more` : ""}`;
}

const notLookedAtText = (all: readonly NotLookedAt[]): string =>
  namedOf(all.map(({ where, why }) => `${where}: ${why}`));

function titleOf(bad: readonly Judged[], all: number, now: Date): string {
  const [first] = bad;
  if (!first) return `${count(all, "thing")} that expire, none of which needs anybody`;
  const verb = bad.length === 1 ? "needs" : "need";
  return `${bad.length} of ${count(all, "thing")} that expire ${verb} somebody: ${sentence(first, now)}`;
}

/** What was seen, and how it is judged. */
export interface ExpirySeen {
  readonly things: readonly Expiring[];
  readonly notLookedAt: readonly NotLookedAt[];
  /** What nothing uses, in words. */
  readonly unused?: readonly string[];
}

/** @returns nothing where nothing expires, and all was looked at */
export function expiryMessage(
  { things, notLookedAt, unused = [] }: ExpirySeen,
  now: Date,
  thresholds: DayThresholds & { readonly rows: number },
): Message | undefined {
  if (!things.length && !notLookedAt.length && !unused.length) return undefined;
  const judged = things
    .map((thing): Judged => ({ thing, severity: expiryUrgency(thing, now, thresholds) }))
    .toSorted(
      (a, b) =>
        worstSeverityFirst(a.severity, b.severity) ||
        a.thing.expires.getTime() - b.thing.expires.getTime() ||
        compareText(a.thing.name, b.thing.name),
    );
  const bad = judged.filter(({ severity }) => severity !== "info");
  const facts: Record<string, string> = {};
  if (notLookedAt.length) facts["Not looked at"] = notLookedAtText(notLookedAt);
  for (const each of bad.slice(0, mostNamed))
    facts[`${each.thing.what} ${each.thing.name}`] =
      `${whenWords(each.thing, now)}; used by ${usersText(each.thing)}; ${each.thing.remedy}`;
  if (judged.length > thresholds.rows)
    facts["Not in the table"] =
      `${count(judged.length - thresholds.rows, "thing")} of less urgency`;
  if (unused.length) facts["Nothing uses"] = namedOf(unused);
  const worst = bad[0]?.severity ?? "info";
  const title = titleOf(bad, things.length, now);
  return {
    title: notLookedAt.length ? `${title}; not all could be looked at` : title,
    severity: notLookedAt.length && worst === "info" ? "warning" : worst,
    facts,
    table: {
      columns: ["what", "name", "where", "days left", "of its life", "used by", "what helps"],
      rows: judged
        .slice(0, thresholds.rows)
        .map(({ thing }) => [
          ...[thing.what, thing.name, thing.where, String(daysLeft(thing.expires, now))],
          ...[
            leftText(thing, now),
            usersText(thing),
            thing.renews ? "it renews itself" : thing.remedy,
          ],
        ]),
    },
    affected: bad.flatMap(({ thing: { arn } }) => arn ?? []),
  };
}
