import type { LedgerExemption } from "../../ledger/exemptions.ts";
import { compareText } from "../../sdk/compare.ts";
import { endOfDay, exemptTag } from "../../sdk/tags.ts";
import { idsOf } from "../../settings/former-ids.ts";
import type { ExemptSetting } from "../../settings/settings.ts";
import { partInIt } from "../same-person.ts";
import { byTag, exemptsFrom, lasts } from "./exempt-tag.ts";
import type { Candidate, Guard, GuardContext } from "./guard.ts";

function bySetting(
  { until, owner, reason }: ExemptSetting,
  target: string,
  { now, note }: GuardContext,
): string {
  const end = until && endOfDay(until);
  // An expired exemption holds until it is removed, and is told (rule: tag-grammar).
  if (end && end < now)
    note(
      `The exemption of ${target} in the settings ended on ${until} and still holds: remove it, or give it a new end.`,
    );
  const last = until ? ` until ${until}` : "";
  return `exempt in the settings${last}: ${reason} (${owner})`;
}

/**
 * Counts fully, for security automations too: whoever wrote it may write the ledger (rule:
 * unauthenticated-tags).
 */
function byLedger(
  { target, until, owner, reason, by }: LedgerExemption,
  { now, note }: GuardContext,
): string {
  const end = endOfDay(until);
  const wrong = end ? `ended on ${until}` : "has no end that can be read";
  if (!end || end < now)
    note(
      `The exemption of ${target} ${wrong} and still holds: remove it with \`npx nightshift unexempt ${target}\`, or give it a new end with \`npx nightshift exempt\`.`,
    );
  return `exempt until ${until}: ${reason} (${owner}; set by ${by}); \`npx nightshift unexempt ${target}\` lifts it`;
}

/** A guard that cannot be evaluated holds, for what it may be about. */
const notRead = (target: string, why: string): string =>
  `the exemption of ${target} cannot be read, so that it holds: ${why}`;

/**
 * Where the settings want two persons: whoever made the call that a run answers, or asked for it,
 * does not have it left alone by themselves. A person hears of it.
 */
function isByOneOfThem(
  { target, by }: LedgerExemption,
  { settings, involved = [], note }: GuardContext,
): boolean {
  const other = partInIt("exempt", by, involved, settings);
  if (other === undefined) return false;
  note(
    `The exemption of ${target} does not count here: ${by} set it, and ${other} caused this run; the settings' \`twoPersonRule\` wants somebody else. Have another person set it.`,
  );
  return true;
}

/** What the settings (`set`) or the ledger (`kept`) say of it for one unit. */
async function askedByPerson(
  unit: string,
  { target, within }: Pick<Candidate, "target" | "within">,
  { settings, exemptions }: GuardContext,
) {
  const ids = unit === settings.id ? idsOf(unit, settings) : [unit];
  const byName = unit === settings.id && settings.exemptByName === true;
  const meansIt = (from: readonly string[] | undefined) =>
    (from !== undefined || !byName) && exemptsFrom(from, ids);
  const fits = (exempt: ExemptSetting | LedgerExemption) =>
    (exempt.target === target || exempt.target === within) && meansIt(exempt.from ?? undefined);
  const set = settings.exempt.filter(fits).toSorted(longestFirst)[0];
  return set ? { set } : { kept: (await exemptions()).filter(fits).toSorted(longestFirst)[0] };
}

interface Ending {
  readonly until?: string | undefined;
}

/** For `toSorted`: of several that hold, the one that holds longest is named; without an end, for ever. */
const longestFirst = (a: Ending, b: Ending): number =>
  compareText(b.until ?? forEver, a.until ?? forEver);
const forEver = "9999-12-31";

/**
 * Whether a unit leaves it alone because a person wrote so; tags, which anybody may set, do not
 * count here.
 */
export async function exemptedFrom(
  unit: string,
  candidate: Pick<Candidate, "target" | "within">,
  context: GuardContext,
): Promise<boolean> {
  const { set, kept } = await askedByPerson(unit, candidate, context);
  return Boolean(set ?? kept);
}

/**
 * What somebody asked to be left alone, in the settings, in the ledger or by a tag on the target or
 * on what contains it.
 */
export const exemption: Guard = {
  name: "exemption",
  async objection(candidate, context) {
    const { set, kept } = await askedByPerson(context.settings.id, candidate, context);
    if (set) return bySetting(set, set.target, context);
    if (kept?.unreadable) return notRead(kept.target, kept.unreadable);
    if (kept && !isByOneOfThem(kept, context)) return byLedger(kept, context);
    const [own, around] = await Promise.all([candidate.tags(), candidate.withinTags()]);
    for (const [tags, id] of [
      [own, candidate.target],
      [around, candidate.within ?? candidate.target],
    ] as const) {
      const value = tags?.[exemptTag];
      if (value === undefined) continue;
      const worn = { value, target: id };
      const why = byTag(worn, context);
      if (why && (await lasts(worn, context))) return why;
    }
    return undefined;
  },
};
