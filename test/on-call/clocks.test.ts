/** Both nights in which clocks are changed: who is called, when, and when it is quiet no longer. */
import { expect, test } from "vitest";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { hours, minutes } from "../../sdk/time.ts";
import { world } from "./world.ts";

const zone = "Europe/Berlin";
async function night(start: string, onCall: object) {
  const got: string[] = [];
  const w = await world(
    start,
    {
      timeZone: zone,
      people: { ann: { timeZone: zone }, ben: { timeZone: zone } },
      channels: { a: { kind: "webhook", url: "ssm:/u", secret: "ssm:/s" } },
      routes: [{ channel: "a" }],
      onCall: { rotations: {}, ...onCall },
    },
    (name, { clock }) => ({
      name,
      async send(message: Outgoing) {
        const { why, calls = [] } = newsIn(message) ?? {};
        if (why) got.push([clock.now().toISOString().slice(5, 16), why, ...calls].join(" "));
      },
    }),
  );
  return { w, got };
}
/** Daily at 02:30: a time that one night does not have and the other has twice. */
const daily = (from: string) => ({
  primary: { people: ["ann", "ben"], from, handover: { every: "day", at: "02:30" } },
});
const steps = [
  { after: minutes(10), call: ["primary"] },
  { after: minutes(40), call: ["primary"] },
  { after: minutes(100), call: ["primary"] },
];

test.each<[night: string, start: string, from: string, heard: readonly string[]]>([
  [
    "spring: 02:30 is at 03:30, an hour after 01:30",
    "2027-03-28T00:55:00Z",
    "2027-03-27",
    [
      "03-28T00:55 opened",
      "03-28T01:05 escalated ann",
      "03-28T01:35 escalated ben",
      "03-28T02:35 escalated ben",
      "03-28T03:35 escalated ben",
    ],
  ],
  [
    "autumn: 02:30 is the first of the two",
    "2026-10-25T00:05:00Z",
    "2026-10-24",
    [
      "10-25T00:05 opened",
      "10-25T00:15 escalated ann",
      "10-25T00:45 escalated ben",
      "10-25T01:45 escalated ben",
      "10-25T02:45 escalated ben",
    ],
  ],
])("an escalation through %s: its steps are as long as ever", async (_, start, from, heard) => {
  const { w, got } = await night(start, { rotations: daily(from), escalations: [{ steps }] });
  await w.signal({ key: "A" });
  await w.pass(hours(3));
  await w.pass(minutes(50));
  expect(got).toEqual(heard);
});

test.each([
  ["spring", "2027-03-27T22:00:00Z", "03-28T05:00 opened"],
  ["autumn", "2026-10-24T21:00:00Z", "10-25T06:00 opened"],
  ["any other", "2026-11-20T22:00:00Z", "11-21T06:00 opened"],
])("in the night of %s quiet hours end when the clocks show it", async (_, start, first) => {
  const quietHours = { from: "22:00", until: "07:00" };
  const { w, got } = await night(start, { quietHours });
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(hours(11));
  expect(got).toEqual([first]);
});

test.each([
  ["spring", "2027-03-27T23:00:00Z", "03-28T07:05 opened"],
  ["autumn", "2026-10-24T22:00:00Z", "10-25T06:05 opened"],
])("a snooze through the night of %s is as long as it was said", async (_, start, last) => {
  const { w, got } = await night(start, {});
  await w.signal({ key: "A" });
  await w.pass(minutes(1));
  const until = new Date(w.clock.now().getTime() + 8 * 3_600_000);
  await w.incidents.act({ id: "s", verb: "snooze", incident: w.idOf("A"), by: "ann", until });
  await w.pass(hours(9));
  expect(got.at(-1)).toBe(last);
});
