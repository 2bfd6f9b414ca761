/** What is told of backups and of what they cost. */

import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import { count } from "../../../sdk/counted.ts";
import type { Cell, Message } from "../../../sdk/message.ts";
import { whenUsed } from "../../../sdk/when-used.ts";
import type { UnreadPart } from "../unprotected/place.ts";
import { type BackupCharge, type BackupCharges, backupCharges } from "./charges.ts";
import { comparedInWords, comparedRetentions, type RetentionsAsked } from "./compared.ts";
import { type KeptBackup, type KeptKind, keptKinds, kindWords } from "./kept.ts";
import { type OrphanKind, orphanKinds, orphansIn } from "./orphans.ts";

/** What was found, sorted. */
export interface SeenBackups {
  readonly kept: readonly KeptBackup[];
  readonly unread: readonly UnreadPart[];
  readonly results: readonly ResultByTime[];
  /** Why Cost Explorer says nothing; nothing where it does. */
  readonly unavailable: string | undefined;
  /** Whether there were more pages than are read. */
  readonly more: boolean;
}

export interface BackupsAsked extends RetentionsAsked {
  readonly metric: string;
  readonly pages: number;
  readonly rows: number;
}

const decimals = whenUsed(
  () =>
    new Intl.NumberFormat("en-GB", {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    }),
);

/** Amounts of two currencies cannot be added. */
function amountOf(charges: readonly BackupCharge[]): string {
  const sums = new Map<string, number>();
  for (const { amount, currency } of charges)
    sums.set(currency, (sums.get(currency) ?? 0) + amount);
  const parts = [...sums].map(([currency, sum]) => `${decimals().format(sum)} ${currency}`.trim());
  return parts.join(" and ") || "nothing";
}

const monthOf = (at: Date): string => at.toISOString().slice(0, 7);
const inEnglish = (month: string): string =>
  new Date(`${month}-01`).toLocaleDateString("en-GB", {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });

interface Costs extends BackupCharges {
  readonly now: Date;
}

/** `80.00 USD in October 2026, 40.00 USD in November 2026 so far`; the last month that is over first. */
function inMonths({ charges, months, now }: Costs, label?: string): string {
  const own = charges.filter((each) => label === undefined || each.label === label);
  const words = months.map(({ month, isKnown }) => {
    const name = `${inEnglish(month)}${month === monthOf(now) ? " so far" : ""}`;
    if (!isKnown) return `not known in ${name}`;
    return `${amountOf(own.filter((each) => each.month === month))} in ${name}`;
  });
  return words.join(", ");
}

const costsKnown = ({ months }: BackupCharges): boolean => months.some(({ isKnown }) => isKnown);

const whyUnknown = ({ unavailable, unread }: SeenBackups): string => {
  const denied = unread.find(({ what }) => what === costsPart);
  return unavailable ?? denied?.why ?? "Cost Explorer knows of no costs in these months";
};

/** How what the costs come from is called where it cannot be read. */
export const costsPart = "what backups cost";

function costFacts(seen: SeenBackups, costs: Costs, pages: number): Record<string, string> {
  if (!costsKnown(costs)) return { Cost: `not known: ${whyUnknown(seen)}` };
  const facts: Record<string, string> = {};
  for (const label of new Set(costs.charges.map((charge) => charge.label)))
    facts[label] = inMonths(costs, label);
  const estimated = costs.months.filter(({ isEstimated }) => isEstimated);
  if (estimated.length)
    facts.Estimated = `${estimated.map(({ month }) => inEnglish(month)).join(", ")}: AWS may correct it until the bill is final, and its last two days may be missing`;
  if (seen.more)
    facts.Incomplete = `only the first ${pages} pages were read, so the sums are too small. Raise units.backup-costs.config.pages.`;
  if (costs.unreadable.length)
    facts["Amount not known"] = [...new Set(costs.unreadable)].slice(0, 10).join(", ");
  facts["Counted as cost"] =
    "usage by its usage types, in UTC months, without tax, credits and the transfer of copies; what AWS Backup makes of volumes and databases is billed with theirs";
  return facts;
}

function keptInWords(kept: readonly KeptBackup[]): string {
  const parts = keptKinds.flatMap((kind) => {
    const number = kept.filter((each) => each.kind === kind).length;
    return number ? [count(number, ...kindWords[kind])] : [];
  });
  return parts.join(", ") || "no backup";
}

const orphanWords: Readonly<Record<OrphanKind, string>> = {
  "source gone": "What they are of is gone",
  "image gone": "Their image is deregistered",
  "plan gone": "Their plan is gone",
  "plan stopped": "Their plan makes no more of it",
  failed: "Failed",
  "no plan": "Of no plan",
};

/** So many are named. */
const mostNamed = 5;

const oldestFirst = (a: KeptBackup, b: KeptBackup): number =>
  (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0);
const dayOf = (at: Date | undefined): string => at?.toISOString().slice(0, 10) ?? "unknown";

