/** Takes actions back: the locks, then the calls, then what became of them. */
import { randomUUID } from "node:crypto";
import type { ActionRecord, CallData, KnownBy } from "../../ledger/actions.ts";
import { undoId } from "../../ledger/ids.ts";
import { intend } from "../../ledger/intents.ts";
import { giveUp } from "../../ledger/outcomes.ts";
import type { ActionResult, FieldChange, Held } from "../../ledger/result.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { seconds } from "../../sdk/time.ts";
import type { Workplace } from "./attempt.ts";
import { carryBack } from "./carry-back.ts";
import { attemptSeconds } from "./clients.ts";
import { type PreparedUndo, undoneBefore } from "./prepare-undo.ts";
import { stateChangesOf } from "./shown-change.ts";
import { stopFlow } from "./stop-flow.ts";
import type { TakingBack } from "./taking-back.ts";
import { leaseFrom, timeLeft } from "./time-left.ts";

/** How many are read or given up at once. */
const concurrency = 8;

/** To look, to send and to look again. */
const takesAtLeast = seconds(3 * attemptSeconds);

/** One that may be taken back. */
export interface UndoToCarry extends PreparedUndo {
  /** How it is known that the action was made. */
  readonly known: KnownBy;
}

/**
 * Takes back what is prepared, and may be, all of it in one region and with targets of their own.
 * @param by who asked for it
 * @returns one result for each, in their order
 * @throws what keeps all of them from being taken back
 */
export async function takeBack(
  workplace: Workplace,
  undos: readonly UndoToCarry[],
  by: string,
): Promise<readonly ActionResult[]> {
  const { host } = workplace;
  timeLeft(host, takesAtLeast);
  const at = host.clock.now();
  const asked = undos.map((undo) => ({ ...undo, undoing: undoingTo(workplace, undo, by, at) }));
  const writing = { store: host.store, writer: "undo", lease: leaseFrom(at, host) } as const;
  const { lost } = await intend(
    writing,
    asked.map(({ undoing }) => undoing),
  );
  const befores = await undoneBefore(undos, workplace);
  const takings = asked.flatMap(({ record, undoing, calls }, index) =>
    lost.has(undoing.id)
      ? []
      : [{ record, undoing, calls, begun: befores[index] === "intended", made: [] }],
  );
  const ended = await carriedBack(workplace, takings);
  return asked.map(({ record, undoing, calls: [first] }, index) => {
    const held = lost.get(undoing.id);
    const end = held ? (endedBefore(befores[index]) ?? { outcome: "held", held }) : undefined;
    return undoResult(record, end ?? ended.get(undoing.id) ?? unknownEnd, first?.call);
  });
}

function undoingTo(
  { unit }: Workplace,
  { record, known, calls: [first] }: UndoToCarry,
  by: string,
  at: Date,
): ActionRecord {
  const call = first?.call ?? record.call;
  const undoing = undoingOf(record, { by, known, at, call });
  return unit.id === record.unit ? undoing : { ...undoing, lockOf: unit.id };
}

const unknownEnd: UndoEnd = { outcome: "failed", error: "it is not known what became of it" };

/** By the id of the undo. */
async function carriedBack(
  workplace: Workplace,
  takings: readonly TakingBack[],
): Promise<ReadonlyMap<string, UndoEnd>> {
  try {
    const records = await carryBack(workplace, takings);
    return new Map(
      records.map((record) => [
        record.id,
        { ...record, outcome: record.outcome === "intended" ? "failed" : record.outcome },
      ]),
    );
  } catch (error) {
    const why = inOneLine(error);
    // Whether it had its effect is for the next attempt to see; the target must not wait for it.
    const stop = ({ undoing }: TakingBack) => {
      const failed: ActionRecord = { ...undoing, outcome: "failed", error: why };
      return giveUp(workplace.host.store, "undo", failed).catch(() => {});
    };
    await concurrently(takings, stop, { concurrency });
    return new Map(takings.map(({ undoing }) => [undoing.id, { outcome: "failed", error: why }]));
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
  // What has not ended has saved nothing yet.
  return { ...undoResult(record, { outcome: "begun" }), savesPerMonth: null };
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

export interface UndoEnd {
  readonly outcome: ActionResult["outcome"];
  readonly held?: Held | null;
  readonly error?: string | null;
  readonly verified?: true | null;
  readonly differs?: readonly FieldChange[];
}

/**
 * What is said of one action that was to be taken back.
 * @param call the first of those that take it back, where they are known
 */
export const undoResult = (
  record: ActionRecord,
  { outcome, held = null, error = null, verified = null, differs = [] }: UndoEnd,
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
  ...(differs.length && { differs }),
  savesPerMonth: record.savesPerMonth === null ? null : -record.savesPerMonth,
});
