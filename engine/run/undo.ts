/**
 * Takes back what was done: guarded, refused with the difference when the target has changed since,
 * recorded as an action of its own.
 */
import type { ActionRecord } from "../../ledger/actions.ts";
import { undoId } from "../../ledger/ids.ts";
import { allOf, numbersIn, numbersOf } from "../../ledger/numbers.ts";
import type { ActionResult, Held, RunResult } from "../../ledger/result.ts";
import { runById, runRecord, shortened } from "../../ledger/runs.ts";
import { post } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { digest } from "../../sdk/codec.ts";
import { count } from "../../sdk/counted.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import type { Severity } from "../../sdk/message.ts";
import { after } from "../../sdk/time.ts";
import { partInIt } from "../same-person.ts";
import { workplaceOf } from "./attempt.ts";
import type { Host } from "./host.ts";
import { worstOf } from "./outcome.ts";
import { newsOf } from "./run-message.ts";
import { takeBack, undoResult } from "./take-back.ts";
import { holdFor } from "./taking-back.ts";
import { undoable } from "./way-back.ts";

/**
 * Takes back one action, or all of a run.
 * @param host with clients of the automation's undo role; its store may write `undo#…` and the locks
 * @param by who asked for it
 * @throws {NotPossible} when the id names nothing that can be taken back
 */
export async function undo(
  unit: AnyAutomation,
  id: string,
  by: string,
  host: Host,
): Promise<RunResult> {
  const records = await undoable(host.store, id);
  const [first] = records;
  if (!first) throw new NotPossible(`there is nothing to take back in ${id}`);
  const actions: ActionResult[] = [];
  for (const record of records) actions.push(await takenBack(unit, record, by, host));

  const run: RunResult = {
    id: undoId(id),
    // The id under which it acted, so that all of it is found by one.
    automation: first.unit,
    account: first.account,
    region: first.region,
    mode: host.settings.mode,
    at: host.clock.now(),
    outcome: worstOf(actions),
    found: records.length,
    plan: null,
    actions,
    numbers: numbersOf(actions),
    calls: { ...host.clients.calls },
  };
  // All of it was taken back before: the record of that stands, and was told, unless that attempt
  // died before it could.
  const wasSo = actions.every(({ outcome }) => outcome === "already");
  if (wasSo && (await runById(host.store, "undo", first.unit, run.id))) return run;
  const message = post(`undo#${unit.id}`, undoMessage(unit, shortened(run), by));
  await host.store.transact([...runRecord("undo", run), message]);
  return run;
}

/** One failure does not stop the others. */
async function takenBack(
  unit: AnyAutomation,
  record: ActionRecord,
  by: string,
  host: Host,
): Promise<ActionResult> {
  const other = partInIt("undo", by, record.involved ?? [], host.settings);
  if (other !== undefined) return undoResult(record, { outcome: "held", held: alone(by, other) });
  try {
    return await takeBack(workplaceOf(unit, record.region, host), record, by);
  } catch (error) {
    return undoResult(record, { outcome: "failed", error: inOneLine(error) });
  }
}

const alone = (by: string, other: string): Held => ({
  by: "two-persons",
  why: `${by} may not take it back: ${other} asked for it, made the call that it answers, or approved it, and the settings' \`twoPersonRule\` wants somebody else. Nothing is taken back`,
});

function undoMessage({ id: unit, lost = [] }: AnyAutomation, run: RunResult, by: string): Outgoing {
  const { automation, region, actions } = run;
  const numbers = numbersIn(run);
  const done = numbers.applied + numbers.already;
  const stopping = numbers.begun;
  const facts: Record<string, string> = { by };
  if (stopping)
    facts["what was begun"] =
      `${count(stopping, "flow")} will stop at what is asked or written next, and take back what was written; that is told`;
  if (done + stopping > 0) facts["left alone until"] = leftAlone(run);
  if (done > 0 && lost.length) facts["not restored"] = lost.join("; ");
  return {
    id: `${run.id}.${digest(newsOf(actions)).slice(0, 8)}`,
    at: run.at,
    account: run.account,
    region,
    unit,
    kind: "undo",
    severity: severityOf(run),
    title: `${automation} in ${region}: ${done} of ${count(allOf(numbers), "change")} taken back`,
    by,
    facts,
    run,
  };
}

function leftAlone({ id, at }: RunResult): string {
  const day = after(at, holdFor).toISOString().slice(0, 10);
  return `${day}; to lift that: npx nightshift undo ${id}`;
}

function severityOf({ outcome }: RunResult): Severity {
  if (outcome === "failed") return "critical";
  return outcome === "done" ? "info" : "warning";
}
