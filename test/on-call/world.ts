/**
 * The whole way of a signal in one process, through time: outbox, tell, incidents and their timers,
 * outbox, tell (routes, mutes, quiet hours), queues, deliver, channels.
 */
import type { DynamoDBRecord } from "aws-lambda";
import type { Channel } from "../../channels/channel.ts";
import { queued } from "../../channels/queue.ts";
import { featuresAtRun } from "../../features.run.ts";
import { features } from "../../features.ts";
import { deliverHandler } from "../../handlers/app/deliver.ts";
import { tellHandler } from "../../handlers/app/tell.ts";
import { quietBy } from "../../messages/feature-at-run.ts";
import { incidentId } from "../../messages/incident-id.ts";
import { expire, type KeptMessage, untold } from "../../messages/outbox.ts";
import type { Outgoing, SignalTold } from "../../messages/outgoing.ts";
import { fallbackOf } from "../../messages/routes.ts";
import { tellingLedger } from "../../messages/telling.ts";
import { untakenIn } from "../../messages/untaken.ts";
import { releaseWithheld, withholding } from "../../messages/withhold.ts";
import { createIncidents } from "../../oncall/incidents/service.ts";
import { queuedTimers } from "../../oncall/incidents/timers.ts";
import { nameOf } from "../../oncall/rota/name-of.ts";
import { whoIsOn } from "../../oncall/rota/who-is-on.ts";
import { serialise } from "../../sdk/codec.ts";
import { before, type Clock, hours, milliseconds, type Span } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import { keptLog } from "../../testing/context.ts";
import { LocalQueues } from "../../testing/queues.ts";
import { type PlainStore, plainStore } from "../setup/plain-store.ts";

export const [account, home] = ["123456789012", "eu-central-1"];
const units = ["alarm", "sign-in", "cost-report"];
const families: Readonly<Record<string, string>> = { alarm: "signals", "sign-in": "signals" };
const writers = ["unit#alarm", "unit#sign-in", "incident", "deliver", "watch", "decision"];

export interface MovedClock extends Clock {
  to(at: Date): void;
}
function movedClock(start: string): MovedClock {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    async sleep({ seconds }: Span) {
      now += seconds * 1000;
    },
    to(at) {
      now = Math.max(now, at.getTime());
    },
  };
}

export interface Surroundings {
  readonly clock: Clock;
  readonly store: PlainStore;
  readonly log: ReturnType<typeof keptLog>["log"];
}
/** `keyless`: it has none, so that it has no end of its own. */
export type SignalPart = Partial<SignalTold> & { readonly keyless?: true };
export type MakeChannel = (name: string, given: Surroundings) => Channel;

/**
 * @param given the settings
 * @param make the channels, as the settings name them
 * @param store where a deployment before has left its ledger
 */
