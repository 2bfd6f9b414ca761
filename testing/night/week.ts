/**
 * A week of on-call in this process, as fast as it computes: the deployed handlers of tell, over a
 * ledger in memory, with the feature that keeps incidents; what people receive is written down.
 */
import type { Channel } from "../../channels/channel.ts";
import { featuresAtRun } from "../../features.run.ts";
import { features } from "../../features.ts";
import { noMetrics } from "../../handlers/app/metrics.ts";
import { asStream } from "../../handlers/app/stream.ts";
import { tellHandler } from "../../handlers/app/tell.ts";
import type { Store } from "../../ledger/store.ts";
import { quietBy } from "../../messages/feature-at-run.ts";
import { handToIncidents } from "../../messages/incident-orders.ts";
import { expire, type KeptMessage, outboxWriters, put, untold } from "../../messages/outbox.ts";
import type { Outgoing, SignalTold } from "../../messages/outgoing.ts";
import { tellingLedger } from "../../messages/telling.ts";
import { untakenIn } from "../../messages/untaken.ts";
import { releaseWithheld, withholding } from "../../messages/withhold.ts";
import { noLog } from "../../sdk/log.ts";
import { after, type Clock, milliseconds, minutes } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import { embeddedAccount as account } from "../environment.ts";
import { memoryLedger } from "../memory/ledger.ts";
import type { NightFeature, NightHost, NightIncidents } from "./feature.ts";

/** What somebody has received. */
export interface WeekReceipt {
  readonly at: Date;
  readonly channel: string;
  readonly message: Outgoing;
}

/** A week that can be lived through. */
export interface Week {
  readonly received: readonly WeekReceipt[];
  /** How many signals have arrived. */
  sent(): number;
  /** Signals arrive, as units put them into the outbox. */
  signals(some: readonly WeekSignal[]): Promise<void>;
  /** Whoever is on call takes the one whose title begins so. */
  take(title: string): Promise<void>;
  /** Time goes by: timers ring, and the watchdog looks every hour. */
  until(at: Date): Promise<void>;
}

/** What of a signal differs from one to the next. */
export type WeekSignal = Pick<SignalTold, "unit" | "title" | "severity" | "key"> &
  Partial<Pick<SignalTold, "closes" | "confirmed" | "occurs">>;

const home = "eu-central-1";
const units = ["alarm", "codebuild", "rds"];
export const weekZone = "Europe/Berlin";
const people = {
  ann: { name: "Ann", email: "ann@example.com" },
  ben: { name: "Ben", email: "ben@example.com" },
};
/** A chat that gets everything, and what wakes people. Nothing is sent: what they get is kept. */
const channels = {
  team: { kind: "slack-webhook", url: "ssm:/team" },
  phone: { kind: "pagerduty", routingKey: "ssm:/phone" },
} as const;
const routes = [{ channel: "team" }, { channel: "phone", atLeast: "critical" as const }];
const place = { account, home };
const watchEvery = minutes(15);
/** Lambda hands over so many records of the stream at once. */
const batch = 10;

function skippedClock(start: Date): Clock & { to(at: Date): void } {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    async sleep(span) {
      now += milliseconds(span);
    },
    to(at) {
      now = Math.max(now, at.getTime());
    },
  };
}

/** What a week is lived through with. */
interface Household {
  readonly clock: ReturnType<typeof skippedClock>;
  readonly store: Store;
  readonly incidents: NightIncidents;
  readonly received: WeekReceipt[];
  /** Hands records of the stream to tell. */
  streamed(kept: readonly KeptMessage[]): Promise<void>;
}

/** @param feature keeps incidents, and has settings for the week */
export async function liveThrough(
  { incidents: keeping, week: sections }: NightFeature,
  start: Date,
): Promise<Week | undefined> {
  if (!keeping || !sections) return undefined;
  const clock = skippedClock(start);
  const { store } = memoryLedger(clock);
  const given = { home, timeZone: weekZone, people, channels, routes, ...sections };
  const settings = parseSettings(given, { features, units });
  const families = Object.fromEntries(units.map((unit) => [unit, "signals"]));
  const keeper = { settings, families, store, clock, log: noLog, metrics: noMetrics };
  const incidents = keeping(keeper);
  const received: WeekReceipt[] = [];
  const tell = await telling(keeper, incidents, received);
  const streamed: Household["streamed"] = async (kept) => {
    for (let from = 0; from < kept.length; from += batch)
      await tell(asStream(kept.slice(from, from + batch)));
  };
  return weekIn({ clock, store, incidents, received, streamed }, start);
}

async function telling(
  { settings, families, store, clock, log }: NightHost,
  incidents: NightIncidents,
  received: WeekReceipt[],
) {
  const told = tellingLedger(store, clock);
  const familyOf = (unit: string): string | undefined => families[unit];
  const quiet = await quietBy(featuresAtRun, settings);
  return tellHandler({
    told,
    settled: told.settled,
    channels: Object.keys(channels).map(
      (name): Channel => ({
        name,
        send: async (message) => void received.push({ at: clock.now(), channel: name, message }),
      }),
    ),
    routes,
    familyOf,
    withhold: withholding({ settings, quiet, familyOf, store, clock }),
    incidents: {
      take: handToIncidents((order) => incidents.answer(order)),
      ...untakenIn(store),
    },
    log,
    clock,
    expire: (key) => expire(store, key, clock.now()),
  });
}

function weekIn({ clock, store, incidents, received, streamed }: Household, start: Date): Week {
  const writers = outboxWriters(units).filter((writer) => /^(unit#|incident|watch)/.test(writer));
  const known = new Set<string>();
  /** What is told of incidents comes into the outbox while messages are told. */
  async function tellAll(): Promise<void> {
    for (;;) {
      const all = await Promise.all(
        writers.map((writer) => Array.fromAsync(untold(store, writer, start, clock.now()))),
      );
      const fresh = all.flat().filter(({ message }) => !known.has(message.id));
      if (!fresh.length) return;
      for (const { message } of fresh) known.add(message.id);
      await streamed(fresh);
    }
  }
  let sent = 0;
  let watchAt = start;
  /** What the watchdog does for people: what waited for the morning is told. */
  async function watch(): Promise<void> {
    watchAt = after(watchAt, watchEvery);
    if (await releaseWithheld(store, place, streamed, clock.now())) await tellAll();
  }
  return {
    received,
    sent: () => sent,
    async signals(some) {
      for (const signal of some) {
        sent += 1;
        await put(store, `unit#${signal.unit}`, messageOf(signal, sent, clock.now()));
      }
      await tellAll();
    },
    async take(title) {
      await incidents.acknowledge(title, clock.now());
      await tellAll();
    },
    async until(at) {
      for (;;) {
        const timer = incidents.nextTimer();
        const rings = timer !== undefined && timer < watchAt;
        const next = rings ? timer : watchAt;
        if (next > at) break;
        clock.to(next);
        if (!rings) await watch();
        else {
          await incidents.wake(clock.now());
          await tellAll();
        }
      }
      clock.to(at);
    },
  };
}

const messageOf = (signal: WeekSignal, nth: number, at: Date): SignalTold => ({
  id: `${signal.unit}.${nth}`,
  at,
  account,
  region: home,
  kind: "signal",
  ...signal,
});
