/**
 * For how long tags have exempted something from an automation that protects, in all: a tag that is
 * renewed again and again must not hold for ever (rule: unauthenticated-tags).
 */

import { TryAgain } from "../sdk/errors.ts";
import { endOfDay } from "../sdk/tags.ts";
import { after, before, type Span } from "../sdk/time.ts";
import { keys, type Place } from "./keys.ts";
import { absent, type Condition, type Store } from "./store.ts";

/** A tag as it stands. */
export interface StandingTag {
  /** What wears it. */
  readonly target: string;
  readonly value: string;
  /** The end of its last day. */
  readonly until: Date;
}

export interface TagTime extends StandingTag {
  /** Since when it has read so. */
  readonly from: Date;
  /** How long others before it exempted, in milliseconds: each until it was replaced or had ended. */
  readonly used: number;
  /** How often it was renewed. */
  readonly renewals: number;
}

/** What a tag adds to what is known of those before it; as it is, where it still reads so. */
export function tagTimeNow(known: TagTime | undefined, tag: StandingTag, now: Date): TagTime {
  if (!known) return { ...tag, from: now, used: 0, renewals: 0 };
  if (known.value === tag.value) return known;
  const ended = Math.min(now.getTime(), known.until.getTime());
  const used = known.used + Math.max(0, ended - known.from.getTime());
  return { ...tag, from: now, used, renewals: known.renewals + 1 };
}

/**
 * Until when tags may exempt it: the end of the day on which their time is over.
 * @param limit how long they may in all
 */
export function tagTimeEnd({ from, used }: TagTime, limit: Span): Date {
  const left = { seconds: limit.seconds - used / 1000 };
  if (left.seconds <= 0) return before(from, { seconds: 1 });
  const last = after(from, left);
  return endOfDay(last.toISOString().slice(0, 10)) ?? last;
}

const mostTries = 10;

/**
 * Looks a tag up.
 * @param record whether to remember what it adds
 * @throws {TryAgain} when others write of the same at the same moment
 */
export async function tagTime(
  store: Store,
  place: Place,
  tag: StandingTag,
  { now, record }: { readonly now: Date; readonly record: boolean },
): Promise<TagTime> {
  const key = keys.tagTime(place, tag.target);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await store.get(key);
    const known = found?.body as TagTime | undefined;
    const time = tagTimeNow(known, tag, now);
    if (time === known || !record) return time;
    const version = found?.version ?? 0;
    const asRead: Condition = found ? { attr: "version", eq: version } : absent;
    const item = { ...key, type: "tag-time", version: version + 1, body: time };
    if (await store.put(item, asRead)) return time;
  }
  throw new TryAgain(`how long tags have exempted ${tag.target} is being written by others`);
}
