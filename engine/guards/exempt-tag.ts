/** What a tag on the target, or on what contains it, exempts from. */

import { tagTimeEnd } from "../../ledger/tag-times.ts";
import { exemptingRules, exemptsBy } from "../../sdk/exempt-from.ts";
import { type Exemption, endOfDay, exemptTag, readExemption } from "../../sdk/tags.ts";
import { after, inWords } from "../../sdk/time.ts";
import { idsOf } from "../../settings/former-ids.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import type { GuardContext } from "./guard.ts";

/** The tag's value, and what wears it. */
export interface WornTag {
  readonly value: string;
  readonly target: string;
}

export interface TagContext extends Pick<GuardContext, "now" | "note"> {
  readonly settings: Pick<
    UnitSettings,
    | "id"
    | "formerly"
    | "all"
    | "automations"
    | "protects"
    | "exemptByName"
    | "longestSecurityExemption"
  >;
}

/** What is wrong with a tag. */
interface TagDoubt {
  readonly kind: "unclear" | "endless" | "over" | "too-long";
  readonly words: string;
}

/** @param ids of a unit: that of today, and those that it had before */
export const exemptsFrom = (from: readonly string[] | undefined, ids: readonly string[]): boolean =>
  from === undefined || ids.some((id) => from.includes(id));

/**
 * Whether a tag exempts. In doubt it does, and a person is told; except for automations that
 * protect: whoever opens a port can also tag the group, so there a tag needs an end that is near
 * (rule: unauthenticated-tags).
 * @returns why it holds the proposal, or nothing
 */
export function byTag(tag: WornTag, context: TagContext): string | undefined {
  const read = readExemption(tag.value);
  if (context.settings.protects) return fromProtector(tag, read, context);
  return fromOther(tag, read, context);
}

/** As IAM denies it, by the same rules. */
function fromOther(
  { value, target }: WornTag,
  read: Exemption,
  { settings, now, note }: TagContext,
): string | undefined {
  const own = idsOf(settings.id, settings);
  const others = settings.automations ?? settings.all;
  const problems = problemsOf(read, [...others, ...own]);
  const byName = settings.exemptByName;
  if (!exemptsBy(value, exemptingRules({ own, others, byName }))) {
    const unknown = strangersIn(read, [...others, ...own]);
    if (unknown.length)
      note(
        `The tag ${exemptTag} of ${target} does not exempt it from ${settings.id}: ${fromText(unknown)}. Correct it if this one is meant.`,
      );
    return undefined;
  }
  const unclear = problems.length ? undefined : unclearList(read, own);
  const doubt = unclear ?? doubtOf(read, problems, now);
  if (doubt && doubt.kind !== "endless")
    note(
      `The tag ${exemptTag} of ${target} still exempts it, although ${doubt.words}: correct or remove it.`,
    );
  return wordsOf(read);
}

function fromProtector(
  { target }: WornTag,
  read: Exemption,
  context: TagContext,
): string | undefined {
  const { settings, now, note } = context;
  const own = idsOf(settings.id, settings);
  const problems = problemsOf(read, [...(settings.automations ?? settings.all), ...own]);
  if (!problems.length && !exemptsFrom(read.from, own)) return undefined;
  const refused = doubtOf(read, problems, now) ?? tooLong(read, context);
  if (!refused) return wordsOf(read);
  const longest = inWords(settings.longestSecurityExemption);
  note(
    `The tag ${exemptTag} of ${target} does not exempt it from a security automation, because ${refused.words}. Write until=YYYY-MM-DD within ${longest}, or exempt it in the settings.`,
  );
  return undefined;
}

/** It names others alone, but not so that IAM could tell. */
function unclearList({ from }: Exemption, own: readonly string[]): TagDoubt | undefined {
  if (exemptsFrom(from, own)) return undefined;
  const words =
    "from= is not clear: write from=UNIT,UNIT with spaces around, and no comma after it";
  return { kind: "unclear", words };
}

/** @param all the ids that a tag may name */
function problemsOf(read: Exemption, all: readonly string[]): readonly string[] {
  const unknown = strangersIn(read, all);
  if (!unknown.length && read.from?.length !== 0) return read.problems;
  return [...read.problems, fromText(unknown)];
}

const strangersIn = ({ from = [] }: Exemption, all: readonly string[]): readonly string[] =>
  from.filter((id) => !all.includes(id));

const fromText = (unknown: readonly string[]): string => `from=${unknown.join(",")} names no unit`;

function wordsOf({ until, owner, reason }: Exemption): string {
  const end = until ? ` until ${until.toISOString().slice(0, 10)}` : "";
  const why = reason ? `: ${reason}` : "";
  const who = owner ? ` (${owner})` : "";
  return `exempt by its tag${end}${why}${who}`;
}

function doubtOf(
  { until }: Exemption,
  problems: readonly string[],
  now: Date,
): TagDoubt | undefined {
  if (problems.length) return { kind: "unclear", words: problems.join(", ") };
  if (!until) return { kind: "endless", words: "it has no end" };
  if (until < now) return { kind: "over", words: "it has ended" };
  return undefined;
}

function tooLong({ until }: Exemption, { settings, now }: TagContext): TagDoubt | undefined {
  const { longestSecurityExemption: longest } = settings;
  // The whole of the last day.
  const limit = endOfDay(after(now, longest).toISOString().slice(0, 10)) ?? now;
  if (!until || until <= limit) return undefined;
  return { kind: "too-long", words: `it ends later than in ${inWords(longest)}` };
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/**
 * Tags exempt from what protects for so long in all, however often they are renewed; each renewal
 * is told, and that it no longer holds.
 */
export async function lasts(
  { value, target }: WornTag,
  { settings, now, note, tagTime }: GuardContext,
): Promise<boolean> {
  const { until } = readExemption(value);
  if (!settings.protects || !until || !tagTime) return true;
  const { id, longestSecurityExemption: limit } = settings;
  const time = await tagTime({ target, value, until });
  const end = tagTimeEnd(time, limit);
  const person = `\`npx nightshift exempt ${target} --from ${id}\` of whoever may`;
  if (now > end) {
    note(
      `The tag ${exemptTag} of ${target} no longer exempts it from ${id}: tags did so for ${inWords(limit)} in all, which is the most. It is treated as all others are; only the settings, or ${person}, leave it alone for longer.`,
    );
    return false;
  }
  if (time.renewals > 0) {
    const last =
      end < until ? `, but only until ${dayOf(end)}, as ${inWords(limit)} in all are the most` : "";
    note(
      `The tag ${exemptTag} of ${target} was renewed on ${dayOf(time.from)}: it goes on exempting it from ${id}${last}. If that is not meant, remove it; for longer it takes the settings or ${person}.`,
    );
  }
  return true;
}
