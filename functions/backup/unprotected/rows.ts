/** Judges each resource by its newest backup: a row each, worst first. */
import { compareText } from "../../../sdk/compare.ts";
import type { Severity } from "../../../sdk/message.ts";
import { after, type Span } from "../../../sdk/time.ts";
import { isLeftOut } from "./compute.ts";
import type { Asked } from "./config.ts";
import type { PlanTrouble } from "./plans.ts";
import type { Resource } from "./resource.ts";
import { type AgeTarget, targetOf } from "./target.ts";

/**
 * `late` and `none` miss their target; of `unknown` nobody can say. `apart` is what no backup is
 * asked of now, and why says the row.
 */
export type ProtectionStanding = "none" | "late" | "unknown" | "met" | "apart" | "not asked";

export interface ProtectionRow {
  readonly resource: Resource;
  readonly standing: ProtectionStanding;
  readonly target: AgeTarget;
  /** Of the newest backup. */
  readonly age: Span | undefined;
  /** How many times its target. */
  readonly ratio: number;
  readonly words: string;
}

interface Judged {
  readonly standing: ProtectionStanding;
  readonly words: string;
}

const ageOf = (at: Date, now: Date): Span => ({
  seconds: Math.max(0, (now.getTime() - at.getTime()) / 1000),
});

/** Why no backup of it is asked for now; nothing where one is. */
function excused(resource: Resource, { isNamed }: AgeTarget, due: Date | undefined, now: Date) {
  if (due && due > now) return "it is younger than a backup of it may be old";
  return isNamed ? undefined : resource.apart;
}

function wordsOfMissing({ newest, useless, part, besides }: Resource): string {
  const said = part ? [`its volume ${part} is the worst of them`] : [];
  if (useless) said.push(`a newer one is of no use: ${useless.why}`);
  if (!newest) said.unshift("it has no valid backup");
  if (besides) said.push(besides);
  if (newest && !part && !useless) said.unshift("its newest backup is too old");
  return said.join("; ");
}

function judge(resource: Resource, target: AgeTarget, now: Date): Judged {
  const { span } = target;
  const { newest, passing, unread } = resource;
  if (isLeftOut(resource.tags))
    return { standing: "apart", words: "its tag says by name that it needs none" };
  if (passing) return { standing: "apart", words: passing };
  if (!span) return { standing: "not asked", words: "no backup is asked for" };
  if (newest && after(newest.at, span) >= now) return { standing: "met", words: "" };
  if (unread.length)
    return { standing: "unknown", words: `not known: ${unread.join(", ")} could not be read` };
  const due = resource.created && after(resource.created, span);
  const excuse = excused(resource, target, newest ? undefined : due, now);
  if (excuse) return { standing: "apart", words: excuse };
  return { standing: newest ? "late" : "none", words: wordsOfMissing(resource) };
}

function rowOf(resource: Resource, asked: Asked, now: Date): ProtectionRow {
  const target = targetOf(resource, asked);
  const { standing, words } = judge(resource, target, now);
  const age = resource.newest && ageOf(resource.newest.at, now);
  const ratio = age && target.span ? age.seconds / target.span.seconds : Number.POSITIVE_INFINITY;
  const misspelt = target.misspelt;
  const hint =
    misspelt === undefined ? "" : `its tag ${asked.tag}=${misspelt} is not like 4h, 2d or none`;
  return {
    resource,
    standing,
    target,
    age,
    ratio,
    words: [words, hint].filter(Boolean).join("; "),
  };
}

const order: readonly ProtectionStanding[] = [
  "none",
  "late",
  "unknown",
  "met",
  "apart",
  "not asked",
];
const place = ({ standing }: ProtectionRow): number => order.indexOf(standing);

/** Those that miss what somebody named first, then by how far they miss it. */
function worstFirst(a: ProtectionRow, b: ProtectionRow): number {
  if (place(a) !== place(b)) return place(a) - place(b);
  if (a.target.isNamed !== b.target.isNamed) return a.target.isNamed ? -1 : 1;
  if (a.ratio !== b.ratio) return a.ratio > b.ratio ? -1 : 1;
  return compareText(a.resource.name, b.resource.name);
}

export const protectionRows = (
  resources: readonly Resource[],
  asked: Asked,
  now: Date,
): ProtectionRow[] => resources.map((resource) => rowOf(resource, asked, now)).toSorted(worstFirst);

export const misses = ({ standing }: ProtectionRow): boolean =>
  standing === "none" || standing === "late";

/** Whether it misses what is asked of it, as far as is known now. */
export const wouldMiss = (resource: Resource, asked: Asked, now: Date): boolean =>
  misses(rowOf(resource, asked, now));

/** What somebody named and has no backup is critical; what merely nobody thought of is not. */
export function severityOf(
  rows: readonly ProtectionRow[],
  plans: readonly PlanTrouble[],
  unread: number,
): Severity {
  const bad = rows.filter(misses);
  if (bad.some(({ target }) => target.isNamed)) return "critical";
  const isUnknown = unread > 0 || rows.some(({ standing }) => standing === "unknown");
  return bad.length || plans.length || isUnknown ? "warning" : "info";
}
