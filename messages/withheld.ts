/**
 * What was not told: muted, which is counted, and withheld until quiet hours end, which is then
 * told together.
 */

import { keys } from "../ledger/keys.ts";
import { absent, type Key, type Step, type Store } from "../ledger/store.ts";
import { ttlAfter } from "../ledger/ttl.ts";
import type { Severity } from "../sdk/message.ts";
import { days } from "../sdk/time.ts";
import type { Mute } from "../settings/route.ts";
import type { KeptMessage } from "./outbox.ts";

/** Enough to say what it was; the message itself stays where it lies. */
export interface Untold extends Pick<KeptMessage, "pk" | "sk"> {
  readonly id: string;
  readonly at: Date;
  readonly severity: Severity;
  readonly title: string;
  readonly account: string;
  readonly region: string;
  readonly unit: string;
}
export interface Muted extends Untold {
  readonly mute: Pick<Mute, "until" | "owner" | "reason">;
}
export interface Withheld extends Untold {
  readonly until: Date;
  /** Names of the channels that it would have gone to. */
  readonly channels: readonly string[];
  /** It waits for a person's decision: it is told by itself, with all that it takes to decide. */
  readonly asks: boolean;
  /**
   * Whoever keeps incidents tells it by itself when it is quiet no more, if it is still open, and
   * its end if not. Absent in what was stored before.
   */
  readonly begins?: boolean;
}

const ttl = (now: Date): number => ttlAfter(now, days(30));

export const untoldMessage = ({
  pk,
  sk,
  message: { id, at, severity, title, account, region, unit },
}: KeptMessage): Untold => ({
  pk,
  sk,
  id,
  at,
  severity,
  title,
  account,
  region,
  unit,
});

const records = (
  channel: "muted" | "withheld",
  key: Key,
  body: Muted | Withheld,
  now: Date,
): Step[] => [
  { put: { ...keys.told(body.id, channel), type: channel, ttl: ttl(now), body } },
  { put: { ...key, type: channel, ttl: ttl(now), body } },
];

const mutedKey = ({ at, id }: Muted): Key => ({
  pk: keys.muted,
  sk: `${at.toISOString()}#${id}`,
});

/** The same message twice is one. */
export const recordMuted = (store: Store, muted: Muted, now: Date): Promise<readonly number[]> =>
  store.transact(records("muted", mutedKey(muted), muted, now));

const withheldKey = ({ until, id }: Pick<Withheld, "until" | "id">): Key => ({
  pk: keys.withheld,
  sk: `${until.toISOString()}#${id}`,
});
export const recordWithheld = (
  store: Store,
  withheld: Withheld,
  now: Date,
): Promise<readonly number[]> =>
  store.transact(records("withheld", withheldKey(withheld), withheld, now));

/** What was muted since, by the messages' own time. */
export async function* mutedSince(store: Store, since: Date): AsyncIterable<Muted> {
  for await (const { body } of store.query(keys.muted, { from: since.toISOString() }))
    yield body as Muted;
}

/** The last that was told, by its place on the list; nothing: none yet. */
export const releasedUpTo = async (store: Store): Promise<string | undefined> =>
  (await store.get(keys.released))?.state;

/**
 * What was withheld until a time that has come and comes after the last that was told; at most so
 * many, the longest due first.
 */
export async function withheldBy(
  store: Store,
  until: Date,
  since: string | undefined,
  limit: number,
): Promise<Withheld[]> {
  const found: Withheld[] = [];
  for await (const { body } of store.query(keys.withheld, {
    ...(since !== undefined && { from: since }),
    limit,
  })) {
    const one = body as Withheld;
    if (one.until > until) break;
    found.push(one);
  }
  return found;
}

/**
 * All up to this one is told now; fails where another has told some of it. What was told stays
 * until its TTL ends.
 */
export const released = (
  last: Pick<Withheld, "until" | "id">,
  since: string | undefined,
): Step => ({
  put: { ...keys.released, type: "released", state: withheldKey(last).sk, body: null },
  if: since === undefined ? absent : { attr: "state", eq: since },
});
