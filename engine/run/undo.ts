/**
 * Takes back what was done: as today's code puts the recorded state back, compared with what
 * CloudTrail saw of the call, refused with the difference when the target has changed since,
 * recorded as an action of its own.
 */

import { actionInRun, type CallData, type KnownBy } from "../../ledger/actions.ts";
import { gathered } from "../../ledger/gathered.ts";
import { undoId } from "../../ledger/ids.ts";
import { numbersOf } from "../../ledger/numbers.ts";
import type { ActionResult, Held, RunResult, ShownTarget } from "../../ledger/result.ts";
import { runById, runRecord, shortened } from "../../ledger/runs.ts";
import { type HeldUndo, letGo, undoOver } from "../../ledger/undo-claims.ts";
import { post } from "../../messages/outbox.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { chunks } from "../../sdk/chunks.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { partInIt } from "../same-person.ts";
import { type Workplace, workplaceOf } from "./attempt.ts";
import { oncePerTarget } from "./batch.ts";
import type { Host } from "./host.ts";
import { worstOf } from "./outcome.ts";
import { type PreparedUndo, prepareUndo, shownDigest } from "./prepare-undo.ts";
import { stateChangesOf } from "./shown-change.ts";
import {
  endedBefore,
  stopBegun,
  takeBack,
  type UndoEnd,
  type UndoToCarry,
  undoResult,
} from "./take-back.ts";
import { notYet } from "./taking-back.ts";
import { OutOfTime, timeLeft } from "./time-left.ts";
import { goingOn, nextInvocation, withEarlier } from "./undo-goes-on.ts";
import { undoMessage } from "./undo-message.ts";
import { undoable } from "./way-back.ts";

export interface UndoOrder {
  /** Who is proven to have asked for it. */
  readonly by: string;
  /** The digest of what they were shown, where they confirm what CloudTrail cannot say. */
  readonly confirms?: string | undefined;
  /** Absent: what there is no time for is asked for again. */
  readonly keeping?: UndoKeeping;
}

/** How another invocation comes to go on with it. */
export interface UndoKeeping {
  /**
   * Says that this invocation is at it.
   * @throws {TryAgain} where another is
   */
  claim(): Promise<HeldUndo>;
  /** Has another go on with what was let go of. */
  goOn(left: HeldUndo): Promise<void>;
}

/**
 * Takes back one action, or all of a run.
 * @param host with clients of the automation's undo role; its store may write `undo#…` and the locks
 * @throws {NotPossible} when the id names nothing that can be taken back
 */
export async function undo(
  unit: AnyAutomation,
  id: string,
  order: UndoOrder,
  given: Host,
): Promise<RunResult> {
  const host = { ...given, store: gathered(given.store) };
  const records = await undoable(host.store, id);
  const [first] = records;
  if (!first) throw new NotPossible(`there is nothing to take back in ${id}`);
  const prepared = await prepareUndo(records, { unit, host });
  const confirm = shownDigest(prepared);
  const asked = { ...order, confirmed: order.confirms === confirm };
  const held = await order.keeping?.claim();
  const taken = await allTakenBack(unit, prepared, asked, host);
  const next = held && nextInvocation(held, taken);
  const actions = next ? taken.map(goingOn) : await withEarlier(host.store, held, taken);

  const run: RunResult = {
    id: undoId(id),
    // The id under which it acted, so that all of it is found by one.
    automation: first.unit,
    account: host.account,
    region: first.region,
    mode: host.settings.mode,
    at: host.clock.now(),
    outcome: worstOf(actions),
    found: records.length,
    plan: null,
    actions,
    numbers: numbersOf(actions),
    calls: { ...host.clients.calls },
    ...(actions.some(({ held }) => held?.by === unconfirmed) && { confirm }),
  };
  if (next) {
    await letGo(host.store, next);
    await order.keeping?.goOn(next);
    return run;
  }
  const over = held ? [undoOver(held)] : [];
  // All of it was taken back before: the record of that stands, and was told, unless that attempt
  // died before it could.
  const wasSo = actions.every(({ outcome }) => outcome === "already");
  if (wasSo && (await runById(host.store, "undo", first.unit, run.id))) {
    if (over.length) await host.store.transact(over);
    return run;
  }
  const stored = shortened(run);
  const message = post(`undo#${unit.id}`, undoMessage(unit, { run, stored, prepared, order }));
  await host.store.transact([...runRecord("undo", run), message, ...over]);
  return run;
}

/** One action, as it is shown before it is taken back. */
export interface ShownUndo extends ShownTarget {
  readonly id: string;
  readonly target: string;
  readonly calls: readonly CallData[];
  readonly is: "confirmed" | "unknown" | "refused" | "done";
  /** What CloudTrail says of it, or why it is refused. */
  readonly why: string;
}

/** What an undo would do. */
export interface UndoPreview {
  readonly shows: readonly ShownUndo[];
  /** How many more there are. */
  readonly more: number;
  /** Confirms exactly this. */
  readonly confirm: string;
}

/** An answer of Lambda holds 6 MB. */
const mostShown = 500;

/**
 * Looks, and changes nothing.
 * @throws {NotPossible} when the id names nothing that can be taken back
 */
export async function previewUndo(
  unit: AnyAutomation,
  id: string,
  host: Host,
): Promise<UndoPreview> {
  const prepared = await prepareUndo(await undoable(host.store, id), { unit, host });
  const shows = prepared.slice(0, mostShown).map(shownUndo);
  return { shows, more: prepared.length - shows.length, confirm: shownDigest(prepared) };
}

