import { type ActionRecord, actionItem } from "../../../ledger/actions.ts";
import { stamp } from "../../../ledger/ids.ts";
import { keys } from "../../../ledger/keys.ts";
import { storePlan } from "../../../ledger/plans.ts";
import type { ActionResult, RunResult } from "../../../ledger/result.ts";
import { runLine } from "../../../ledger/runs.ts";
import type { Step } from "../../../ledger/store.ts";
import { rememberUnits } from "../../../ledger/units-known.ts";
import { after, before, days, systemClock } from "../../../sdk/time.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

/** What one action of a run came to. */
export interface PastOne extends Partial<Pick<ActionRecord, "name" | "output" | "unpriced">> {
  readonly target: string;
  readonly outcome?: "applied" | "failed" | "held" | "begun";
  readonly saves?: number;
  readonly error?: string;
}

export interface PastRun {
  readonly unit: string;
  readonly at: Date;
  readonly account: string;
  readonly region?: string;
  readonly actions?: readonly PastOne[];
  readonly failedWith?: string;
  /** What it was the end of: the flows of an earlier run. */
  readonly endOf?: string;
}

export const runOfPast = ({ unit, at, endOf }: PastRun): string =>
  endOf ?? `${unit}.${stamp(at)}.00000000`;

function resultOf(past: PastRun, one: PastOne, id: string): ActionResult {
  const { target, outcome = "applied", saves = null, error = null } = one;
  return {
    ...{ id, target, because: "a test wants it", outcome, error, verified: true, undo: [] },
    call: { operation: "ec2:ModifyVolume", input: { VolumeId: target } },
    held: outcome === "held" ? { by: "watch", why: `${past.unit} only watches` } : null,
    savesPerMonth: saves,
    ...(one.unpriced && { unpriced: true }),
  };
}

/** A run of some days ago as the ledger has it: its line, and a record of each action. */
export function pastRun(past: PastRun): Step[] {
  const { unit, at, account, region = "eu-central-1", actions = [], failedWith, endOf } = past;
  const run = runOfPast(past);
  const idOf = ({ target }: PastOne) => `${run}.${target}`;
  const result: RunResult = {
    ...{ id: run, automation: unit, account, region, at, mode: "act", plan: null, found: 9 },
    outcome: failedWith === undefined ? "done" : "failed",
    actions: actions.map((one) => resultOf(past, one, idOf(one))),
    calls: { reads: 1, writes: 1 },
    ...(failedWith !== undefined && { error: failedWith }),
    ...(endOf !== undefined && { flowsEnded: true }),
  };
  const records = actions.map(
    (one): ActionRecord => ({
      ...{ id: idOf(one), run, unit, account, region, at, within: null, once: null, digest: "" },
      ...{ target: one.target, because: "a test wants it", before: null, undo: null },
      ...(one.name !== undefined && { name: one.name }),
      ...(one.output !== undefined && { output: one.output }),
      ...(one.unpriced && { unpriced: true }),
      call: { operation: "ec2:ModifyVolume", input: {} },
      outcome: one.outcome ?? "applied",
      ...{ verified: true, held: null, error: one.error ?? null },
      savesPerMonth: one.saves ?? null,
    }),
  );
  return [
    runLine("unit", result),
    ...records.map((record): Step => ({ put: actionItem("unit", record) })),
  ];
}

/** Somebody took the first action of a run back. */
export function pastUndo(past: PastRun, at: Date): Step[] {
  const run = runOfPast(past);
  const [one] = past.actions ?? [];
  const actions = one ? [{ target: one.target, saves: -(one.saves ?? 0) }] : [];
  const steps = pastRun({ ...past, at, actions, endOf: `${run}.undo` });
  return steps.flatMap((step): Step[] => {
    if (!("put" in step)) return [];
    if (step.put.type === "line") {
      const pk = keys.runs("undo", past.unit);
      return [{ put: { ...step.put, pk, body: { ...(step.put.body as object), ends: false } } }];
    }
    const undoes = `${run}.${one?.target}`;
    const record = { ...(step.put.body as ActionRecord), id: `${undoes}.undo`, run, undoes };
    return [{ put: actionItem("undo", record) }];
  });
}

const unit = "gp3-volumes";

export const fixture: ReportFixture = {
  async seed({ account }, ledger) {
    if (!ledger) return;
    const now = systemClock.now();
    await rememberUnits(ledger, [unit, "idle-instances"], before(now, days(60)));
    const changed = [{ target: "vol-1", saves: 7.3 }, { target: "vol-2" }];
    const week = { unit, account, at: before(now, days(3)), actions: changed };
    await ledger.transact(pastRun(week));
    await ledger.transact(pastUndo(week, before(now, days(2))));
    const failed = [{ target: "vol-3", outcome: "failed", error: "AccessDenied" }] as const;
    await ledger.transact(pastRun({ unit, account, at: before(now, days(2)), actions: failed }));
    // Of the weeks before: no part of it.
    await ledger.transact(pastRun({ unit, account, at: before(now, days(20)), actions: changed }));
    const run = `idle-instances.${stamp(before(now, days(1)))}.00000000`;
    await storePlan(ledger, {
      ...{ id: `${run}.plan-0a1b2c3d`, run, unit: "idle-instances", hash: "0a1b2c3d" },
      ...{ account, region: "eu-central-1", at: before(now, days(1)) },
      ...{ expires: after(now, days(1)), why: "its mode is ask", requester: null, proposals: [] },
    });
  },
  told: { title: "The week", severity: "warning" },
};
