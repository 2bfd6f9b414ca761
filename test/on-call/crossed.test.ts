/** What crosses: ends and beginnings, people and events, an outage and what was told meanwhile. */
import { expect, test } from "vitest";
import { mail } from "../../channels/email/email.ts";
import { events } from "../../channels/pagerduty/pagerduty.ts";
import { keys } from "../../ledger/keys.ts";
import { asItStands } from "../../messages/incident-now.ts";
import { newsIn, type Outgoing, type SignalTold } from "../../messages/outgoing.ts";
import { openIncidents } from "../../oncall/incidents/store.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import { after, days, hours, minutes, type Span, seconds } from "../../sdk/time.ts";
import type { PlainStore } from "../setup/plain-store.ts";
import { account, home, world } from "./world.ts";

const hook = { kind: "webhook", url: "ssm:/u", secret: "ssm:/s" };
const people = { ann: {}, ben: {}, cid: {} };

/** What a pager makes of what is sent to it. */
function pagerFor(alerts: Map<string, string>, message: Outgoing): void {
  for (const { body } of events(message, { timeZone: "UTC" })) {
    const { event_action: action, dedup_key: key } = fieldsOf(body);
    if (typeof key !== "string") continue;
    if (action === "resolve") alerts.delete(key);
    else if (action === "trigger" || alerts.has(key)) alerts.set(key, String(action));
  }
}

interface Begins {
  readonly start?: string;
  /** Settings. */
  readonly [name: string]: unknown;
}

async function begun(
  onCall: object = {},
  { start = "2026-11-21T02:00:00Z", ...more }: Begins = {},
  store?: PlainStore,
) {
  const got: string[] = [];
  const alerts = new Map<string, string>();
  const routes = [{ channel: "a" }];
  const settings = { people, channels: { a: hook }, routes, ...more };
  const w = await world(
    start,
    { ...settings, onCall: { rotations: {}, ...onCall } },
    (name) => ({
      name,
      async send(message: Outgoing) {
        const { why, incidents = [], calls = [] } = newsIn(message) ?? {};
        const titles = incidents.map(({ title }) => title.split(" ")[0]);
        got.push([...(name === "a" ? [] : [name]), why, ...titles, ...calls].join(" "));
        pagerFor(alerts, message);
      },
    }),
    store,
  );
  let acts = 0;
  const act = { by: "ann" };
  const ack = (key: string, unit?: string) => {
    acts += 1;
    return w.incidents.act({
      ...act,
      id: `act.${acts}`,
      verb: "ack",
      incident: w.idOf(key, unit),
    });
  };
  const snooze = (key: string, span: Span) => {
    acts += 1;
    const until = after(w.clock.now(), span);
    return w.incidents.act({
      ...act,
      id: `act.${acts}`,
      verb: "snooze",
      incident: w.idOf(key),
      until,
    });
  };
  const open = async () =>
    (await openIncidents(w.store, 500)).heads.map(({ labels, state }) => `${labels.key} ${state}`);
  return { w, got, alerts, ack, snooze, open };
}

test("one of two is snoozed, the other ends, then it does: both ends are told", async () => {
  const { w, got, alerts, snooze } = await begun();
  await w.signal({ key: "A" });
  await w.signal({ key: "B" });
  await w.pass(minutes(1));
  await snooze("A", days(1));
  await w.pass(minutes(10));
  await w.ok("B");
  await w.pass(minutes(10));
  await w.ok("A");
  await w.pass(days(2));
  expect(got).toEqual(["opened A B", "snoozed A", "resolved B", "resolved A"]);
  expect([...alerts]).toEqual([]);
});