export async function world(
  start: string,
  given: object,
  make: MakeChannel,
  store: PlainStore = plainStore(),
) {
  const clock = movedClock(start);
  const { log, lines } = keptLog();
  const settings = parseSettings({ home, timeZone: "UTC", ...given }, { features, units });
  const queues = new LocalQueues(clock);
  const timers = queuedTimers();
  const known = tellingLedger(store, clock);
  const familyOf = (unit: string): string | undefined => families[unit];
  const { onCall } = settings;
  if (!onCall) throw new Error("the settings have no on-call");
  const incidents = createIncidents({
    onCall,
    families,
    whoIsOn: whoIsOn(settings),
    nameOf: nameOf(settings.people),
    telling: settings,
    store,
    clock,
    log,
    timers,
  });
  const names = Object.keys(settings.channels);
  const topicSent: Outgoing[] = [];
  const topic: Channel = { name: "sns", send: async (message) => void topicSent.push(message) };
  const quiet = await quietBy(featuresAtRun, settings);
  const tell = tellHandler({
    told: known,
    settled: known.settled,
    channels: [topic, ...names.map((name) => queued(name, queues.post, () => clock.now()))],
    routes: settings.routes,
    familyOf,
    withhold: withholding({ settings, quiet, familyOf, store, clock }),
    incidents: { ...incidents, ...untakenIn(store) },
    log,
    clock,
    expire: (key) => expire(store, key, clock.now()),
  });
  const deliver = deliverHandler({
    channels: names.map((name) => make(name, { clock, store, log })),
    topic,
    fallback: fallbackOf(settings.routes, familyOf),
    telling: known,
    post: queues.post,
    later: queues.later,
    account,
    home,
    clock,
    log,
    random: () => 0.5,
  });
  const seen = new Set<string>();
  const told: Outgoing[] = [];

  async function streamed(kept: readonly KeptMessage[]): Promise<void> {
    for (let from = 0; from < kept.length; from += 100) {
      const Records: DynamoDBRecord[] = kept.slice(from, from + 100).map(({ pk, sk, message }) => ({
        eventName: "INSERT",
        dynamodb: {
          SequenceNumber: message.id,
          NewImage: {
            pk: { S: pk },
            sk: { S: sk },
            type: { S: "message" },
            body: { S: serialise(message) },
          },
        },
      }));
      const { batchItemFailures } = await tell({ Records });
      if (batchItemFailures.length)
        throw new Error(`not told: ${JSON.stringify(batchItemFailures)}: ${JSON.stringify(lines)}`);
    }
  }
  /** Nothing is written with a time long before its own. */
  let looked = new Date(0);
  async function fresh(): Promise<void> {
    for (;;) {
      const all = await Promise.all(
        writers.map((writer) => Array.fromAsync(untold(store, writer, looked, clock.now()))),
      );
      const unseen = all.flat().filter(({ pk, sk }) => !seen.has(pk + sk));
      if (!unseen.length) {
        looked = before(clock.now(), hours(1));
        return;
      }
      for (const { pk, sk, message } of unseen) {
        seen.add(pk + sk);
        told.push(message);
      }
      await streamed(unseen);
    }
  }
  /** Time passes: timers wake, queues deliver. */
  async function pass(span: Span): Promise<void> {
    const until = new Date(clock.now().getTime() + milliseconds(span));
    for (;;) {
      await fresh();
      const times = [timers.next(), queues.next()].flatMap((at) =>
        at && at <= until ? [at.getTime()] : [],
      );
      if (!times.length) break;
      clock.to(new Date(Math.min(...times)));
      for (const group of timers.due(clock.now())) await incidents.wake(group);
      await fresh();
      await queues.deliver(deliver);
    }
    clock.to(until);
  }
  let sent = 0;
  async function signal({ keyless, ...part }: SignalPart): Promise<Outgoing> {
    sent += 1;
    const unit = part.unit ?? "alarm";
    const message: SignalTold = {
      id: `${unit}.${clock.now().getTime()}.${sent}`,
      at: clock.now(),
      account,
      region: home,
      unit,
      kind: "signal",
      severity: "critical",
      title: `${part.key} is in ALARM`,
      ...part,
    };
    const sk = `${message.at.toISOString()}#${message.id}`;
    await store.put({ pk: `unit#${unit}#outbox`, sk, type: "message", body: message });
    await fresh();
    return message;
  }
  const ok = (key: string, more: Partial<SignalTold> = {}) =>
    signal({
      key,
      severity: "info",
      title: `${key} is OK`,
      closes: true,
      confirmed: true,
      ...more,
    });
  const idOf = (key: string, unit = "alarm"): string =>
    incidentId({ key, unit, title: "", account, region: home });
  const release = () =>
    releaseWithheld(store, { account, home }, async (kept) => streamed(kept), clock.now());
  /** As DynamoDB does with what is past its time to live. */
  async function purge(): Promise<number> {
    const due = [...store.all()].filter(
      ({ ttl }) => ttl !== undefined && ttl <= clock.now().getTime() / 1000,
    );
    for (const { pk, sk } of due) await store.remove({ pk, sk });
    return due.length;
  }
  return {
    clock,
    store,
    settings,
    queues,
    timers,
    incidents,
    topicSent,
    told,
    lines,
    signal,
    ok,
    idOf,
    pass,
    fresh,
    release,
    purge,
  };
}