function shownUndo({ record, calls, before, standing }: PreparedUndo): ShownUndo {
  const ended = endedBefore(before);
  return {
    id: record.id,
    target: record.target,
    ...(record.name !== undefined && { name: record.name }),
    changes: stateChangesOf(record.after, record.before),
    calls: calls.map(({ call }) => call),
    is: ended ? "done" : standing.is,
    why: ended ? (ended.held?.why ?? "it was taken back before") : standing.why,
  };
}

/** What holds an undo of which CloudTrail cannot say that it is about what was done. */
const unconfirmed = "unconfirmed";

interface Asked extends UndoOrder {
  /** They were shown exactly this. */
  readonly confirmed: boolean;
}

/** What may be taken back, or what is said of it instead. */
type JudgedUndo = { readonly undo: UndoToCarry } | { readonly result: ActionResult };

function judge(prepared: PreparedUndo, asked: Asked, host: Host): JudgedUndo {
  const { by, confirmed } = asked;
  const { record, before, standing, calls } = prepared;
  const call = calls[0]?.call;
  const said = (end: UndoEnd): JudgedUndo => ({ result: undoResult(record, end, call) });
  const ended = endedBefore(before);
  if (ended) return said(ended);
  const other = partInIt("undo", by, record.involved ?? [], host.settings);
  if (other !== undefined)
    return { result: undoResult(record, { outcome: "held", held: alone(by, other) }) };
  const { is, why, late, event = "" } = standing;
  if (is === "refused") return said({ outcome: "failed", error: why });
  if (is === "unknown" && !confirmed && late) return said({ outcome: "held", held: notYet });
  if (is === "unknown" && !confirmed)
    return said({ outcome: "held", held: notConfirmed(why, asked) });
  const known: KnownBy = is === "confirmed" ? { by: "cloudtrail", event } : { by: "person", why };
  return { undo: { ...prepared, known } };
}

/** What is stopped at once. */
const concurrency = 4;
/** As many as are looked at, locked and sent together: hold and marker of each are one transaction. */
const mostTogether = 50;

/** @returns one result for each, in their order */
async function allTakenBack(
  unit: AnyAutomation,
  prepared: readonly PreparedUndo[],
  asked: Asked,
  host: Host,
): Promise<ActionResult[]> {
  const judged = prepared.map((each) => judge(each, asked, host));
  const undos = judged.flatMap((each) => ("undo" in each ? [each.undo] : []));
  const { begun = [], over = [] } = Object.groupBy(undos, ({ record }) =>
    record.outcome === "begun" ? "begun" : "over",
  );
  const results = new Map<string, ActionResult>();
  const stop = async (undo: UndoToCarry) => {
    const workplace = workplaceOf(unit, undo.record.region, host);
    results.set(undo.record.id, await stopped(workplace, undo, asked));
  };
  await concurrently(begun, stop, { concurrency });
  for (const some of carriedTogether(over))
    for (const [id, result] of await takenBack(unit, some, asked, host)) results.set(id, result);
  return judged.flatMap((each) =>
    "result" in each ? [each.result] : (results.get(each.undo.record.id) ?? []),
  );
}

/** In one region, each with a target of its own, the last done first. */
function carriedTogether(undos: readonly UndoToCarry[]): readonly UndoToCarry[][] {
  const regions = Map.groupBy(undos, ({ record }) => record.region);
  return [...regions.values()].flatMap((here) =>
    oncePerTarget(here, ({ record }) => record.target).flatMap((apart) => [
      ...chunks(apart, mostTogether),
    ]),
  );
}

/** One failure does not stop the others. @returns what became of each, by the action's id */
async function takenBack(
  unit: AnyAutomation,
  undos: readonly UndoToCarry[],
  { by }: Asked,
  host: Host,
): Promise<readonly (readonly [id: string, result: ActionResult])[]> {
  const region = undos[0]?.record.region ?? "";
  try {
    const results = await takeBack(workplaceOf(unit, region, host), undos, by);
    return undos.flatMap(({ record }, at) => {
      const result = results[at];
      return result ? [[record.id, result] as const] : [];
    });
  } catch (error) {
    const end = endOfError(error);
    return undos.map(
      ({ record, calls: [first] }) => [record.id, undoResult(record, end, first?.call)] as const,
    );
  }
}

const endOfError = (error: unknown): UndoEnd =>
  error instanceof OutOfTime
    ? { outcome: "held", held: notYet }
    : { outcome: "failed", error: inOneLine(error) };

/** Whoever confirmed something else is told so, and looks again. */
function notConfirmed(why: string, { confirms }: Asked): Held {
  const other = "What was confirmed is not what would be done now: look again, then confirm that";
  return { by: unconfirmed, why: confirms === undefined ? why : `${why}. ${other}` };
}

/** A flow that is under way stops; where it has ended meanwhile, that is taken back. */
async function stopped(
  workplace: Workplace,
  { record }: PreparedUndo,
  asked: Asked,
): Promise<ActionResult> {
  const { unit, host } = workplace;
  try {
    timeLeft(host);
    const stopping = await stopBegun(workplace, record, asked.by);
    if (stopping) return stopping;
    const ended = (await actionInRun(host.store, "unit", record)) ?? record;
    const again = ended.outcome === "begun" ? [] : await prepareUndo([ended], workplace);
    const [result] = await allTakenBack(unit, again, asked, host);
    return result ?? undoResult(record, notStopped);
  } catch (error) {
    return undoResult(record, endOfError(error));
  }
}

const notStopped: UndoEnd = { outcome: "failed", error: "it cannot be stopped: try again" };

const alone = (by: string, other: string): Held => ({
  by: "two-persons",
  why: `${by} may not take it back: ${other} asked for it, made the call that it answers, or approved it, and the settings' \`twoPersonRule\` wants somebody else. Nothing is taken back`,
});
