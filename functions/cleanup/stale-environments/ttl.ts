/**
 * How long an environment lives, as its tag says. The grammar is strict: what is no TTL, or one that
 * nobody can have meant, deletes nothing.
 */
import { endOfDay } from "../../../sdk/tags.ts";
import { after, hours } from "../../../sdk/time.ts";

/** The tag, where the settings name no other. */
export const ttlTag = "nightshift:ttl";

/** What would be right, for whoever wrote something else. */
export const ttlExamples =
  "right would be a day (2027-01-31: its end, in UTC), a time with its zone (2027-01-31T18:00:00Z, 2027-01-31T18:00+01:00), or a time from the stack's creation (12h, 3d, 2w)";

export type Ttl =
  | { readonly end: Date; readonly problem?: never }
  /** Why it is none, in words that follow "its tag says … ,". */
  | { readonly problem: string; readonly end?: never };

const hoursIn: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168 };

/** Hours. Nobody means a longer one: who wants to keep it takes the tag off. */
const longest = 10 * 366 * 24;

/** @returns hours; nothing where it is no duration */
export function durationOf(text: string): number | undefined {
  const [, number = "", unit = ""] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? [];
  const long = Number(number) * (hoursIn[unit] ?? 0);
  return long > 0 && long <= longest ? long : undefined;
}

const withZone =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

/** A day that there is not, as the 30th of February, is none. */
function timeOf(text: string): Date | undefined {
  const day = withZone.exec(text)?.[1];
  if (day === undefined || !endOfDay(day)) return undefined;
  return new Date(text);
}

/**
 * @param text as the tag has it
 * @param created when the stack was made: durations count from then
 */
export function readTtl(text: string, created: Date): Ttl {
  const long = durationOf(text);
  if (long !== undefined) return { end: after(created, hours(long)) };
  const end = endOfDay(text) ?? timeOf(text);
  if (!end) return { problem: `which is no TTL: ${ttlExamples}` };
  if (end <= created)
    return {
      problem: `which was over before the stack was made, as where a template is copied with its tag: give it one of its own; ${ttlExamples}`,
    };
  if (end > after(created, hours(longest)))
    return {
      problem: `which is more than ten years: take the tag off what shall stay; ${ttlExamples}`,
    };
  return { end };
}