test("a critical ends in quiet hours, then the warning that was told with it: both ends are told", async () => {
  const quietHours = { from: "22:00", until: "07:00" };
  const { w, got, alerts } = await begun({ quietHours }, { start: "2026-11-21T21:00:00Z" });
  await w.signal({ key: "A", severity: "warning" });
  await w.signal({ key: "B" });
  await w.pass(hours(2));
  await w.ok("B");
  await w.pass(minutes(20));
  await w.ok("A");
  await w.pass(days(1));
  expect(got).toEqual(["opened B A", "resolved B", "resolved A"]);
  expect([...alerts]).toEqual([]);
});

test("over, back, taken at once and over again while another is open: its end is told", async () => {
  const { w, got, alerts, ack } = await begun();
  await w.signal({ key: "A" });
  await w.signal({ key: "B" });
  await w.pass(minutes(1));
  await w.ok("A");
  await w.pass(minutes(10));
  await w.signal({ key: "A" });
  await ack("A");
  await w.pass(seconds(30));
  await w.ok("A");
  await w.pass(hours(1));
  expect(got).toEqual(["opened A B", "resolved A", "acknowledged A", "resolved A"]);
  await w.ok("B");
  await w.pass(hours(1));
  expect([...alerts]).toEqual([]);
});

test("an end that overtakes the only beginning: nothing is open, nobody is told", async () => {
  const { w, got, open } = await begun();
  const at = w.clock.now();
  await w.pass(seconds(20));
  await w.ok("A");
  await w.pass(seconds(5));
  await w.signal({ key: "A", at });
  await w.pass(hours(5));
  expect(await open()).toEqual([]);
  expect(got).toEqual([]);
  // What begins after that end is new.
  await w.signal({ key: "A" });
  await w.pass(hours(1));
  expect(got).toEqual(["opened A"]);
});

test.each([
  ["after the first end was told", minutes(20)],
  ["before the first end was told", seconds(20)],
])("an end that overtakes the second beginning, %s: it is over", async (_, span) => {
  const { w, got, open } = await begun();
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  await w.ok("A");
  await w.pass(span);
  const at = w.clock.now();
  await w.pass(seconds(20));
  await w.ok("A");
  await w.pass(seconds(5));
  await w.signal({ key: "A", at });
  await w.pass(hours(5));
  expect(await open()).toEqual([]);
  expect(got).toEqual(["opened A", "resolved A"]);
});

test("an older occurrence that comes after the newer one was taken is news: nobody has seen it", async () => {
  const { w, got, ack } = await begun();
  const root = { unit: "sign-in", key: "root", occurs: true } as const;
  const at = w.clock.now();
  await w.pass(seconds(30));
  await w.signal({ ...root, title: "second" });
  await w.pass(minutes(2));
  await ack("root", "sign-in");
  await w.pass(minutes(2));
  await w.signal({ ...root, at, title: "first" });
  await w.pass(minutes(10));
  expect(got.map((line) => line.split(" ")[0])).toEqual(["opened", "acknowledged", "opened"]);
});

test("a snooze that ends in quiet hours is told in the morning, once", async () => {
  const quietHours = { from: "22:00", until: "07:00" };
  const { w, got, snooze } = await begun({ quietHours }, { start: "2026-11-21T20:00:00Z" });
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(minutes(1));
  await snooze("A", hours(4));
  await w.pass(hours(10));
  expect(got).toEqual(["opened A", "snoozed A"]);
  await w.pass(hours(2));
  expect(got).toEqual(["opened A", "snoozed A", "opened A"]);
});

test("warnings are muted: what becomes critical is told and called for, and nothing of the others", async () => {
  const mutes = [
    { match: { severity: ["warning"] }, until: "2099-01-01", owner: "ann", reason: "noisy" },
  ];
  const steps = [{ after: minutes(0), call: ["ann"] }];
  const escalations = [
    { match: { severity: ["critical"] }, steps, again: { after: hours(9), times: 1 } },
  ];
  const { w, got } = await begun({ escalations }, { mutes });
  await w.signal({ key: "A", severity: "warning" });
  await w.signal({ key: "B", severity: "warning" });
  await w.pass(minutes(20));
  await w.signal({ key: "A", severity: "critical" });
  await w.pass(minutes(20));
  await w.ok("A");
  await w.ok("B");
  await w.pass(minutes(20));
  expect(got).toEqual(["opened A ann", "resolved A"]);
});