function orphanText(orphans: readonly KeptBackup[]): string {
  const sorted = orphans.toSorted(oldestFirst);
  const named = sorted
    .slice(0, mostNamed)
    .map(({ id, about, region, at }) => `${id} of ${about || "unknown"}, ${region}, ${dayOf(at)}`);
  const more = sorted.length - named.length;
  const rest = more > 0 ? [`and ${more} more`] : [];
  return `${keptInWords(orphans)}, the oldest first: ${[...named, ...rest].join(" · ")}`;
}

function orphanFacts(kept: readonly KeptBackup[], now: Date): Record<string, string> {
  const orphans = orphansIn(kept, now);
  const facts: Record<string, string> = {};
  for (const kind of orphanKinds) {
    const members = orphans.get(kind);
    if (members) facts[orphanWords[kind]] = orphanText(members);
  }
  const unknown = kept.filter(({ plan, source }) => plan.by === "ours" && source === "unknown");
  if (unknown.length)
    facts["Source not known"] =
      `of ${keptInWords(unknown)}: where it lies could not be read, or is looked at by nobody`;
  return facts;
}

function retentionFacts(
  kept: readonly KeptBackup[],
  comparing: RetentionsAsked,
): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const compared of comparedRetentions(kept, comparing)) {
    const name = `Retention of ${compared.plan}`;
    const words = comparedInWords(compared);
    facts[name] = facts[name] === undefined ? words : `${facts[name]} · ${words}`;
  }
  const silent = kept.filter(
    ({ plan, slot, keep }) => plan.by === "ours" && slot !== undefined && !keep,
  );
  if (silent.length)
    facts["Retention not known"] =
      `of ${keptInWords(silent)}: they bear no tag that says how long they are kept`;
  return facts;
}

const incremental =
  "not known, and not told. A snapshot holds what changed since the one before: deleting one hands what a later one needs on to it, which is billed on. AWS bills no snapshot by itself";

interface PlanRow {
  readonly plan: string;
  readonly kind: KeptKind;
  readonly region: string;
  readonly members: readonly KeptBackup[];
}

function planRows(kept: readonly KeptBackup[]): PlanRow[] {
  const groups = Map.groupBy(kept, ({ plan, kind, region }) => `${plan.name} ${kind} ${region}`);
  return [...groups.values()]
    .flatMap((members): PlanRow[] => {
      const [first] = members;
      return first
        ? [{ plan: first.plan.name, kind: first.kind, region: first.region, members }]
        : [];
    })
    .toSorted((a, b) => b.members.length - a.members.length);
}

function sizeCell(members: readonly KeptBackup[]): string {
  if (members.some(({ bytes }) => bytes === undefined)) return "not known";
  const bytes = members.reduce((all, each) => all + (each.bytes ?? 0), 0);
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function cellsOf({ plan, kind, region, members }: PlanRow): Cell[] {
  const [oldest] = members.toSorted(oldestFirst);
  const things = new Set(members.map(({ about }) => about)).size;
  return [
    plan,
    kindWords[kind][1],
    region,
    members.length,
    things,
    dayOf(oldest?.at),
    sizeCell(members),
  ];
}

function titleOf(seen: SeenBackups, costs: Costs): string {
  const there = `${keptInWords(seen.kept)} ${seen.kept.length === 1 ? "is" : "are"} there`;
  const unread = seen.unread.filter(({ what }) => what !== costsPart).length;
  const rest = unread ? `; ${count(unread, "thing")} could not be read` : "";
  if (!costsKnown(costs)) return `What backups cost is not known; ${there}${rest}`;
  const least = seen.more || costs.unreadable.length ? "at least " : "";
  return `Backups cost ${least}${inMonths(costs)}; ${there}${rest}`;
}

/** Nothing where there is nothing, and it is known that it costs nothing. */
export function toldOfBackups(seen: SeenBackups, telling: BackupsAsked): Message | undefined {
  const { kept, unread, results, unavailable } = seen;
  const costs = { ...backupCharges(results, telling.metric), now: telling.now };
  const isNothing = !kept.length && !unread.length && !costs.charges.length;
  if (isNothing && costsKnown(costs)) return undefined;
  const rows = planRows(kept);
  const more = rows.length - telling.rows;
  const isUnknown = unread.length > 0 || unavailable !== undefined || !costsKnown(costs);
  return {
    title: titleOf(seen, costs),
    severity: isUnknown ? "warning" : "info",
    facts: {
      ...costFacts(seen, costs, telling.pages),
      ...(unread.length && {
        Unknown: unread.map(({ what, region, why }) => `${what}, ${region}: ${why}`).join(" · "),
      }),
      ...orphanFacts(kept, telling.now),
      ...retentionFacts(kept, telling),
      ...(kept.length && { "What deleting saves": incremental }),
      ...(more > 0 && { "Not in the table": `${count(more, "row")} of fewer backups` }),
    },
    table: {
      columns: ["plan", "what", "where", "backups", "of so many", "oldest", "size"],
      rows: rows.slice(0, telling.rows).map(cellsOf),
    },
  };
}
