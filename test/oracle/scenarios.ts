/**
 * Inputs are at odd ticks and looks at even ones, or the other way round: what comes at the very
 * moment of a look may be seen by it or not.
 */
import type { Inhibition } from "../../oncall/settings/on-call.ts";
import { randomScenarios } from "./random.ts";
import type { Scenario } from "./scenario.ts";

const usual = { by: ["unit", "region"], wait: 2, interval: 4, repeat: 10, until: 16 } as const;
const sameRegion: Inhibition = {
  source: { severity: ["critical"] },
  target: { severity: ["warning", "info"] },
  equal: ["region"],
};

export const scenarios: readonly Scenario[] = [
  {
    ...usual,
    name: "what comes within the wait is told together",
    inputs: [
      { at: 0, key: "a" },
      { at: 1, key: "b" },
    ],
  },
  {
    ...usual,
    name: "what comes later is told after the interval, with what is still open",
    inputs: [
      { at: 0, key: "a" },
      { at: 3, key: "b" },
      { at: 5, key: "c" },
      { at: 7, key: "d" },
    ],
  },
  {
    ...usual,
    name: "what comes long after the last notification waits for the next look",
    inputs: [
      { at: 0, key: "a" },
      { at: 19, key: "b" },
    ],
    repeat: 60,
    until: 26,
  },
  {
    ...usual,
    name: "what does not change is told again",
    inputs: [{ at: 0, key: "a" }],
    until: 28,
  },
  {
    ...usual,
    name: "a change begins the time until it is told again anew",
    inputs: [
      { at: 0, key: "a" },
      { at: 9, key: "b" },
    ],
    until: 32,
  },
  {
    ...usual,
    name: "what comes again and again is nothing new",
    inputs: [0, 3, 5, 7, 9].map((at) => ({ at, key: "a" })),
    repeat: 60,
  },
  {
    ...usual,
    name: "what is over is told after the interval",
    inputs: [
      { at: 0, key: "a" },
      { at: 3, key: "a", over: true },
    ],
  },
  {
    ...usual,
    name: "of several, what is over is told beside what is not",
    inputs: [
      { at: 0, key: "a" },
      { at: 0, key: "b" },
      { at: 5, key: "b", over: true },
      { at: 11, key: "a", over: true },
    ],
    until: 20,
  },
  {
    ...usual,
    name: "what is over within the wait is not told",
    inputs: [
      { at: 0, key: "a" },
      { at: 1, key: "a", over: true },
    ],
  },
  {
    ...usual,
    name: "what is over and back within the interval has never been over",
    inputs: [
      { at: 0, key: "a" },
      { at: 3, key: "a", over: true },
      { at: 5, key: "a" },
    ],
    repeat: 60,
  },
  {
    ...usual,
    name: "what comes and ends between two looks is told as over, beside what is open",
    inputs: [
      { at: 0, key: "a" },
      { at: 3, key: "b" },
      { at: 5, key: "b", over: true },
    ],
    repeat: 60,
  },
  {
    ...usual,
    name: "what comes and ends between two looks is not told where nothing is open",
    inputs: [
      { at: 0, key: "a" },
      { at: 3, key: "a", over: true },
      { at: 7, key: "b" },
      { at: 9, key: "b", over: true },
    ],
  },
  {
    ...usual,
    name: "what comes back soon after it was told to be over waits for the next look",
    inputs: [
      { at: 0, key: "a" },
      { at: 3, key: "a", over: true },
      { at: 11, key: "a" },
    ],
    until: 20,
  },
  {
    ...usual,
    name: "what comes back long after is as new",
    inputs: [
      { at: 0, key: "a" },
      { at: 3, key: "a", over: true },
      { at: 71, key: "a" },
    ],
    until: 80,
  },
  {
    ...usual,
    name: "what began long before is told at once",
    inputs: [{ at: 0, key: "a", began: 20 }],
    repeat: 60,
  },
  {
    ...usual,
    name: "an old one in a group that waits makes it told at once",
    inputs: [
      { at: 0, key: "a" },
      { at: 1, key: "b", began: 20 },
    ],
    repeat: 60,
  },
  {
    ...usual,
    name: "each group has its own times",
    inputs: [
      { at: 0, key: "a" },
      { at: 1, key: "b", region: "us-east-1" },
      { at: 3, key: "c", region: "us-east-1", unit: "health" },
      { at: 8, key: "d", region: "us-east-1" },
      { at: 9, key: "e" },
    ],
    repeat: 60,
    until: 20,
  },
  {
    ...usual,
    name: "by nothing, all are one group",
    by: [],
    inputs: [
      { at: 0, key: "a" },
      { at: 1, key: "b", region: "us-east-1", unit: "health" },
    ],
    repeat: 60,
  },
  {
    ...usual,
    name: "by key, each is a group",
    by: ["key"],
    inputs: [
      { at: 0, key: "a" },
      { at: 1, key: "b" },
      { at: 5, key: "a", over: true },
    ],
    repeat: 60,
  },
  {
    ...usual,
    name: "a worse one inhibits the lesser of its region alone, and they are told when it is over",
    inhibit: [sameRegion],
    inputs: [
      { at: 0, key: "outage", severity: "critical" },
      { at: 1, key: "slow" },
      { at: 1, key: "elsewhere", region: "us-east-1" },
      { at: 9, key: "outage", severity: "critical", over: true },
    ],
    repeat: 60,
    until: 20,
  },
  {
    ...usual,
    name: "one of another group inhibits too",
    by: ["severity"],
    inhibit: [sameRegion],
    inputs: [
      { at: 0, key: "outage", severity: "critical" },
      { at: 1, key: "slow" },
      { at: 5, key: "outage", severity: "critical", over: true },
    ],
    repeat: 60,
    until: 20,
  },
  {
    ...usual,
    name: "what ends while it is inhibited is not told, and what inhibits it later is as if it were not there",
    inhibit: [sameRegion],
    inputs: [
      { at: 0, key: "slow" },
      { at: 3, key: "outage", severity: "critical" },
      { at: 7, key: "slow", over: true },
      { at: 11, key: "outage", severity: "critical", over: true },
    ],
    repeat: 60,
    until: 24,
  },
  {
    ...usual,
    name: "what was told, was inhibited and is still open is not told again, but for the time",
    by: ["severity"],
    inhibit: [sameRegion],
    inputs: [
      { at: 0, key: "slow" },
      { at: 5, key: "outage", severity: "critical" },
      { at: 17, key: "outage", severity: "critical", over: true },
    ],
    until: 32,
  },
  {
    ...usual,
    name: "those that could inhibit one another do not",
    inhibit: [
      {
        source: { severity: ["critical"] },
        target: { severity: ["critical", "warning"] },
        equal: ["region"],
      },
    ],
    inputs: [
      { at: 0, key: "a", severity: "critical" },
      { at: 1, key: "b", severity: "critical" },
      { at: 1, key: "c" },
    ],
    repeat: 60,
  },
  {
    ...usual,
    name: "without equal, it inhibits everywhere",
    inhibit: [{ source: { severity: ["critical"] }, target: { severity: ["warning"] } }],
    inputs: [
      { at: 0, key: "outage", severity: "critical" },
      { at: 1, key: "slow", region: "us-east-1" },
      { at: 5, key: "note", severity: "info" },
    ],
    repeat: 60,
  },
  {
    ...usual,
    name: "thirty in three ticks are two notifications",
    inputs: Array.from({ length: 30 }, (_, number) => ({
      at: [0, 1, 3][Math.floor(number / 10)] ?? 3,
      key: `k${String(number).padStart(2, "0")}`,
    })),
    repeat: 60,
  },
  ...randomScenarios,
];
