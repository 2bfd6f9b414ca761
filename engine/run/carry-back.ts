/**
 * With the locks in hand: asks, looks, holds the targets, sends the calls back and looks again. What
 * can be one request for several is one.
 */

import type { ActionRecord } from "../../ledger/actions.ts";
import { holdStep, liftHold, putHold } from "../../ledger/holds.ts";
import { keys } from "../../ledger/keys.ts";
import { settleAll } from "../../ledger/outcomes.ts";
import type { Held } from "../../ledger/result.ts";
import type { Item } from "../../ledger/store.ts";
import { same } from "../../sdk/codec.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { inDoubt, inOneLine } from "../../sdk/errors.ts";
import { after } from "../../sdk/time.ts";
import { freshFor } from "./applying.ts";
import type { Workplace } from "./attempt.ts";
import type { Looked } from "./find.ts";
import { send } from "./send.ts";
import { differencesOf, isRestored, seenStates, seenUntilRestored } from "./states-now.ts";
import { stoppedNow } from "./stopped-now.ts";
import { holdOf, notYet, type TakingBack } from "./taking-back.ts";
import { OutOfTime, timeLeft } from "./time-left.ts";
import { difference } from "./way-back.ts";

/** How many are sent at once. */
const concurrency = 4;

/** What became of an undo. */
type End = Partial<ActionRecord>;
type Ends = Map<TakingBack, End>;

/** What an undo of several is about. */
interface CarryingBack {
  readonly workplace: Workplace;
  readonly ends: Ends;
}

/** @returns the records of the undos, settled */
export async function carryBack(
  workplace: Workplace,
  takings: readonly TakingBack[],
): Promise<readonly ActionRecord[]> {
  const carrying: CarryingBack = { workplace, ends: new Map() };
  const asked = workplace.host.clock.now();
  const { done, open } = await judged(carrying, takings);
  await holdFirst(workplace, [...done, ...open]);
  await concurrently(open, (taking) => sendOne(carrying, taking, asked), { concurrency });
  const restoring = [...done, ...open].filter((taking) => !carrying.ends.has(taking));
  const seen = await seenUntilRestored(workplace, restoring);
  for (const taking of restoring) {
    const verified = isRestored(taking, seen.get(taking)) || null;
    const { before } = taking.record;
    const differs = differencesOf(taking, seen.get(taking));
    carrying.ends.set(taking, { outcome: "applied", verified, differs, after: before });
  }
  return settled(carrying, takings);
}

interface JudgedUndos {
  /** An earlier attempt has taken them back. */
  readonly done: readonly TakingBack[];
  readonly open: readonly TakingBack[];
}

/** What may not be taken back has its end. */
async function judged(
  { workplace, ends }: CarryingBack,
  takings: readonly TakingBack[],
): Promise<JudgedUndos> {
  const stop = await stoppedNow(workplace);
  if (stop) {
    for (const taking of takings) ends.set(taking, heldBack({ by: "kill-switch", why: stop }));
    return { done: [], open: [] };
  }
  const seen = await statesNow(workplace, takings);
  const done: TakingBack[] = [];
  const open: TakingBack[] = [];
  for (const taking of takings) {
    const states = seen.get(taking);
    const end = endOf(taking, states);
    if (taking.begun && isRestored(taking, states)) done.push(taking);
    else if (end) ends.set(taking, end);
    else open.push(taking);
  }
  return { done, open };
}

/** Why it is not taken back, or nothing. */
function endOf({ record }: TakingBack, states: Looked["states"] | Error | undefined) {
  if (states instanceof Error) return failed(states);
  const now = states?.get(record.target)?.state;
  return same(now, record.after) ? undefined : heldBack(changedSince(record, now));
}

const failed = (error: unknown): End => ({ outcome: "failed", error: inOneLine(error) });
const heldBack = (held: Held): End => ({ outcome: "held", held });

/** What an earlier attempt did may not show yet (rule: retries-are-deliveries). */
async function statesNow(workplace: Workplace, takings: readonly TakingBack[]) {
  const seen = await seenStates(workplace, takings);
  const begun = takings.filter((taking) => taking.begun);
  const later = await seenUntilRestored(workplace, begun, seen);
  return begun.length ? later : seen;
}

/**
 * First the hold, then the change: the next sweep must not do it again, even if this process dies
 * in between.
 */
