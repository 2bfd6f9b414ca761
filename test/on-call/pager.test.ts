/** PagerDuty through time: an alert is open exactly as long as what it was opened for. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { outside } from "../../channels/outside.ts";
import { type FakePagerDuty, startPagerDuty } from "../../channels/pagerduty/fake.ts";
import { pagerduty } from "../../channels/pagerduty/pagerduty.ts";
import { secrets } from "../../channels/secrets.ts";
import { Undelivered } from "../../channels/undelivered.ts";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { after, hours, minutes, seconds } from "../../sdk/time.ts";
import { type MakeChannel, type Surroundings, world } from "./world.ts";

const routingKey = "0123456789abcdef0123456789abcdef";
let pager: FakePagerDuty;
const all: FakePagerDuty[] = [];
beforeEach(async () => {
  pager = await startPagerDuty(routingKey);
  all.push(pager);
});
afterAll(() => Promise.all(all.map((one) => one.stop())));

const channelOf = ({ clock }: Pick<Surroundings, "clock">) =>
  pagerduty(
    {
      name: "pager",
      routingKey: "secretsmanager:routing",
      url: pager.url,
      secrets: secrets(async () => routingKey, clock),
      outside: outside({ loopback: true }),
      clock,
    },
    { timeZone: "UTC" },
  );
const make: MakeChannel = (_, given) => channelOf(given);
const base = {
  channels: { pager: { kind: "pagerduty", routingKey: "secretsmanager:routing" } },
  people: { ann: {} },
  onCall: { rotations: {} },
  routes: [{ channel: "pager" }],
};
const states = () => [...pager.alerts.values()].map(({ state }) => state);

test("a pager of criticals alone: the critical ends, then the warning beside it", async () => {
  const routes = [{ channel: "pager", atLeast: "critical" }, { channel: "sns" }];
  const w = await world("2026-11-21T02:00:00Z", { ...base, routes }, make);
  await w.signal({ key: "A" });
  await w.signal({ key: "B", severity: "warning" });
  await w.pass(minutes(1));
  expect(states()).toEqual(["triggered"]);
  await w.ok("A");
  await w.pass(minutes(10));
  expect(states()).toEqual(["resolved"]);
  await w.ok("B");
  await w.pass(hours(1));
  expect(states()).toEqual(["resolved"]);
});

test("of two each is taken: then the alert is, and not before", async () => {
  const w = await world("2026-11-21T02:00:00Z", base, make);
  await w.signal({ key: "A" });
  await w.signal({ key: "B" });
  await w.pass(minutes(1));
  await w.incidents.act({ verb: "ack", id: "a1", incident: w.idOf("A"), by: "ann" });
  await w.pass(minutes(1));
  expect(states()).toEqual(["triggered"]);
  await w.incidents.act({ verb: "ack", id: "a2", incident: w.idOf("B"), by: "ann" });
  await w.pass(minutes(1));
  expect(states()).toEqual(["acknowledged"]);
  await w.ok("A");
  await w.pass(minutes(6));
  expect(states()).toEqual(["acknowledged"]);
  await w.ok("B");
  await w.pass(minutes(6));
  expect(states()).toEqual(["resolved"]);
});

test("a trigger that was refused for a while does not open what is over meanwhile", async () => {
  let broken = true;
  const sent: (string | undefined)[] = [];
  const w = await world("2026-11-21T02:00:00Z", base, (_, given) => {
    const real = channelOf(given);
    return {
      name: "pager",
      async send(message: Outgoing) {
        if (broken) throw new Undelivered("it answered 500", { again: true, status: 500 });
        sent.push(newsIn(message)?.why);
        await real.send(message);
      },
    };
  });
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(seconds(240));
  broken = false;
  await w.ok("A");
  await w.pass(hours(3));
  expect(sent).toEqual(["resolved"]);
  expect(states()).toEqual([]);
  expect(w.queues.dead).toEqual([]);
});

test("told before quiet hours, over within them: the alert is over at once", async () => {
  const onCall = { rotations: {}, quietHours: { from: "22:00", until: "07:00" } };
  const w = await world("2026-11-21T21:50:00Z", { ...base, onCall }, make);
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(minutes(20));
  await w.ok("A");
  await w.pass(minutes(10));
  expect(states()).toEqual(["resolved"]);
});

test("muted while it is open, over while it is muted: the alert is over", async () => {
  const before = await world("2026-11-21T10:00:00Z", base, make);
  await before.signal({ key: "A" });
  await before.pass(minutes(2));
  const mutes = [{ match: { unit: ["alarm"] }, until: "2099-01-01", owner: "ann", reason: "work" }];
  const w = await world("2026-11-21T10:02:00Z", { ...base, mutes }, make, before.store);
  await w.ok("A");
  w.clock.to(after(w.clock.now(), minutes(10)));
  await w.incidents.overdue();
  await w.pass(hours(1));
  expect(states()).toEqual(["resolved"]);
});

test("what is new after somebody has taken the alert wakes somebody", async () => {
  const w = await world("2026-11-21T02:00:00Z", base, make);
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  await w.incidents.act({ verb: "ack", id: "a1", incident: w.idOf("A"), by: "ann" });
  await w.pass(hours(24));
  expect(pager.opened).toHaveLength(1);
  await w.signal({ key: "payments-down" });
  await w.pass(minutes(6));
  expect(pager.opened).toHaveLength(2);
  expect(states()).toEqual(["acknowledged", "triggered"]);
});

test("what becomes worse after it was taken wakes somebody, and the alert of before is over", async () => {
  const w = await world("2026-11-21T02:00:00Z", base, make);
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(minutes(1));
  await w.incidents.act({ verb: "ack", id: "a1", incident: w.idOf("A"), by: "ann" });
  await w.pass(hours(1));
  await w.signal({ key: "A", severity: "critical" });
  await w.pass(minutes(6));
  expect(pager.opened).toHaveLength(2);
  expect(states()).toEqual(["resolved", "triggered"]);
  await w.ok("A");
  await w.pass(minutes(6));
  expect(states()).toEqual(["resolved", "resolved"]);
});

test("news that has no end of its own: its alert is over when it is", async () => {
  const w = await world("2026-11-21T02:00:00Z", base, make);
  await w.signal({ keyless: true, title: "Bucket x was made public" });
  await w.pass(minutes(1));
  expect(states()).toEqual(["triggered"]);
  await w.pass(hours(25));
  expect(states()).toEqual(["resolved"]);
});
