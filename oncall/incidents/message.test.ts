import { expect, test } from "vitest";
import type { IncidentNews, IncidentShown } from "../../messages/incident-news.ts";
import { after, hours, minutes, seconds } from "../../sdk/time.ts";
import { messageOf, roughly } from "./message.ts";
import type { Group } from "./store.ts";

const start = new Date("2026-11-21T02:00:00Z");
const now = after(start, minutes(12));
const group = {
  id: "grp.1",
  labels: { unit: "alarm" },
  account: "123456789012",
  region: "eu-central-1",
} as Group;
const one = (title: string, given: Partial<IncidentShown> = {}): IncidentShown => ({
  id: `inc.${title}`,
  state: "open",
  severity: "warning",
  title,
  openedAt: start,
  count: 1,
  ...given,
});
const over = { state: "resolved", resolvedAt: after(start, minutes(10)) } as const;
const [cpu, disk] = [one("cpu"), one("disk", { severity: "critical" })];
const told = (news: Partial<IncidentNews>) =>
  messageOf(
    { news: { why: "opened", group: "grp.1", incidents: [cpu], calls: [], ...news }, number: 7 },
    { group, head: undefined, nameOf: (key) => key.toUpperCase() },
    now,
  );

test.each<[says: string, news: Partial<IncidentNews>]>([
  ["cpu", {}],
  ["2 incidents, the worst: disk", { incidents: [disk, cpu] }],
  ["42 incidents, the worst: disk", { incidents: [disk, cpu], more: 40 }],
  ["Now 2 incidents, the worst: disk", { why: "changed", incidents: [disk, cpu] }],
  [
    "Over after 10 minutes: cpu; still open: disk",
    { why: "changed", incidents: [disk, one("cpu", over)] },
  ],
  [
    "Over after 10 minutes: cpu; still open: 40",
    { why: "changed", incidents: [one("cpu", over)], more: 40 },
  ],
  ["Still open after 12 minutes: cpu", { why: "repeat" }],
  [
    "Nobody has taken it for 12 minutes, so ANN is called: cpu",
    { why: "escalated", calls: ["ann"] },
  ],
  [
    "Nobody has taken it for 12 minutes, so ANN and BEN are called: cpu",
    { why: "escalated", calls: ["ann", "ben"] },
  ],
  ["Nobody has taken it for 12 minutes, and nobody is on call: cpu", { why: "escalated" }],
  [
    "ANN has taken it: cpu",
    { why: "acknowledged", incidents: [one("cpu", { state: "acknowledged", by: "ann" })] },
  ],
  [
    "Quiet until 2026-11-21 04:00 UTC: cpu",
    {
      why: "snoozed",
      incidents: [one("cpu", { state: "snoozed", snoozedUntil: after(start, hours(2)) })],
    },
  ],
  ["Over after 10 minutes: cpu", { why: "resolved", incidents: [one("cpu", over)] }],
])("%s", (says, news) => expect(told(news).title).toBe(says));

test("as bad as the worst that is open; of what is over as bad as it was, so that who was told of it hears that too", () => {
  expect(told({ incidents: [disk, cpu] }).severity).toBe("critical");
  expect(
    told({ why: "changed", incidents: [cpu, one("disk", { ...over, severity: "critical" })] })
      .severity,
  ).toBe("warning");
  expect(
    told({ why: "resolved", incidents: [one("disk", { ...over, severity: "critical" })] }).severity,
  ).toBe("critical");
});

test.each<[what: string, closes: boolean, news: Partial<IncidentNews>]>([
  ["one that is over", true, { why: "resolved", incidents: [one("cpu", over)] }],
  ["all of a storm", true, { why: "resolved", incidents: [one("cpu", over)], more: 40 }],
  [
    "one that a person ended while others are open",
    false,
    { why: "resolved", incidents: [one("cpu", over)], open: 1 },
  ],
  ["one of several", false, { why: "changed", incidents: [disk, one("cpu", over)] }],
  ["one that opens", false, {}],
])("%s closes the group: %s", (_, closes, news) => expect(told(news).closes ?? false).toBe(closes));

test("the same step gives the same message: its id is the group's, numbered", () => {
  expect(told({}).id).toBe(told({}).id);
  expect(told({}).id).toMatch(/^incident\.[0-9a-f]{12}\.7$/);
});

test.each([
  [0, "0 seconds"],
  [61_000, "61 seconds"],
  [600_000, "10 minutes"],
  [3 * 3_600_000 + 60_000, "3 hours"],
  [50 * 3_600_000, "2 days"],
])("%d ms is roughly %s", (length, says) => expect(roughly(length)).toBe(says));

test("a length of time is never negative", () =>
  expect(roughly(-seconds(5).seconds)).toBe("0 seconds"));
