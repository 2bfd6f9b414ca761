/** What is told of all that was looked at. */
import { count } from "../../../sdk/counted.ts";
import type { Cell, Message } from "../../../sdk/message.ts";
import { inWords } from "../../../sdk/time.ts";
import type { Asked } from "./config.ts";
import type { ProtectionFinding } from "./index.ts";
import type { UnreadPart } from "./place.ts";
import type { PlanTrouble } from "./plans.ts";
import { misses, type ProtectionRow, protectionRows, severityOf } from "./rows.ts";
import { ageInWords } from "./target.ts";

/** How many are named in a fact. */
const mostNamed = 10;

const whereOf = ({ resource: { kind, region } }: ProtectionRow): string => `${kind}, ${region}`;

function sentence(row: ProtectionRow): string {
  const { resource, age } = row;
  const has = age ? `its newest is ${ageInWords(age)} old` : "has none at all";
  return `${resource.name} (${whereOf(row)}) ${has}`;
}

interface Seen {
  readonly rows: readonly ProtectionRow[];
  /** Of which a backup is asked for. */
  readonly asked: readonly ProtectionRow[];
  readonly bad: readonly ProtectionRow[];
  readonly plans: readonly PlanTrouble[];
  readonly unread: readonly UnreadPart[];
  /** What a region does not have. */
  readonly notOffered: readonly UnreadPart[];
}

function titleOf({ asked, bad, plans, unread, rows }: Seen): string {
  const all = count(asked.length, "resource");
  const said: string[] = [];
  const [first] = bad;
  const unknown = rows.filter(({ standing }) => standing === "unknown").length;
  if (first) {
    const have = bad.length === 1 ? "has" : "have";
    said.push(`${bad.length} of ${all} ${have} no backup as young as asked: ${sentence(first)}`);
  } else if (asked.length > unknown) {
    const met = asked.length - unknown;
    said.push(`${met} of ${all} ${met === 1 ? "has" : "have"} a backup as young as asked`);
  }
  if (unknown) said.push(`of ${count(unknown, "resource")} it is not known`);
  else if (unread.length) said.push(`${count(unread.length, "thing")} could not be read`);
  if (plans.length) said.push(`${count(plans.length, "plan")} of others failed or did nothing`);
  return said.join("; ") || "No resource is asked to have a backup";
}

const named = (texts: readonly string[]): string => {
  const more = texts.length - mostNamed;
  return [...texts.slice(0, mostNamed), ...(more > 0 ? [`and ${more} more`] : [])].join(" · ");
};

/** `3: it is being created; 2: it belongs to …`, the most first. */
function apartWords(rows: readonly ProtectionRow[]): string {
  const groups = [...Map.groupBy(rows, ({ words }) => words)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  return named(groups.map(([words, some]) => `${some.length}: ${words}`));
}

const planWords = ({ name, what, region, words }: PlanTrouble): string =>
  `${what} ${name}, ${region}: ${words.join("; ")}`;

function factsOf(
  { rows, bad, plans, unread, notOffered }: Seen,
  most: number,
): Record<string, string> {
  const facts: Record<string, string> = {};
  const none = bad.filter(({ standing }) => standing === "none");
  if (none.length)
    facts["Without any"] = named(none.map((row) => `${row.resource.name} (${whereOf(row)})`));
  const late = bad.filter(({ standing }) => standing === "late");
  if (late.length) facts["Too old"] = named(late.map(sentence));
  if (plans.length) facts["Plans of others"] = named(plans.map(planWords));
  if (unread.length)
    facts.Unknown = named(unread.map(({ what, region, why }) => `${what}, ${region}: ${why}`));
  if (notOffered.length)
    facts["Not offered"] = named(notOffered.map(({ what, region }) => `${what}, ${region}`));
  const apart = rows.filter(({ standing }) => standing === "apart");
  if (apart.length) facts["Not counted"] = apartWords(apart);
  const free = rows.filter(({ standing }) => standing === "not asked").length;
  if (free) facts["No backup asked for"] = count(free, "resource");
  const more = rows.length - most;
  if (more > 0) facts["Not in the table"] = `${count(more, "resource")} of less urgency`;
  return facts;
}

const standingWords: Readonly<Record<ProtectionRow["standing"], string>> = {
  none: "no backup",
  late: "too old",
  unknown: "unknown",
  met: "as asked",
  apart: "not counted",
  "not asked": "not asked for",
};

function cells(row: ProtectionRow): Cell[] {
  const { resource, age, target, words } = row;
  return [
    resource.name,
    whereOf(row),
    age ? ageInWords(age) : "none",
    target.span ? inWords(target.span) : "none",
    resource.newest?.by ?? "",
    resource.drilled ?? "never",
    [standingWords[row.standing], words].filter(Boolean).join(": "),
  ];
}

function seenIn(found: readonly ProtectionFinding[], asked: Asked, now: Date): Seen {
  const resources = found.flatMap((each) => (each.kind === "resource" ? [each.resource] : []));
  const rows = protectionRows(resources, asked, now);
  return {
    rows,
    asked: rows.filter(({ standing }) => standing !== "apart" && standing !== "not asked"),
    bad: rows.filter(misses),
    plans: found.flatMap((each) => (each.kind === "plan" ? [each.trouble] : [])),
    unread: found.flatMap((each) => (each.kind === "unread" ? [each.part] : [])),
    notOffered: found.flatMap((each) => (each.kind === "not offered" ? [each.part] : [])),
  };
}

/** Nothing where there is nothing: nobody needs to hear that every day. */
export function toldOf(
  found: readonly ProtectionFinding[],
  asked: Asked,
  now: Date,
): Message | undefined {
  if (!found.length) return undefined;
  const seen = seenIn(found, asked, now);
  const { rows, bad, plans, unread } = seen;
  return {
    title: titleOf(seen),
    severity: severityOf(rows, plans, unread.length),
    facts: factsOf(seen, asked.rows),
    table: {
      columns: ["resource", "where", "newest backup", "asked", "made by", "drilled", "what is so"],
      rows: rows.slice(0, asked.rows).map(cells),
    },
    affected: bad.slice(0, asked.rows).map(({ resource }) => resource.arn),
  };
}