async function holdFirst({ host }: Workplace, takings: readonly TakingBack[]): Promise<void> {
  const steps = takings.flatMap((taking) => [
    holdStep(holdOf(taking.record, taking.undoing)),
    { put: { ...markerOf(taking), state: "intended" } },
  ]);
  if (steps.length) await host.store.transact(steps);
}

/** How far the undo has come: for the next attempt, and for whoever would do it again. */
function markerOf({ record, undoing }: TakingBack): Item {
  const { by, at } = undoing;
  return { ...keys.undone(record.unit, record.id), type: "undone", body: { by, at } };
}

/** One failure does not stop the others. What has its end here is not looked at again. */
async function sendOne(
  { workplace, ends }: CarryingBack,
  taking: TakingBack,
  asked: Date,
): Promise<void> {
  const { host } = workplace;
  const hold = holdOf(taking.record, taking.undoing);
  try {
    timeLeft(host);
    const late = after(asked, freshFor) < host.clock.now();
    const end = late ? await judgedAgain(workplace, taking) : undefined;
    const failure = end ? undefined : await sendBack(workplace, taking);
    // Nothing was taken back, so there is nothing to leave alone.
    if (end || failure?.untouched) await liftHold(host.store, hold);
    if (end) ends.set(taking, end);
    else if (failure) ends.set(taking, { outcome: "failed", error: failure.error });
  } catch (error) {
    if (error instanceof OutOfTime) await leaveForNext(workplace, taking);
    ends.set(taking, error instanceof OutOfTime ? heldBack(notYet) : failed(error));
  }
}

/** It was not sent, and need not be looked for. What an earlier attempt may have sent stays marked. */
async function leaveForNext({ host }: Workplace, { record, undoing, begun }: TakingBack) {
  if (begun) return;
  await liftHold(host.store, holdOf(record, undoing));
  await host.store.remove(keys.undone(record.unit, record.id));
}

/** It had to wait for others that were in doubt. @returns why it is not sent any more */
async function judgedAgain(workplace: Workplace, taking: TakingBack): Promise<End | undefined> {
  const stop = await stoppedNow(workplace);
  if (stop) return heldBack({ by: "kill-switch", why: stop });
  return endOf(taking, (await seenStates(workplace, [taking])).get(taking));
}

async function settled(
  { workplace, ends }: CarryingBack,
  takings: readonly TakingBack[],
): Promise<readonly ActionRecord[]> {
  const ended = takings.map((taking) => ({
    record: { ...taking.undoing, ...ends.get(taking) },
    also: ends.get(taking)?.outcome === "applied" ? [undoneStep(taking)] : [],
  }));
  await settleAll(workplace.host.store, "undo", ended);
  return ended.map(({ record }) => record);
}

const undoneStep = (taking: TakingBack) => ({ put: { ...markerOf(taking), state: "undone" } });

function changedSince(record: ActionRecord, now: unknown): Held {
  const unseen = record.verified === null && record.after === undefined;
  const why = unseen
    ? "what became of it was never seen"
    : `somebody changed it since: ${difference(record.after, now)}`;
  return { by: "changed", why: `${why}. Nothing is taken back; decide by hand` };
}

/** What came back under a new id is what was undone: the next sweeps leave it alone too. */
async function leaveAlone({ host }: Workplace, { record, undoing, made }: TakingBack, id: string) {
  made.push(id);
  await putHold(host.store, { ...holdOf(record, undoing), target: id });
}

interface BackFailure {
  readonly error: string;
  /** Surely nothing was taken back. */
  readonly untouched: boolean;
}

/** Sends the calls, in order. @returns why it could not be taken back, or nothing */
async function sendBack(
  workplace: Workplace,
  taking: TakingBack,
): Promise<BackFailure | undefined> {
  const { undoing, calls } = taking;
  for (const [sent, { write, call }] of calls.entries()) {
    try {
      const output = await send(workplace, { write, input: call.input, token: undoing.id });
      const made = write.made?.(output);
      if (made !== undefined) await leaveAlone(workplace, taking, made);
    } catch (error) {
      const already = error instanceof Error && write.already.includes(error.name);
      const doubtful = already || inDoubt(error);
      // It is as it was: what is left of the calls would be sent for nothing, after a wait in which
      // nobody asked (rule: kill-switch).
      if (doubtful && (await restoredNow(workplace, taking))) return undefined;
      return { error: inOneLine(error), untouched: !doubtful && sent === 0 };
    }
  }
  return undefined;
}

const restoredNow = async (workplace: Workplace, taking: TakingBack): Promise<boolean> =>
  isRestored(taking, (await seenUntilRestored(workplace, [taking])).get(taking));