test("a route is gone, its channel is not: it hears of the end", async () => {
  const channels = { a: hook, b: hook };
  const first = await begun({}, { channels, routes: [{ channel: "a" }, { channel: "b" }] });
  await first.w.signal({ key: "A" });
  await first.w.pass(minutes(2));
  const later = { start: "2026-11-21T03:00:00Z", channels, routes: [{ channel: "a" }] };
  const { w, got } = await begun({}, later, first.w.store);
  await w.ok("A");
  await w.pass(hours(1));
  expect(got.sort()).toEqual(["b resolved A", "resolved A"]);
});

test("whoever is called next is gone from the settings, with most steps: somebody is called all the same", async () => {
  const step = (after: number, who: string) => ({ after: minutes(after), call: [who] });
  const first = await begun({
    escalations: [{ steps: [step(5, "ann"), step(10, "ben"), step(15, "cid")] }],
  });
  await first.w.signal({ key: "A" });
  await first.w.pass(minutes(12));
  expect(first.got).toEqual(["opened A", "escalated A ann", "escalated A ben"]);
  const { w, got } = await begun(
    { escalations: [{ steps: [step(5, "cid"), step(13, "cid")] }] },
    { start: "2026-11-21T02:13:00Z", people: { cid: {} } },
    first.w.store,
  );
  // The timers of before are another process's: the watchdog finds the group.
  await w.pass(minutes(10));
  await w.incidents.overdue();
  await w.pass(hours(5));
  expect(got.join()).toContain("cid");
});

test("a timer that is an hour late and fires twice, and the watchdog at once: called once", async () => {
  const { w, got } = await begun({
    escalations: [{ steps: [{ after: minutes(5), call: ["ann"] }] }],
  });
  await w.signal({ key: "A" });
  const [group = ""] = (await openIncidents(w.store, 5)).heads.map((head) => head.group);
  w.clock.to(after(w.clock.now(), hours(1)));
  await Promise.all([w.incidents.wake(group), w.incidents.wake(group), w.incidents.overdue()]);
  await w.pass(minutes(1));
  expect(got).toEqual(["opened A ann"]);
});

/** As of an item that a newer version wrote. */
function unreadable(store: PlainStore, incident: string): void {
  const get = store.get.bind(store);
  const { pk } = keys.incident(incident);
  store.get = async (key) => {
    if (key.pk === pk) throw new NotPossible("a newer Nightshift wrote it");
    return get(key);
  };
}

test("what waits for a place cannot be read: those behind it move up", async () => {
  const { w, got } = await begun();
  for (let nth = 0; nth < 45; nth += 1) await w.signal({ key: `A${nth}` });
  await w.pass(minutes(1));
  got.length = 0;
  unreadable(w.store, w.idOf("A40"));
  await w.ok("A7");
  await w.pass(hours(1));
  expect(got.toSorted()).toEqual(["opened A41", "resolved A7"]);
});

test("one of a group cannot be read: what is new beside it is told, and what is still so", async () => {
  const { w, got } = await begun();
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  unreadable(w.store, w.idOf("A"));
  await w.signal({ key: "B" });
  await w.pass(hours(5));
  expect(got).toEqual(["opened A", "opened B", "repeat A B"]);
});

test("what would inhibit others cannot be read: it inhibits nothing", async () => {
  const inhibit = [{ source: { severity: ["critical"] }, target: { severity: ["warning"] } }];
  const { w, got } = await begun({ inhibit, group: { by: ["key"] } });
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  unreadable(w.store, w.idOf("A"));
  await w.signal({ key: "B", severity: "warning" });
  await w.pass(hours(1));
  expect(got).toEqual(["opened A", "opened B"]);
});

