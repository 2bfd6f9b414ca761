/** What keeps incidents is away: nothing that it should have taken is lost, and the order is kept. */
import { beforeEach, expect, test } from "vitest";
import type { KeptMessage } from "../../messages/outbox.ts";
import { expire, post } from "../../messages/outbox.ts";
import type { Outgoing, SignalTold } from "../../messages/outgoing.ts";
import { tellingLedger } from "../../messages/telling.ts";
import { allUntaken, untakenIn } from "../../messages/untaken.ts";
import { createIncidents } from "../../oncall/incidents/service.ts";
import { openIncidents } from "../../oncall/incidents/store.ts";
import { queuedTimers } from "../../oncall/incidents/timers.ts";
import { clockAt, hours, minutes, type Span } from "../../sdk/time.ts";
import { type PlainStore, plainStore } from "../../test/setup/plain-store.ts";
import { asStream } from "./stream.ts";
import { tellHandler } from "./tell.ts";
import { offerUntaken, tellLeft } from "./watch/left-untold.ts";
import { untaken } from "./watch/untaken.ts";

const account = "123456789012";
const region = "eu-central-1";
const log = { info() {}, warn() {}, error() {} };

function world() {
  const clock = clockAt(new Date("2026-11-21T02:00:00Z"));
  const store: PlainStore = plainStore();
  const incidents = createIncidents({
    onCall: { rotations: {} },
    families: { alarm: "signals" },
    whoIsOn: () => [],
    store,
    clock,
    log,
    timers: queuedTimers(),
  });
  const seen: string[] = [];
  const told = tellingLedger(store, clock);
  const state = { away: false, poison: new Set<string>(), calls: 0 };
  const tell = tellHandler({
    told,
    settled: told.settled,
    channels: [{ name: "sns", send: async ({ id, kind }) => void seen.push(`${kind} ${id}`) }],
    incidents: {
      async take(messages) {
        state.calls += 1;
        if (state.away) throw new Error("the function is away");
        const good = messages.filter(({ id }) => !state.poison.has(id));
        const left = await incidents.take(good);
        return new Set([
          ...left,
          ...messages.flatMap(({ id }) => (good.some((m) => m.id === id) ? [] : [id])),
        ]);
      },
      ...untakenIn(store),
    },
    log,
    clock,
    expire: (key) => expire(store, key, clock.now()),
  });
  const handOver = async (kept: readonly KeptMessage[]) =>
    (await tell(asStream(kept))).batchItemFailures;
  const stream: KeptMessage[] = [];
  const retelling = {
    store,
    log,
    tell: async (kept: readonly KeptMessage[]) => void (await handOver(kept)),
    tellNow: async (kept: readonly KeptMessage[]) => void (await handOver(kept)),
  };
  return {
    clock,
    store,
    seen,
    state,
    /** Puts it into the outbox, and on the stream. */
    async say(message: Outgoing) {
      const step = post(`unit#${message.unit}`, message);
      await store.transact([step]);
      if ("put" in step) stream.push({ pk: step.put.pk, sk: step.put.sk, message });
    },
    /** The stream hands over what it has, again and again, for so long. */
    async pass(span: Span) {
      const end = clock.now().getTime() + span.seconds * 1000;
      for (;;) {
        if (stream.length) {
          const failed = new Set(
            (await handOver(stream)).map(({ itemIdentifier }) => itemIdentifier),
          );
          const left = stream.filter(({ message }) => failed.has(message.id));
          stream.splice(0, stream.length, ...left);
        }
        if (clock.now().getTime() >= end) return;
        await clock.sleep(minutes(1));
      }
    },
    async watch() {
      const waiting = await offerUntaken(retelling);
      await tellLeft(retelling, ["unit#alarm"], { now: clock.now(), waiting }, (error) => {
        throw error;
      });
      return untaken(store, clock.now());
    },
    open: async () => (await openIncidents(store, 1_000)).heads.map(({ title }) => title),
    kept: async () => (await Array.fromAsync(allUntaken(store))).map(({ message }) => message.id),
  };
}

let it: ReturnType<typeof world>;
beforeEach(() => {
  it = world();
});

const alarm = (key: string, id: string, more: Partial<SignalTold> = {}): SignalTold => ({
  id: `alarm.${id}`,
  at: it.clock.now(),
  account,
  region,
  unit: "alarm",
  kind: "signal",
  severity: "critical",
  title: `${key} is in ALARM`,
  key,
  ...more,
});
const ends = (key: string, id: string) =>
  alarm(key, id, { closes: true, confirmed: true, severity: "info", title: `${key} is OK` });

