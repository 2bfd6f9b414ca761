/** What the version before has left in the ledger is gone on with. */
import { expect, test } from "vitest";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { minutes } from "../../sdk/time.ts";
import { plainStore } from "../setup/plain-store.ts";
import { account, home, world } from "./world.ts";

test("an incident that was told before it had a thread of its own: what becomes of it is told in its group's", async () => {
  const store = plainStore();
  const openedAt = new Date("2026-11-21T01:00:00Z");
  const settings = {
    channels: { a: { kind: "webhook", url: "ssm:/u", secret: "ssm:/s" } },
    routes: [{ channel: "a" }],
    onCall: { rotations: {} },
  };
  const got: Outgoing[] = [];
  const w = await world(
    "2026-11-21T02:00:00Z",
    settings,
    (name) => ({ name, send: async (message) => void got.push(message) }),
    store,
  );
  const id = w.idOf("A");
  const group = "grp.0123456789abcdef";
  const labels = {
    severity: "critical",
    family: "signals",
    unit: "alarm",
    account,
    region: home,
    key: "A",
  };
  const incident = {
    id,
    labels,
    group,
    state: "open",
    title: "A is in ALARM",
    openedAt,
    at: openedAt,
    count: 1,
    passing: false,
    affected: ["i-1"],
    calledFrom: openedAt,
    called: 0,
    listed: true,
  };
  const next = new Date("2026-11-21T05:00:00Z");
  await store.put({
    pk: `incident#${group}`,
    sk: "group",
    type: "incidents",
    version: 3,
    body: {
      id: group,
      labels: { unit: "alarm", account, region: home },
      account,
      region: home,
      incidents: [incident],
      more: { open: { info: 0, warning: 0, critical: 0 }, resolved: 0 },
      tick: new Date("2026-11-21T02:05:00Z"),
      flushed: true,
      due: next,
      next,
      told: { at: openedAt, firing: [id], resolved: [], more: 0 },
      sent: 1,
    },
  });
  await store.put({
    pk: `incident#${id}`,
    sk: "incident",
    type: "incident",
    state: "open",
    version: 1,
    body: { ...incident, facts: { threshold: "above 50" }, all: ["i-1"] },
  });
  await w.incidents.act({ id: "k", verb: "ack", incident: id, by: "ann" });
  await w.pass(minutes(1));
  await w.ok("A");
  await w.pass(minutes(10));
  expect(got.map((message) => [newsIn(message)?.why, newsIn(message)?.thread])).toEqual([
    ["acknowledged", group],
    ["resolved", group],
  ]);
  // What is new begins a thread of its own.
  await w.signal({ key: "B" });
  await w.pass(minutes(6));
  expect(newsIn(got.at(-1) as Outgoing)).toMatchObject({ why: "opened" });
  expect(newsIn(got.at(-1) as Outgoing)?.thread).not.toBe(group);
});
