import { expect, test } from "vitest";
import { keys } from "../../ledger/keys.ts";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { runLine } from "../../ledger/runs.ts";
import { rememberUnits } from "../../ledger/units-known.ts";
import { before, days } from "../../sdk/time.ts";
import { plainStore } from "../../test/setup/plain-store.ts";
import { savedSince } from "./saved.ts";

const now = new Date("2026-11-21T07:00:00Z");
const action: ActionResult = {
  id: "a",
  target: "vol-1",
  because: "it is gp2",
  call: { operation: "ec2:ModifyVolume", input: {} },
  outcome: "applied",
  verified: true,
  held: null,
  error: null,
  undo: [],
  savesPerMonth: 3,
};
const run = (automation: string, ago: number, actions: readonly ActionResult[]): RunResult => ({
  id: `r.${ago}`,
  automation,
  account: "123456789012",
  region: "eu-central-1",
  mode: "act",
  at: before(now, days(ago)),
  outcome: "done",
  found: 9,
  plan: null,
  actions,
  calls: { reads: 1, writes: 1 },
});

test("of every unit there was, what its changes of these days save, the most first", async () => {
  const store = plainStore();
  await rememberUnits(store, ["gp3-volumes", "idle-instances", "open-ingress", "quiet"], now);
  await store.transact([
    runLine("unit", run("gp3-volumes", 1, [action, { ...action, id: "b" }])),
    runLine("unit", run("gp3-volumes", 6, [{ ...action, savesPerMonth: 1 }])),
    runLine("unit", run("gp3-volumes", 8, [{ ...action, savesPerMonth: 900 }])),
    runLine("unit", run("idle-instances", 2, [{ ...action, savesPerMonth: 50 }])),
    runLine("unit", run("open-ingress", 2, [{ ...action, savesPerMonth: null }])),
    runLine("unit", run("quiet", 2, [{ ...action, outcome: "failed" }])),
    // A line of before says nothing of what it saves.
    {
      put: {
        pk: keys.runs("unit", "open-ingress"),
        sk: `${before(now, days(3)).toISOString()}#r.3`,
        type: "line",
        body: { run: "r.3", applied: 4 },
      },
    },
  ]);
  expect(await savedSince(store, before(now, days(7)))).toEqual([
    { unit: "idle-instances", perMonth: 50, changes: 1, unknown: 0 },
    { unit: "gp3-volumes", perMonth: 7, changes: 3, unknown: 0 },
    { unit: "open-ingress", perMonth: 0, changes: 5, unknown: 4 },
  ]);
});
