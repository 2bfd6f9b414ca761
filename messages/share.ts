/**
 * How much is told of what does not come from AWS: so many messages an hour of each source; what
 * comes beyond is counted (rule: events-close-nothing).
 */

import { keys } from "../ledger/keys.ts";
import { absent, type Store } from "../ledger/store.ts";
import { ttlAfter } from "../ledger/ttl.ts";
import { TryAgain } from "../sdk/errors.ts";
import { after, type Clock, days, hours } from "../sdk/time.ts";
import { post, put } from "./outbox.ts";
import type { Outgoing } from "./outgoing.ts";

export interface Share {
  /** What counts together. */
  readonly source: string;
  /** Messages an hour by the clock. */
  readonly most: number;
  /** What is told in place of what comes beyond: once, and again for each tenfold. */
  instead(beyond: Beyond): Outgoing;
}
export interface Beyond {
  /** How many were not told so far; `null`: the first of them is about to be counted. */
  readonly count: number | null;
  readonly at: Date;
  readonly since: Date;
  readonly until: Date;
}

interface Told {
  readonly ids: readonly string[];
  /** When the last of them was told. */
  readonly at: Date;
}

const kept = days(14);

/**
 * The outbox of signals: each has a partition of its own. A share, where one is given, limits what
 * is told.
 */
export const outboxIn = (store: Store, clock: Clock) => ({
  put: (message: Outgoing, share?: Share): Promise<void> =>
    share
      ? putShared(store, message, share, clock.now())
      : put(store, `unit#${message.unit}`, message),
});

async function putShared(store: Store, message: Outgoing, share: Share, now: Date): Promise<void> {
  const since = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000);
  const key = keys.heard(share.source, since);
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const found = await store.get(key);
    const { ids, at } = (found?.body as Told | undefined) ?? { ids: [], at: now };
    if (ids.includes(message.id)) return;
    if (ids.length >= share.most)
      return beyond(share, {
        hour: { at, since, until: after(since, hours(1)) },
        count: () => store.add(keys.unheard(share.source, since), "heard", 1),
        tell: (instead) => put(store, `unit#${message.unit}`, instead),
        now,
      });
    const body: Told = { ids: [...ids, message.id], at: now };
    const lost = await store.transact([
      {
        put: {
          ...key,
          type: "heard",
          version: body.ids.length,
          ttl: ttlAfter(now, kept),
          body,
        },
        if: found ? { attr: "version", eq: ids.length } : absent,
      },
      { ...post(`unit#${message.unit}`, message), if: absent },
    ]);
    // In an hour before this one it was told already.
    if (!lost.length || lost.includes(1)) return;
  }
  throw new TryAgain(`what was told of ${share.source} this hour is contended`);
}

/** An hour in which a source has used up its share. */
interface Full {
  readonly hour: Omit<Beyond, "count">;
  readonly now: Date;
  /** Counts a message that is not told. @returns how many that makes */
  count(): Promise<number>;
  tell(instead: Outgoing): Promise<void>;
}

/** Says that it begins before it counts the first: a process that dies in between leaves no gap. */
async function beyond({ instead }: Share, { hour, count: add, tell, now }: Full): Promise<void> {
  await tell(instead({ ...hour, count: null }));
  const count = await add();
  if (count > 1 && Number.isInteger(Math.log10(count)))
    await tell(instead({ ...hour, at: now, count }));
}

/** How many were not told of a source in the hour that began then. */
export const untoldOfSource = async (store: Store, source: string, since: Date): Promise<number> =>
  (await store.get(keys.unheard(source, since)))?.version ?? 0;
