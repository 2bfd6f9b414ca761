import { beforeEach, describe, expect, test } from "vitest";
import { recordOrder } from "../../ledger/orders.ts";
import type { Store } from "../../ledger/store.ts";
import { incidentId } from "../../messages/incident-id.ts";
import { put } from "../../messages/outbox.ts";
import type { SignalTold } from "../../messages/outgoing.ts";
import { noLog } from "../../sdk/log.ts";
import { after, type Clock, minutes } from "../../sdk/time.ts";
import { testSettings } from "../../testing/host.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import { type KnownPeople, knownPeople } from "../../testing/signatures.ts";
import { incidentsHandler, remoteIncidents } from "./function.ts";
import { headById } from "./store.ts";
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
  return JSON.parse(JSON.stringify(await handler(JSON.parse(body), bringing())));
};
const deployed = testSettings({ region: "eu-central-1" }, "alarm");
const [account, ann] = ["123456789012", "arn:aws:iam::123456789012:user/ann"];
let invocations = 0;
function bringing() {
  invocations += 1;
  return { account, invocation: `request-${invocations}` };
}
let people: KnownPeople;
let store: Store;
/** As the command line sends it. */
const signed = (order: object, arn = ann) =>
  people.sign(arn, { deployed, account, to: "incidents" }, order);
beforeEach(() => {
  now = start;
  sizes = [];
  store = memoryLedger(clock).store;
  people = knownPeople(clock);
  handler = incidentsHandler({
    settings: deployed,
    identify: people.identify,
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
  const { take, act } = remoteIncidents(async (order) =>
    invoke(order.kind === "act" ? await signed(order) : order),
  );
  expect(await take([message("cpu")])).toEqual(new Set());
  const until = after(now, minutes(30));
  expect(
    await act({
      verb: "snooze",
      id: "a",
      incident: incidentId(message("cpu")),
      by: "whoever",
      until,
    }),
  ).toMatchObject({
    state: "snoozed",
    by: ann,
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
  [
    "a snooze without an end",
    { kind: "act", verb: "snooze", id: "a", incident: "inc.1", by: "ann" },
  ],
])("%s is refused", async (_, given) => {
  await expect(handler(given, bringing())).rejects.toThrow("this is none of them");
});

describe("what a person does with an incident", () => {
  const ack = { kind: "act", verb: "ack", id: "act-1", incident: incidentId(message("cpu")) };
  const state = async () => (await headById(store, ack.incident))?.body;
  beforeEach(async () => void (await remoteIncidents(invoke).take([message("cpu")])));

  test("is theirs who has signed it, whoever the order says that it is", async () => {
    await invoke(await signed({ ...ack, by: "arn:aws:iam::123456789012:user/boss" }));
    expect(await state()).toMatchObject({ state: "acknowledged", by: ann });
  });

  test("is nobody's that nobody has signed: who it says that it is counts for nothing", async () => {
    await expect(invoke({ ...ack, by: ann })).rejects.toThrow("is not proven");
    expect(await state()).toMatchObject({ state: "open" });
  });

  test("is refused where it was signed as another act, or counted before", async () => {
    const order = await signed({ ...ack, verb: "note", text: "hm" });
    await expect(invoke({ ...order, verb: "ack" })).rejects.toThrow("signed for another order");
    await invoke(order);
    await expect(invoke(order)).rejects.toThrow("counts once");
    expect(await state()).toMatchObject({ state: "open" });
  });

  test("is a member's of Slack, as the function for Slack has recorded it, and once", async () => {
    const by = "slack:T1/U1/A1";
    const given = { to: "incidents", order: ack, by, at: now };
    const recorded = await recordOrder(store, "slack", given);
    await expect(invoke({ ...ack, verb: "snooze", until: "x", recorded })).rejects.toThrow(
      "is another than incidents was given",
    );
    for (let times = 0; times < 2; times += 1) await invoke({ ...ack, recorded });
    expect(await state()).toMatchObject({ state: "acknowledged", by });
  });
});

describe("a message that says that an incident is over", () => {
  const over = () => message("cpu", { id: "alarm.over", closes: true, confirmed: true });
  const state = async () => (await headById(store, incidentId(over())))?.body.state;
  beforeEach(async () => void (await remoteIncidents(invoke).take([message("cpu")])));

  test("ends it where the function for signals has written it, however it is shown", async () => {
    now = after(now, minutes(1));
    await put(store, "unit#alarm", over());
    await remoteIncidents(invoke).take([{ ...over(), runbook: "https://example.com/alarm" }]);
    expect(await state()).toBe("resolved");
  });

  test.each<[string, Partial<SignalTold>]>([
    ["another matter", { key: "disk" }],
    ["another title", { title: "something else" }],
    ["another region", { region: "us-east-1" }],
    ["another time", { at: start }],
  ])("ends nothing where what lies there is about %s", async (_, other) => {
    now = after(now, minutes(1));
    await put(store, "unit#alarm", { ...over(), ...other });
    await remoteIncidents(invoke).take([over()]);
    expect(await state()).toBe("open");
  });

  test("ends nothing where it lies in no outbox, or says something else there", async () => {
    now = after(now, minutes(1));
    await remoteIncidents(invoke).take([over()]);
    expect(await state()).toBe("open");
    now = after(now, minutes(1));
    await put(store, "unit#alarm", { ...over(), confirmed: false });
    await remoteIncidents(invoke).take([over()]);
    expect(await state()).toBe("open");
  });
});
