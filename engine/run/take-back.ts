/** Takes back one action: the lock, then the calls, then what became of them. */
import { randomUUID } from "node:crypto";
import { type ActionRecord, actionById, type CallData } from "../../ledger/actions.ts";
import { undoId } from "../../ledger/ids.ts";
import { intend } from "../../ledger/intents.ts";
import { keys } from "../../ledger/keys.ts";
import { giveUp } from "../../ledger/outcomes.ts";
import type { ActionResult, Held } from "../../ledger/result.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Workplace } from "./attempt.ts";
import { carryBack } from "./carry-back.ts";
import { stopFlow } from "./stop-flow.ts";
import { leaseFrom, timeLeft } from "./time-left.ts";
import { callsBack } from "./way-back.ts";

/** How far an earlier undo of the same action has come. */
export type UndoneBefore = "intended" | "undone" | "redone" | undefined;

/** @param by who asked for it */
export async function takeBack(
  workplace: Workplace,
  record: ActionRecord,
  by: string,
): Promise<ActionResult> {
  const { unit, host } = workplace;
  if (record.outcome === "begun") return stopBegun(workplace, record, by);
  if (record.outcome !== "applied")
    return undoResult(record, {
      outcome: "failed",
      error: `${record.id} is ${record.outcome}: there is nothing to take back`,
    });
  const calls = callsBack(unit, record);
  const [first] = calls;
  timeLeft(host);
  const at = host.clock.now();
  const undoing: ActionRecord = {
    ...undoingOf(record, { by, at, call: first?.call ?? record.call }),
    ...(unit.id !== record.unit && { lockOf: unit.id }),
  };
  const writing = { store: host.store, writer: "undo", lease: leaseFrom(at, host) } as const;
  const { lost } = await intend(writing, [undoing]);
  const before = await undoneBefore(workplace, record);
  const busy = lost.get(undoing.id);
  if (busy) return undoResult(record, endedBefore(before, busy), first?.call);

  const begun = before === "intended";
  try {
    const ended = await carryBack({ workplace, record, undoing, calls, begun, made: [] });
    const outcome = ended.outcome === "intended" ? "failed" : ended.outcome;
    return undoResult(record, { ...ended, outcome }, first?.call);
  } catch (error) {
    // Whether it had its effect is for the next attempt to see; the target must not wait for it.
    const failed: ActionRecord = { ...undoing, outcome: "failed", error: inOneLine(error) };
    await giveUp(host.store, "undo", failed).catch(() => {});
    throw error;
  }
}

/** A flow that is under way stops; where it has ended meanwhile, that is taken back. */
async function stopBegun(
  workplace: Workplace,
  record: ActionRecord,
  by: string,
): Promise<ActionResult> {
  const { host } = workplace;
  const undoing = undoingOf(record, { by, at: host.clock.now(), call: record.call });
  if (await stopFlow(workplace, record, undoing)) return undoResult(record, { outcome: "begun" });
  const ended = await actionById(host.store, "unit", record);
  return takeBack(workplace, ended ?? record, by);
}

const undoingOf = (
  record: ActionRecord,
  { by, at, call }: { readonly by: string; readonly at: Date; readonly call: CallData },
): ActionRecord => ({
  ...record,
  id: undoId(record.id),
  at,
  because: `it takes back ${record.id}`,
  call,
  undo: null,
  once: null,
  before: record.after,
  after: undefined,
  outcome: "intended",
  verified: null,
  held: null,
  error: null,
  // Two people may ask for the same undo at once.
  attempt: randomUUID(),
  undoes: record.id,
  by,
});

async function undoneBefore(
  { host }: Workplace,
  { unit, id }: ActionRecord,
): Promise<UndoneBefore> {
  const found = await host.store.get(keys.undone(unit, id));
  return found?.state as UndoneBefore;
}

/** What to say where another has the lock, or had it. */
function endedBefore(before: UndoneBefore, busy: Held): UndoEnd {
  if (before === "undone") return { outcome: "already", verified: true };
  if (before !== "redone") return { outcome: "held", held: busy };
  const why = "it was taken back, and done again since by a later run: take that one back";
  return { outcome: "held", held: { by: "changed", why } };
}

interface UndoEnd {
  readonly outcome: ActionResult["outcome"];
  readonly held?: Held | null;
  readonly error?: string | null;
  readonly verified?: true | null;
}

/**
 * What is said of one action that was to be taken back.
 * @param call the first of those that take it back, where they are known
 */
export const undoResult = (
  record: ActionRecord,
  { outcome, held = null, error = null, verified = null }: UndoEnd,
  call?: CallData,
): ActionResult => ({
  id: undoId(record.id),
  target: record.target,
  because: `it takes back ${record.id}`,
  call: call ?? record.undo?.[0] ?? record.call,
  outcome,
  verified,
  held,
  error,
  undo: { operation: record.call.operation, input: record.call.input },
  savesPerMonth: record.savesPerMonth === null ? null : -record.savesPerMonth,
});
