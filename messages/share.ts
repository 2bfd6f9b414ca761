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
  /**
   * What is told in place of what comes beyond: once, and again for each tenfold.
   * @param unit the unit that would have told it
   */
  instead(unit: string, beyond: Beyond): Outgoing;
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

  /** Whether nothing more is told of it this hour; then that one more is not told was counted. */
  async isFull(share: Share, { id, unit }: Pick<Outgoing, "id" | "unit">): Promise<boolean> {
    const now = clock.now();
    const { since, told } = await heardOf(store, share, now);
    if (told.ids.includes(id) || told.ids.length < share.most) return false;
    await beyond(store, share, { unit, since, at: told.at, now });
    return true;
  },
});

/** What was told of a source in this hour so far. */
async function heardOf(store: Store, share: Share, now: Date) {
  const since = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000);
  const key = keys.heard(share.source, since);
  const found = await store.get(key);
  const told = (found?.body as Told | undefined) ?? { ids: [], at: now };
  return { since, key, found, told };
}

async function putShared(store: Store, message: Outgoing, share: Share, now: Date): Promise<void> {
  const { unit } = message;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { since, key, found, told } = await heardOf(store, share, now);
    const { ids, at } = told;
    if (ids.includes(message.id)) return;
    if (ids.length >= share.most) return beyond(store, share, { unit, since, at, now });
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
      { ...post(`unit#${unit}`, message), if: absent },
    ]);
    // In an hour before this one it was told already.
    if (!lost.length || lost.includes(1)) return;
  }
  throw new TryAgain(`what was told of ${share.source} this hour is contended`);
}

/** An hour in which a source has used up its share, and the unit that would tell more of it. */
interface Full {
  readonly unit: string;
  readonly since: Date;
  /** When the last that had room was told. */
  readonly at: Date;
  readonly now: Date;
}

/** Says that it begins before it counts the first: a process that dies in between leaves no gap. */
async function beyond(store: Store, share: Share, { unit, since, at, now }: Full): Promise<void> {
  const hour = { since, until: after(since, hours(1)) };
  const tell = (told: Omit<Beyond, "since" | "until">) =>
    put(store, `unit#${unit}`, share.instead(unit, { ...hour, ...told }));
  await tell({ at, count: null });
  const count = await store.add(keys.unheard(share.source, since), "heard", 1);
  if (count > 1 && Number.isInteger(Math.log10(count))) await tell({ at: now, count });
}

/** How many were not told of a source in the hour that began then. */
export const untoldOfSource = async (store: Store, source: string, since: Date): Promise<number> =>
  (await store.get(keys.unheard(source, since)))?.version ?? 0;
