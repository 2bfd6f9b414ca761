/** Ten thousand signals in a minute, through tell, the incidents, and the channels' queues. */
import type { DynamoDBRecord } from "aws-lambda";
import { expect, test } from "vitest";
import type { Channel } from "../channels/channel.ts";
import { queued } from "../channels/queue.ts";
import { Undelivered } from "../channels/undelivered.ts";
import { deliverHandler } from "../handlers/app/deliver.ts";
import { tellHandler } from "../handlers/app/tell.ts";
import { expire, type KeptMessage, untold } from "../messages/outbox.ts";
import { newsIn, type Outgoing } from "../messages/outgoing.ts";
import { tellingLedger } from "../messages/telling.ts";
import { untakenIn } from "../messages/untaken.ts";
import { createIncidents } from "../oncall/incidents/service.ts";
import { openIncidents } from "../oncall/incidents/store.ts";
import { queuedTimers } from "../oncall/incidents/timers.ts";
import { serialise } from "../sdk/codec.ts";
import { type Clock, hours, milliseconds, minutes, type Span, seconds } from "../sdk/time.ts";
import { LocalQueues } from "../testing/queues.ts";
import { plainStore } from "./setup/plain-store.ts";

const signals = 10_000;
const hosts = 200;
const [account, home] = ["123456789012", "eu-central-1"];
/** A few seconds on a machine that is idle. */
const timeout = 120_000;
const log = { info() {}, warn() {}, error() {} };

function manualClock(): Clock & { to(at: Date): void } {
  let now = Date.parse("2026-11-21T02:00:00Z");
  return {
    now: () => new Date(now),
    async sleep({ seconds: length }: Span) {
      now += length * 1000;
    },
    to(at) {
      now = Math.max(now, at.getTime());
    },
  };
}

/** A chat that takes one message a second, and a pager that takes all: what each has told. */
function reached(clock: Clock) {
  const told: Record<"chat" | "pager" | "sns", Outgoing[]> = { chat: [], pager: [], sns: [] };
  let last = 0;
  const channel = (name: keyof typeof told): Channel => ({
    name,
    async send(message) {
      const now = clock.now().getTime();
      if (name === "chat" && now - last < 1000)
        throw new Undelivered("it answered 429", { again: true, after: seconds(1), status: 429 });
      if (name === "chat") last = now;
      told[name].push(message);
    },
  });
  return { told, channel };
}

function place(clock: ReturnType<typeof manualClock>, withIncidents: boolean) {
  const store = plainStore();
  const queues = new LocalQueues(clock);
  const timers = queuedTimers();
  const { told, channel } = reached(clock);
  const known = tellingLedger(store, clock);
  const incidents = createIncidents({
    onCall: { rotations: {} },
    families: { alarm: "signals" },
    whoIsOn: () => [],
    store,
    clock,
    log,
    timers,
  });
  const names = ["chat", "pager"] as const;
  const tell = tellHandler({
    told: known,
    settled: known.settled,
    channels: names.map((name) => queued(name, queues.post, () => clock.now())),
    ...(withIncidents && { incidents: { ...incidents, ...untakenIn(store) } }),
    log,
    clock,
    expire: (key) => expire(store, key, clock.now()),
  });
  const deliver = deliverHandler({
    channels: names.map(channel),
    topic: channel("sns"),
    fallback: () => "sns",
    telling: known,
    post: queues.post,
    later: queues.later,
    account,
    home,
    clock,
    log,
  });
  /** As the stream hands over what is new in an outbox. */
  const streamed = async (kept: readonly KeptMessage[]) => {
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
      expect(await tell({ Records })).toEqual({ batchItemFailures: [] });
    }
  };
  return { store, queues, timers, incidents, told, deliver, streamed };
}

const signal = (at: Date, nth: number): KeptMessage => {
  const host = `host-${nth % hosts}`;
  const message: Outgoing = {
    id: `alarm.${nth}`,
    at,
    account,
    region: home,
    unit: "alarm",
    kind: "signal",
    severity: nth % 97 ? "warning" : "critical",
    title: `${host} is in ALARM`,
    key: host,
    affected: [host],
  };
  return { pk: "unit#alarm#outbox", sk: `${at.toISOString()}#${message.id}`, message };
};

test("with on-call it becomes a handful of messages whose counts add up, each told once through each channel", {
  timeout,
}, async () => {
  const clock = manualClock();
  const { store, queues, timers, incidents, told, deliver, streamed } = place(clock, true);
  const seen = new Set<string>();
  let most = 0;
  const fresh = async () => {
    const all = await Array.fromAsync(untold(store, "incident", new Date(0), clock.now()));
    const unseen = all.filter(({ message }) => !seen.has(message.id));
    for (const { message } of unseen) seen.add(message.id);
    await streamed(unseen);
  };
  const settle = async (until: Date) => {
    for (;;) {
      const times = [timers.next(), queues.next()].flatMap((at) =>
        at && at <= until ? [at.getTime()] : [],
      );
      if (!times.length) break;
      clock.to(new Date(Math.min(...times)));
      for (const group of timers.due(clock.now())) await incidents.wake(group);
      await fresh();
      most = Math.max(most, queues.waiting());
      await queues.deliver(deliver);
    }
    clock.to(until);
  };

  for (let from = 0; from < signals; from += 500) {
    const at = clock.now();
    const batch = Array.from({ length: 500 }, (_, nth) => signal(at, from + nth));
    for (const { pk, sk, message } of batch)
      await store.put({ pk, sk, type: "message", body: message });
    await streamed(batch);
    await settle(new Date(at.getTime() + milliseconds(seconds(3))));
  }
  await settle(new Date(clock.now().getTime() + milliseconds(minutes(30))));

  const { heads } = await openIncidents(store, 300);
  expect([heads.length, heads.reduce((sum, { count }) => sum + count, 0)]).toEqual([
    hosts,
    signals,
  ]);
  expect(seen.size).toBeLessThan(6);
  for (const channel of ["chat", "pager"] as const)
    expect(told[channel].map(({ id }) => id).toSorted()).toEqual([...seen].toSorted());
  expect(told.sns).toEqual([]);
  expect(most).toBeLessThan(12);
  const [first] = told.pager;
  const news = first && newsIn(first);
  expect((news?.incidents.length ?? 0) + (news?.more ?? 0)).toBe(hosts);
  // Nothing is left to be told: neither a signal nor news of an incident.
  for (const writer of ["unit#alarm", "incident"])
    expect(await Array.fromAsync(untold(store, writer, new Date(0), clock.now()))).toEqual([]);
});

test("without on-call each is told: a slow channel takes what it can in time, the rest goes another way, and nothing is lost or told twice", async () => {
  const clock = manualClock();
  const { store, queues, told, deliver, streamed } = place(clock, false);
  const few = 300;
  const at = clock.now();
  const batch = Array.from({ length: few }, (_, nth) => signal(at, nth));
  for (const { pk, sk, message } of batch)
    await store.put({ pk, sk, type: "message", body: message });
  await streamed(batch);
  const end = at.getTime() + milliseconds(hours(4));
  for (let next = queues.next(); next && next.getTime() <= end; next = queues.next()) {
    clock.to(next);
    await queues.deliver(deliver);
  }
  const ids = batch.map(({ message }) => message.id).toSorted();
  expect(told.pager.map(({ id }) => id).toSorted()).toEqual(ids);
  expect([...told.chat, ...told.sns].map(({ id }) => id).toSorted()).toEqual(ids);
  expect(queues.dead).toEqual([]);
  expect(await Array.fromAsync(untold(store, "unit#alarm", new Date(0), clock.now()))).toEqual([]);
});
