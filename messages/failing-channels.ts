/**
 * Which channels do not take messages, as far as they were tried: told when it begins, once a day
 * while it lasts, and when the channel takes one again.
 */
import { keys } from "../ledger/keys.ts";
import { absent, type Condition, type Step, type Store } from "../ledger/store.ts";
import { ttlAfter } from "../ledger/ttl.ts";
import { digest } from "../sdk/codec.ts";
import { after, before, days, hours, type Span } from "../sdk/time.ts";
import { post } from "./outbox.ts";
import type { Outgoing } from "./outgoing.ts";

/** What is known of a channel that failed. */
export interface FailingChannel {
  readonly channel: string;
  /** Since when it fails, or failed. */
  readonly since: Date;
  /** When that was told last. */
  readonly told: Date;
  /** It has taken no message since. */
  readonly failing: boolean;
}

/** Where it is said. */
export interface SaidAt {
  /** 12 digits. */
  readonly account: string;
  readonly home: string;
}

const kept = days(30);
/** While it lasts, it is said again after so long. */
const reminder: Span = days(1);
/** A channel that fails and takes in turns is told of no more often. */
const calm: Span = hours(1);

/** Names the matter: an incident of it ends by the same. */
const matterOf = (channel: string): string => `channel#${channel}`;

async function known(store: Store, channel: string): Promise<FailingChannel | undefined> {
  return (await store.get(keys.failingChannel(channel)))?.body as FailingChannel | undefined;
}

/** What was read is replaced, or nothing: of two that say it at once one does. */
function replaced(next: FailingChannel, was: FailingChannel | undefined): Step {
  const unchanged: Condition = was ? { attr: "state", eq: digest(was) } : absent;
  const item = {
    ...keys.failingChannel(next.channel),
    type: "failing-channel",
    state: digest(next),
    ttl: ttlAfter(next.told, kept),
    body: next,
  };
  return { put: item, if: unchanged };
}

/**
 * A channel did not take a message.
 * @param why in words for people
 * @returns whether that was told now
 */
export async function channelFails(
  store: Store,
  { channel, why, at: { account, home } }: { channel: string; why: string; at: SaidAt },
  now: Date,
): Promise<boolean> {
  const was = await known(store, channel);
  if (was && was.told > before(now, was.failing ? reminder : calm)) return false;
  const since = was?.failing ? was.since : now;
  const told: Outgoing = {
    id: `deliver.${channel}.${now.toISOString()}`,
    at: now,
    account,
    region: home,
    unit: "deliver",
    kind: "watchdog",
    severity: "critical",
    title: `The channel ${channel} does not take messages: they go another way`,
    facts: {
      "the last one failed because": why,
      since: since.toISOString(),
      "what now":
        "mend the channel: docs/channels.md says what it needs; or take it out of the settings. The next message goes through it again",
    },
    key: matterOf(channel),
  };
  const lost = await store.transact([
    replaced({ channel, since, told: now, failing: true }, was),
    post("deliver", told),
  ]);
  return lost.length === 0;
}

/** Says that it is over. Its time and id are of what was told, so that it is the same however often it is said. */
const channelEnd = (
  { channel, since, told }: FailingChannel,
  { account, home }: SaidAt,
  title: string,
): Outgoing => ({
  id: `deliver.${channel}.${told.toISOString()}.over`,
  // After what it ends.
  at: after(told, { seconds: 1 }),
  account,
  region: home,
  unit: "deliver",
  kind: "watchdog",
  severity: "info",
  title,
  facts: { "it failed since": since.toISOString() },
  key: matterOf(channel),
  closes: true,
  confirmed: true,
});

/** Those that have taken nothing since they failed. */
export async function failingChannels(store: Store): Promise<FailingChannel[]> {
  const found = await Array.fromAsync(store.query(keys.failingChannels));
  return found.map(({ body }) => body as FailingChannel).filter(({ failing }) => failing);
}

/** A channel that took a message, among all that there are. */
export interface TakenBy {
  readonly channel: string;
  /** Those that the settings name. */
  readonly channels: readonly string[];
  readonly at: SaidAt;
}

/**
 * A channel took a message: that it failed is over. So is that of one that the settings name no
 * more: nobody can mend it.
 * @returns how many are over now
 */
export async function channelTakes(
  store: Store,
  { channel, channels, at }: TakenBy,
): Promise<number> {
  let over = 0;
  for (const was of await failingChannels(store)) {
    const isGone = !channels.includes(was.channel);
    if (was.channel !== channel && !isGone) continue;
    const title = isGone
      ? `The channel ${was.channel} is no more in the settings: that it failed is over`
      : `The channel ${channel} takes messages again`;
    const lost = await store.transact([
      replaced({ ...was, failing: false }, was),
      post("deliver", channelEnd(was, at, title)),
    ]);
    if (!lost.length) over += 1;
  }
  return over;
}

/**
 * Some of whom a channel should reach did not get a message that others got: told once a day.
 * @returns whether that was told now
 */
export async function missedSome(
  store: Store,
  { channel, who, why, at }: MissedSome,
  now: Date,
): Promise<boolean> {
  const name = `${channel}/${digest([...who].sort()).slice(0, 16)}`;
  const was = await known(store, name);
  if (was && was.told > before(now, reminder)) return false;
  const told: Outgoing = {
    id: `deliver.${name}.${now.toISOString()}`,
    at: now,
    account: at.account,
    region: at.home,
    unit: "deliver",
    kind: "watchdog",
    severity: "warning",
    title: `The channel ${channel} does not reach ${who.length === 1 ? who[0] : `${who.length} of its addresses`}; the others got the message`,
    facts: {
      "not reached": who.join(", "),
      why,
      "what now": `mend or take out the address: channels.${channel} in the settings, or the person's under people`,
    },
  };
  const lost = await store.transact([
    replaced({ channel: name, since: now, told: now, failing: false }, was),
    post("deliver", told),
  ]);
  return lost.length === 0;
}

export interface MissedSome {
  readonly channel: string;
  /** Addresses. */
  readonly who: readonly string[];
  readonly why: string;
  readonly at: SaidAt;
}
