/** A run in the ledger that changed one target. */
import { type ActionRecord, actionItem } from "../../ledger/actions.ts";
import { keys } from "../../ledger/keys.ts";
import type { RunResult, WayBackShown } from "../../ledger/result.ts";
import { runRecord } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";

export interface Acted {
  readonly unit: string;
  /** Of the run; a later one is newer. */
  readonly at?: Date;
  readonly outcome?: ActionRecord["outcome"];
  readonly undo?: WayBackShown;
}

/** @returns the action's id */
export async function acted(
  store: Store,
  { unit, at = new Date("2026-11-21T02:00:00Z"), outcome = "applied", undo = [] }: Acted,
): Promise<string> {
  const run = `${unit}.${at.toISOString().replace(/[-:]|\.\d+Z$/g, "")}.00000000`;
  const id = `${run}.0123456789`;
  const call = { operation: "ec2:StopInstances", input: {} };
  const shared = { id, target: "i-1", because: "it idles", call, verified: null, held: null };
  const record: ActionRecord = {
    ...shared,
    unit,
    account: "123456789012",
    region: "eu-central-1",
    run,
    at,
    within: null,
    digest: "",
    undo: null,
    once: null,
    savesPerMonth: null,
    before: null,
    outcome,
    error: null,
  };
  const result: RunResult = {
    id: run,
    automation: unit,
    account: record.account,
    region: record.region,
    mode: "act",
    at,
    outcome: "done",
    found: 1,
    plan: null,
    actions: [
      {
        ...shared,
        outcome: outcome === "intended" ? "failed" : outcome,
        error: null,
        undo,
        savesPerMonth: null,
      },
    ],
    calls: { reads: 1, writes: 1 },
  };
  await store.transact([...runRecord("unit", result), { put: actionItem("unit", record) }]);
  return id;
}

/** As an undo leaves it behind. */
export const takenBack = (store: Store, unit: string, action: string, state = "undone") =>
  store.put({ ...keys.undone(unit, action), type: "undo", state, body: {} });
