import type { LedgerExemption } from "../../ledger/exemptions.ts";
import { endOfDay, exemptTag, readExemption } from "../../sdk/tags.ts";
import { after, inWords } from "../../sdk/time.ts";
import type { ExemptSetting, UnitSettings } from "../../settings/settings.ts";
import type { Candidate, Guard, GuardContext } from "./guard.ts";

const applies = (from: readonly string[] | undefined, unit: string) =>
  from === undefined || from.includes(unit);

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
  return `exempt in the settings${until ? ` until ${until}` : ""}: ${reason} (${owner})`;
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
  if (!end || end < now)
    note(
      `The exemption of ${target} ${end ? `ended on ${until}` : `has no end that can be read`} and still holds: remove it with \`npx nightshift unexempt ${target}\`, or give it a new end with \`npx nightshift exempt\`.`,
    );
  return `exempt until ${until}: ${reason} (${owner}; set by ${by}); \`npx nightshift unexempt ${target}\` lifts it`;
}

/**
 * Whether a tag exempts. In doubt it does, and a person is told; except for automations that protect:
 * whoever opens a port can also tag the group, so there a tag needs an end that is near (rule:
 * unauthenticated-tags).
 */
export function byTag(
  value: string,
  target: string,
  settings: Pick<UnitSettings, "id" | "all" | "protects" | "longestSecurityExemption">,
  now: Date,
  note: (text: string) => void,
): string | undefined {
  const { until, owner, reason, from, problems: unclear } = readExemption(value);
  const nobody = (from ?? settings.all).filter((id) => !settings.all.includes(id));
  const problems =
    nobody.length || from?.length === 0
      ? [...unclear, `from=${nobody.join(",")} names no unit`]
      : unclear;
  if (!problems.length && !applies(from, settings.id)) return undefined;
  const words = `exempt by its tag${until ? ` until ${until.toISOString().slice(0, 10)}` : ""}${reason ? `: ${reason}` : ""}${owner ? ` (${owner})` : ""}`;
  const doubt = problems.length
    ? problems.join(", ")
    : !until
      ? "it has no end"
      : until < now
        ? "it has ended"
        : undefined;
  if (!settings.protects) {
    if (doubt && doubt !== "it has no end")
      note(
        `The tag ${exemptTag} of ${target} still exempts it, although ${doubt}: correct or remove it.`,
      );
    return words;
  }
  // The whole of the last day.
  const limit =
    endOfDay(after(now, settings.longestSecurityExemption).toISOString().slice(0, 10)) ?? now;
  const refused =
    doubt ??
    (until && until > limit
      ? `it ends later than in ${inWords(settings.longestSecurityExemption)}`
      : undefined);
  if (!refused) return words;
  note(
    `The tag ${exemptTag} of ${target} does not exempt it from a security automation, because ${refused}. Write until=YYYY-MM-DD within ${inWords(settings.longestSecurityExemption)}, or exempt it in the settings.`,
  );
  return undefined;
}

/** What the settings or the ledger say of it for one unit. */
async function written(
  unit: string,
  { target, within }: Pick<Candidate, "target" | "within">,
  { settings, exemptions }: GuardContext,
) {
  const fits = (one: ExemptSetting | LedgerExemption) =>
    (one.target === target || one.target === within) && applies(one.from ?? undefined, unit);
  const set = settings.exempt.find(fits);
  return set ? { set } : { kept: (await exemptions()).find(fits) };
}

/**
 * Whether a unit leaves it alone because a person wrote so; tags, which anybody may set, do not
 * count here.
 */
export async function exemptedFrom(
  unit: string,
  candidate: Pick<Candidate, "target" | "within">,
  context: GuardContext,
): Promise<boolean> {
  const { set, kept } = await written(unit, candidate, context);
  return Boolean(set ?? kept);
}

/**
 * What somebody asked to be left alone, in the settings, in the ledger or by a tag on the target or
 * on what contains it.
 */
export const exemption: Guard = {
  name: "exemption",
  async holds(candidate, context) {
    const { settings } = context;
    const { set, kept } = await written(settings.id, candidate, context);
    if (set) return bySetting(set, set.target, context);
    if (kept) return byLedger(kept, context);
    const [own, around] = await Promise.all([candidate.tags(), candidate.withinTags()]);
    for (const [tags, id] of [
      [own, candidate.target],
      [around, candidate.within ?? candidate.target],
    ] as const) {
      const value = tags?.[exemptTag];
      const why =
        value === undefined ? undefined : byTag(value, id, settings, context.now, context.note);
      if (why) return why;
    }
    return undefined;
  },
};
