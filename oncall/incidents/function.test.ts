import { beforeEach, expect, test } from "vitest";
import type { SignalTold } from "../../messages/outgoing.ts";
import { noLog } from "../../sdk/log.ts";
import { after, type Clock, minutes } from "../../sdk/time.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import { incidentsHandler, remoteIncidents } from "./function.ts";
import { incidentId } from "./machine.ts";
import { queuedTimers } from "./timers.ts";

const start = new Date("2026-11-21T02:00:00Z");
let now = start;
const clock: Clock = { now: () => now, async sleep() {} };
let sizes: number[];
let handler: ReturnType<typeof incidentsHandler>;
/** As Lambda would carry it there and back. */
const invoke = async (given: unknown): Promise<unknown> => {
  const body = JSON.stringify(given);
  sizes.push(body.length);
  return JSON.parse(JSON.stringify(await handler(JSON.parse(body))));
};
beforeEach(() => {
  now = start;
  sizes = [];
  const { store } = memoryLedger(clock);
  handler = incidentsHandler({
    onCall: { rotations: {} },
    families: {},
    whoIsOn: () => [],
    store,
    clock,
    log: noLog,
    timers: queuedTimers(),
  });
});
const message = (id: string, more: Partial<SignalTold> = {}): SignalTold => ({
  id,
  at: now,
  account: "123456789012",
  region: "eu-central-1",
  unit: "alarm",
  kind: "signal",
  severity: "critical",
  title: `${id} is in ALARM`,
  key: id,
  ...more,
});

test("messages go there and acts come back, their times as they were", async () => {
  const { take, act } = remoteIncidents(invoke);
  expect(await take([message("cpu")])).toEqual(new Set());
  const until = after(now, minutes(30));
  expect(
    await act({ verb: "snooze", id: "a", incident: incidentId(message("cpu")), by: "ann", until }),
  ).toMatchObject({
    state: "snoozed",
    by: "ann",
    openedAt: start,
    snoozedUntil: until,
  });
  now = after(now, minutes(40));
  expect(await invoke({ kind: "overdue" })).toEqual({ woken: 1 });
  expect(await invoke({ kind: "timer", group: "grp.none" })).toEqual({ woken: 1 });
});

test("what is too much for one invocation goes in several", async () => {
  const { take } = remoteIncidents(invoke);
  const facts = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`fact ${at}`, "x".repeat(10_000)]),
  );
  expect(await take(Array.from({ length: 20 }, (_, at) => message(`m${at}`, { facts })))).toEqual(
    new Set(),
  );
  expect(sizes.length).toBe(2);
  expect(Math.max(...sizes)).toBeLessThan(6_000_000);
});

test.each<[what: string, given: unknown]>([
  ["nothing", undefined],
  ["an unknown kind", { kind: "delete" }],
  ["an act without who", { kind: "act", verb: "ack", id: "a", incident: "inc.1" }],
  ["an act by nobody", { kind: "act", verb: "ack", id: "a", incident: "inc.1", by: "" }],
  [
    "a snooze without an end",
    { kind: "act", verb: "snooze", id: "a", incident: "inc.1", by: "ann" },
  ],
])("%s is refused", async (_, given) => {
  await expect(handler(given)).rejects.toThrow("this is none of them");
});
