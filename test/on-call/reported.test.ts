/** What people reported of Alertmanager and Grafana OnCall, tried here. */
import { expect, test } from "vitest";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { headById } from "../../oncall/incidents/store.ts";
import { after, days, hours, minutes, seconds } from "../../sdk/time.ts";
import { world } from "./world.ts";

async function begun(onCall: object = {}) {
  const got: string[] = [];
  const w = await world(
    "2026-11-21T02:00:00Z",
    {
      people: { ann: {} },
      channels: { a: { kind: "webhook", url: "ssm:/u", secret: "ssm:/s" } },
      routes: [{ channel: "a" }],
      onCall: { rotations: {}, ...onCall },
    },
    (name) => ({
      name,
      async send(message: Outgoing) {
        const { why, incidents = [], calls = [] } = newsIn(message) ?? {};
        got.push([why, ...incidents.map(({ title }) => title.split(" ")[0]), ...calls].join(" "));
      },
    }),
  );
  const act = (key: string, more: object) =>
    w.incidents.act({ id: `k.${got.length}`, incident: w.idOf(key), by: "ann", ...more } as never);
  return { w, got, act };
}
const escalations = [{ steps: [{ after: minutes(10), call: ["ann"] }] }];

test("of four one ends: only that is told, not the three that are still open (alertmanager 1195)", async () => {
  const { w, got } = await begun();
  for (const key of ["A", "B", "C", "D"]) await w.signal({ key });
  await w.pass(minutes(1));
  await w.ok("C");
  await w.pass(hours(1));
  expect(got).toEqual(["opened A B C D", "resolved C"]);
});

test("what is over before anybody was told of it is not told as over (alertmanager 878)", async () => {
  const { w, got } = await begun();
  await w.signal({ key: "A" });
  await w.pass(seconds(10));
  await w.ok("A");
  await w.pass(hours(1));
  expect(got).toEqual([]);
});

test("back within the interval it has never been over, and its end is told all the same (alertmanager 2398)", async () => {
  const { w, got } = await begun();
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  await w.ok("A");
  await w.pass(minutes(1));
  await w.signal({ key: "A" });
  await w.pass(minutes(10));
  await w.ok("A");
  await w.pass(minutes(10));
  expect(got).toEqual(["opened A", "resolved A"]);
});

test("taken a moment after it was over it stays over (oncall 3161)", async () => {
  const { w, act } = await begun();
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  await w.ok("A");
  await expect(act("A", { verb: "ack" })).rejects.toThrow("is over");
  expect((await headById(w.store, w.idOf("A")))?.body.state).toBe("resolved");
});

test("one is snoozed: what is new in its group is heard (oncall 2951)", async () => {
  const { w, got, act } = await begun();
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  await act("A", { verb: "snooze", until: after(w.clock.now(), days(7)) });
  await w.pass(hours(1));
  await w.signal({ key: "B" });
  await w.pass(minutes(6));
  expect(got).toEqual(["opened A", "snoozed A", "opened B"]);
});

test("over while it is snoozed: it is over, and that is told (oncall 4180)", async () => {
  const { w, got, act } = await begun();
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  await act("A", { verb: "snooze", until: after(w.clock.now(), days(1)) });
  await w.pass(hours(1));
  await w.ok("A");
  await w.pass(days(2));
  expect(got).toEqual(["opened A", "snoozed A", "resolved A"]);
});

test("what was taken months ago calls nobody (oncall 3111)", async () => {
  const { w, got, act } = await begun({ escalations, group: { repeat: days(1) } });
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  await act("A", { verb: "ack" });
  await w.pass(days(120));
  expect(got).toEqual(["opened A", "acknowledged A"]);
});

test("taken before its first step, no step calls (oncall 4654)", async () => {
  const { w, got, act } = await begun({ escalations });
  await w.signal({ key: "A" });
  await w.pass(minutes(9.9));
  await act("A", { verb: "ack" });
  await w.pass(days(1));
  expect(got).toEqual(["opened A", "acknowledged A"]);
});

test("resolved by a person while it is still so: the next event opens and calls anew (oncall 5392)", async () => {
  const { w, got, act } = await begun({ escalations });
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  await act("A", { verb: "resolve", reason: "looks fine" });
  await w.pass(minutes(30));
  await w.signal({ key: "A" });
  await w.pass(minutes(16));
  expect(got).toEqual(["opened A", "resolved A", "opened A", "escalated A ann"]);
});
