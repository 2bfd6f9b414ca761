/** Takes back one action: the lock, then the calls, then what became of them. */
import { randomUUID } from "node:crypto";
import type { ActionRecord, CallData, KnownBy } from "../../ledger/actions.ts";
import { undoId } from "../../ledger/ids.ts";
import { intend } from "../../ledger/intents.ts";
import { giveUp } from "../../ledger/outcomes.ts";
import type { ActionResult, Held } from "../../ledger/result.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Workplace } from "./attempt.ts";
import { carryBack } from "./carry-back.ts";
import { type PreparedUndo, undoneBefore } from "./prepare-undo.ts";
import { stateChangesOf } from "./shown-change.ts";
import { stopFlow } from "./stop-flow.ts";
import { leaseFrom, timeLeft } from "./time-left.ts";

/**
 * Takes back what is prepared, and may be.
 * @param order who asked for it, and how it is known that the action was made
 */
export async function takeBack(
  workplace: Workplace,
  { record, calls }: PreparedUndo,
  order: { readonly by: string; readonly known: KnownBy },
): Promise<ActionResult> {
  const { unit, host } = workplace;
  const [first] = calls;
  timeLeft(host);
  const at = host.clock.now();
  const undoing: ActionRecord = {
    ...undoingOf(record, { ...order, at, call: first?.call ?? record.call }),
    ...(unit.id !== record.unit && { lockOf: unit.id }),
  };
  const writing = { store: host.store, writer: "undo", lease: leaseFrom(at, host) } as const;
  const { lost } = await intend(writing, [undoing]);
  const before = await undoneBefore(record, workplace);
  const busy = lost.get(undoing.id);
  if (busy)
    return undoResult(record, endedBefore(before) ?? { outcome: "held", held: busy }, first?.call);

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

interface Undoing {
  readonly by: string;
  readonly known: KnownBy;
  readonly at: Date;
  readonly call: CallData;
}

/** A flow that is under way stops; nothing where it has ended meanwhile: that is taken back. */
export async function stopBegun(
  workplace: Workplace,
  record: ActionRecord,
  by: string,
): Promise<ActionResult | undefined> {
  const known: KnownBy = { by: "person", why: "it is under way" };
  const at = workplace.host.clock.now();
  const undoing = undoingOf(record, { by, known, at, call: record.call });
  if (!(await stopFlow(workplace, record, undoing))) return undefined;
  return undoResult(record, { outcome: "begun" });
}

const undoingOf = (record: ActionRecord, { by, known, at, call }: Undoing): ActionRecord => ({
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
  known,
});

/** What to say of what was taken back before, or nothing where it was not. */
export function endedBefore(before: PreparedUndo["before"]): UndoEnd | undefined {
  if (before === "undone") return { outcome: "already", verified: true };
  if (before !== "redone") return undefined;
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
  ...(record.name !== undefined && { name: record.name }),
  because: `it takes back ${record.id}`,
  call: call ?? record.undo?.[0] ?? record.call,
  outcome,
  verified,
  held,
  error,
  undo: { operation: record.call.operation, input: record.call.input },
  changes: stateChangesOf(record.after, record.before),
  savesPerMonth: record.savesPerMonth === null ? null : -record.savesPerMonth,
});