function message(key: string, at: Date, more: Partial<SignalTold> = {}): SignalTold {
  const id = `alarm.${key}.${at.getTime()}`;
  const title = `${key} is in ALARM`;
  const what = { kind: "signal", severity: "critical", title, key } as const;
  return { id, at, account, region: home, unit: "alarm", ...what, ...more };
}
const over = { severity: "info", closes: true, confirmed: true } as const;

test("one of a group that cannot be worked on keeps no other", async () => {
  const { w, got } = await begun();
  const now = w.clock.now();
  const broken = { ...message("P", now), affected: JSON.parse("[7]") };
  const failed = await w.incidents.take([message("A", now), broken, message("B", now)]);
  await w.pass(minutes(2));
  expect([...failed]).toEqual([broken.id]);
  expect(got).toEqual(["opened A B"]);
});

/** Told by itself while incidents were away: an alert stands for it. */
async function outage(first?: string) {
  const world = await begun();
  const { w, alerts } = world;
  if (first) {
    await w.signal({ key: first });
    await w.pass(minutes(3));
  }
  const begin = message("A", w.clock.now());
  pagerFor(alerts, begin);
  await w.pass(minutes(5));
  return { ...world, begin, end: message("A", w.clock.now(), over) };
}

test("told by itself, over before it was told as an incident: its end is told, its alert is over", async () => {
  const { w, got, alerts, begin, end } = await outage();
  await w.incidents.take([begin, end], new Set([begin.id]));
  await w.pass(hours(1));
  expect(got).toEqual(["resolved A"]);
  expect([...alerts]).toEqual([]);
});

test("told by itself, then as an incident: there is one alert, over when it is", async () => {
  const { w, got, alerts, begin } = await outage();
  await w.incidents.take([begin], new Set([begin.id]));
  await w.pass(hours(1));
  expect(got).toEqual(["opened A"]);
  expect(alerts.size).toBe(1);
  await w.ok("A");
  await w.pass(hours(1));
  expect([...alerts]).toEqual([]);
});

test("an incident comes again by itself while incidents are away: both alerts are over with it", async () => {
  const { w, got, alerts, begin } = await outage("A");
  await w.incidents.take([begin], new Set([begin.id]));
  await w.pass(hours(1));
  expect(alerts.size).toBe(2);
  await w.ok("A");
  await w.pass(hours(1));
  expect(got).toEqual(["opened A", "resolved A"]);
  expect([...alerts]).toEqual([]);
});

test("a letter that tells it by itself and comes late: over or an incident by now, it is not sent", async () => {
  const { w, begin, end } = await outage();
  expect(await asItStands(w.store, begin)).toBe(begin);
  await w.incidents.take([begin], new Set([begin.id]));
  expect(await asItStands(w.store, begin)).toBeUndefined();
  await w.incidents.take([end]);
  await w.pass(hours(1));
  expect(await asItStands(w.store, begin)).toBeUndefined();
  const again = message("A", w.clock.now());
  expect(await asItStands(w.store, again)).toBe(again);
});

test("what is new begins a conversation of its own in the mail, what becomes of it stands there", async () => {
  const { w } = await begun();
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  await w.signal({ key: "B" });
  await w.pass(minutes(6));
  await w.ok("A");
  await w.pass(minutes(6));
  const [a, b, overA] = w.told.flatMap((told) => {
    if (told.kind !== "incident") return [];
    const { Content } = mail(told, "on-call@example.com", ["ann@example.com"], { timeZone: "UTC" });
    return [Content?.Simple?.Headers?.find(({ Name }) => Name === "References")?.Value];
  });
  expect(b).not.toBe(a);
  expect(overA).toBe(a);
});

test("begun and ended while incidents were away: both were told, nothing is told twice", async () => {
  const { w, got, open, begin, end } = await outage();
  await w.incidents.take([begin, end], new Set([begin.id, end.id]));
  await w.pass(hours(1));
  expect(got).toEqual([]);
  expect(await open()).toEqual([]);
});