test("what opens while they are away is told as it came, and is an incident as soon as they are back", async () => {
  it.state.away = true;
  const began = it.clock.now();
  await it.say(alarm("api", "1"));
  await it.pass(minutes(5));
  expect(it.seen).toEqual(["signal alarm.1"]);
  expect(await it.open()).toEqual([]);
  it.state.away = false;
  await it.clock.sleep(minutes(10));
  await it.watch();
  expect(await it.open()).toEqual(["api is in ALARM"]);
  const [head] = (await openIncidents(it.store, 9)).heads;
  expect(head?.at).toEqual(began);
  expect(await it.kept()).toEqual([]);
  await it.watch();
  expect(it.seen.filter((line) => line.startsWith("signal"))).toEqual(["signal alarm.1"]);
});

test("what ends while they are away is over once they are back, not open for ever", async () => {
  await it.say(alarm("api", "1"));
  await it.pass(minutes(2));
  expect(await it.open()).toEqual(["api is in ALARM"]);
  it.state.away = true;
  await it.say(ends("api", "2"));
  await it.pass(minutes(5));
  it.state.away = false;
  await it.clock.sleep(minutes(10));
  await it.watch();
  expect(await it.open()).toEqual([]);
});

test("an end that comes when they are back does not overtake its beginning", async () => {
  it.state.away = true;
  await it.say(alarm("api", "1"));
  await it.say(alarm("other", "2"));
  await it.pass(minutes(4));
  it.state.away = false;
  await it.say(ends("api", "3"));
  await it.pass(minutes(1));
  expect(await it.open()).toEqual([]);
  expect(await it.kept()).toEqual(["alarm.2"]);
  await it.clock.sleep(minutes(12));
  await it.watch();
  expect(await it.open()).toEqual(["other is in ALARM"]);
});

test("opened, ended and opened again while they were away: it is open", async () => {
  it.state.away = true;
  for (const [nth, message] of [alarm, ends, alarm].entries()) {
    await it.say(message("api", String(nth)));
    await it.pass(minutes(4));
  }
  it.state.away = false;
  await it.clock.sleep(minutes(12));
  await it.watch();
  expect(await it.open()).toEqual(["api is in ALARM"]);
});

test("however long they are away: a message that was told and deleted long ago is taken at last", async () => {
  it.state.away = true;
  await it.say(alarm("api", "1"));
  await it.pass(minutes(3));
  for (let day = 0; day < 60; day += 1) {
    await it.clock.sleep(hours(24));
    await it.watch();
  }
  for (const { pk, sk } of it.store.all())
    if (pk === "unit#alarm#outbox") await it.store.remove({ pk, sk });
  it.state.away = false;
  await it.watch();
  expect(await it.open()).toEqual(["api is in ALARM"]);
  expect(it.seen.filter((line) => line === "signal alarm.1")).toHaveLength(1);
});

test("that something waits is found, with since when and what to do, and is over when it is taken", async () => {
  it.state.away = true;
  await it.say(alarm("api", "1"));
  await it.pass(minutes(3));
  expect(await it.watch()).toEqual([]);
  await it.clock.sleep(minutes(9));
  expect(await it.watch()).toMatchObject([
    { key: "untaken", severity: "critical", title: expect.stringContaining("1 message") },
  ]);
  it.state.away = false;
  expect(await it.watch()).toEqual([]);
});

test("one that is refused each time waits alone, and keeps no other", async () => {
  it.state.away = true;
  for (let nth = 0; nth < 5; nth += 1) await it.say(alarm(`k${nth}`, String(nth)));
  it.state.poison.add("alarm.2");
  await it.pass(minutes(3));
  it.state.away = false;
  await it.clock.sleep(minutes(12));
  await it.watch();
  expect(await it.open()).toHaveLength(4);
  expect(await it.kept()).toEqual(["alarm.2"]);
});

test("a storm of a thousand that came while they were away is taken, and while they are away they are asked once a look", async () => {
  it.state.away = true;
  const long = "x".repeat(20_000);
  for (let nth = 0; nth < 1_000; nth += 1)
    await it.say(alarm(`k${nth}`, String(nth), { facts: { long } }));
  await it.pass(minutes(3));
  expect(await it.kept()).toHaveLength(1_000);
  const asked = it.state.calls;
  await it.clock.sleep(minutes(15));
  await it.watch();
  expect(it.state.calls - asked).toBe(1);
  it.state.away = false;
  await it.watch();
  expect(await it.kept()).toEqual([]);
  const { heads, more } = await openIncidents(it.store, 1_000);
  expect(heads.length + more).toBe(1_000);
});
