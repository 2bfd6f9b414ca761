/**
 * Takes back what was done: as today's code puts the recorded state back, compared with what
 * CloudTrail saw of the call, refused with the difference when the target has changed since,
 * recorded as an action of its own.
 */
import { actionById, type CallData, type KnownBy } from "../../ledger/actions.ts";
import { undoId } from "../../ledger/ids.ts";
import { numbersOf } from "../../ledger/numbers.ts";
import type { ActionResult, Held, RunResult, ShownTarget } from "../../ledger/result.ts";
import { runById, runRecord, shortened } from "../../ledger/runs.ts";
import { post } from "../../messages/outbox.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { partInIt } from "../same-person.ts";
import { type Workplace, workplaceOf } from "./attempt.ts";
import type { Host } from "./host.ts";
import { worstOf } from "./outcome.ts";
import { type PreparedUndo, prepareUndo, shownDigest } from "./prepare-undo.ts";
import { stateChangesOf } from "./shown-change.ts";
import { endedBefore, stopBegun, takeBack, undoResult } from "./take-back.ts";
import { undoMessage } from "./undo-message.ts";
import { undoable } from "./way-back.ts";

export interface UndoOrder {
  /** Who is proven to have asked for it. */
  readonly by: string;
  /** The digest of what they were shown, where they confirm what CloudTrail cannot say. */
  readonly confirms?: string | undefined;
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
  host: Host,
): Promise<RunResult> {
  const records = await undoable(host.store, id);
  const [first] = records;
  if (!first) throw new NotPossible(`there is nothing to take back in ${id}`);
  const prepared = await prepareUndo(records, { unit, host });
  const confirm = shownDigest(prepared);
  const asked = { ...order, confirmed: order.confirms === confirm };
  const actions: ActionResult[] = [];
  for (const each of prepared) actions.push(await takenBack(unit, each, asked, host));

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
  // All of it was taken back before: the record of that stands, and was told, unless that attempt
  // died before it could.
  const wasSo = actions.every(({ outcome }) => outcome === "already");
  if (wasSo && (await runById(host.store, "undo", first.unit, run.id))) return run;
  const stored = shortened(run);
  const message = post(`undo#${unit.id}`, undoMessage(unit, { run, stored, prepared, order }));
  await host.store.transact([...runRecord("undo", run), message]);
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

/** One failure does not stop the others. */
async function takenBack(
  unit: AnyAutomation,
  prepared: PreparedUndo,
  asked: Asked,
  host: Host,
): Promise<ActionResult> {
  const { by, confirmed } = asked;
  const { record, before, standing, calls } = prepared;
  const ended = endedBefore(before);
  const call = calls[0]?.call;
  if (ended) return undoResult(record, ended, call);
  const other = partInIt("undo", by, record.involved ?? [], host.settings);
  if (other !== undefined) return undoResult(record, { outcome: "held", held: alone(by, other) });
  const { is, why, event = "" } = standing;
  if (is === "refused") return undoResult(record, { outcome: "failed", error: why }, call);
  if (is === "unknown" && !confirmed)
    return undoResult(record, { outcome: "held", held: notConfirmed(why, asked) }, call);
  const known: KnownBy = is === "confirmed" ? { by: "cloudtrail", event } : { by: "person", why };
  const workplace = workplaceOf(unit, record.region, host);
  try {
    if (record.outcome === "begun") return await stopped(workplace, prepared, asked);
    return await takeBack(workplace, prepared, { by, known });
  } catch (error) {
    return undoResult(record, { outcome: "failed", error: inOneLine(error) }, call);
  }
}

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
  const stopping = await stopBegun(workplace, record, asked.by);
  if (stopping) return stopping;
  const ended = (await actionById(host.store, "unit", record)) ?? record;
  const [again] = await prepareUndo([ended], workplace);
  if (again && ended.outcome !== "begun") return takenBack(unit, again, asked, host);
  return undoResult(record, { outcome: "failed", error: "it cannot be stopped: try again" });
}

const alone = (by: string, other: string): Held => ({
  by: "two-persons",
  why: `${by} may not take it back: ${other} asked for it, made the call that it answers, or approved it, and the settings' \`twoPersonRule\` wants somebody else. Nothing is taken back`,
});
