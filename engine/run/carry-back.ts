/** With the lock in hand: asks, looks, holds the target, sends the calls back and looks again. */

import type { ActionRecord } from "../../ledger/actions.ts";
import { liftHold, putHold } from "../../ledger/holds.ts";
import { keys } from "../../ledger/keys.ts";
import { settle } from "../../ledger/outcomes.ts";
import type { Held } from "../../ledger/result.ts";
import type { Item, Step } from "../../ledger/store.ts";
import { same } from "../../sdk/codec.ts";
import { inDoubt, inOneLine } from "../../sdk/errors.ts";
import { stopped } from "../guards/kill-switch.ts";
import { type Looked, look } from "./find.ts";
import type { Host } from "./host.ts";
import { lookUntil } from "./look-until.ts";
import { send } from "./send.ts";
import { holdOf, type TakingBack } from "./taking-back.ts";
import { difference } from "./way-back.ts";

type States = Looked["states"];

/** @returns the record of the undo, settled */
export async function carryBack(taking: TakingBack): Promise<ActionRecord> {
  const { workplace, record, begun } = taking;
  const { host } = workplace;
  const stop = await stoppedNow(workplace.unit.id, host);
  if (stop) return heldBack(taking, { by: "kill-switch", why: stop });

  const states = await statesNow(taking);
  const now = states.get(record.target)?.state;
  const done = begun && isRestored(taking, states);
  if (!done && !same(now, record.after)) return heldBack(taking, changedSince(record, now));

  // First the hold, then the change: the next sweep must not do it again, even if this process dies
  // in between.
  const hold = holdOf(record, taking.undoing);
  const marker = markerOf(taking);
  await putHold(host.store, hold);
  await host.store.put({ ...marker, state: "intended" });

  const failure = done ? undefined : await sendBack(taking);
  // Nothing was taken back, so there is nothing to leave alone.
  if (failure?.untouched) await liftHold(host.store, hold);
  if (failure) return settled(taking, { outcome: "failed", error: failure.error });
  const verified = (await lookUntil(host, () => restoredNow(taking))) || null;
  const undone: Step = { put: { ...marker, state: "undone" } };
  return settled(taking, { outcome: "applied", verified, after: record.before }, [undone]);
}

/** How far the undo has come: for the next attempt, and for whoever would do it again. */
function markerOf({ record, undoing }: TakingBack): Item {
  const { by, at } = undoing;
  return { ...keys.undone(record.unit, record.id), type: "undone", body: { by, at } };
}

/** Why nothing may be changed now, or nothing. Not readable holds (rule: kill-switch). */
async function stoppedNow(unit: string, host: Host): Promise<string | undefined> {
  try {
    return stopped(await host.killSwitch(), unit);
  } catch (error) {
    return `the kill switch could not be read, so nothing is changed: ${inOneLine(error)}`;
  }
}

async function settled(
  { workplace, undoing }: TakingBack,
  end: Partial<ActionRecord>,
  also: readonly Step[] = [],
): Promise<ActionRecord> {
  const ended = { ...undoing, ...end };
  await settle(workplace.host.store, "undo", ended, also);
  return ended;
}

const heldBack = (taking: TakingBack, held: Held): Promise<ActionRecord> =>
  settled(taking, { outcome: "held", held });

function changedSince(record: ActionRecord, now: unknown): Held {
  const unseen = record.verified === null && record.after === undefined;
  const why = unseen
    ? "what became of it was never seen"
    : `somebody changed it since: ${difference(record.after, now)}`;
  return { by: "changed", why: `${why}. Nothing is taken back; decide by hand` };
}

async function seenStates({ workplace, record, made }: TakingBack): Promise<States> {
  const { target, within } = record;
  const only = [target, ...(within === null ? [] : [within]), ...made];
  return (await look(workplace, only)).states;
}

/**
 * What comes back may have a new id: it is restored when what was made, or something in the same
 * container, is as the target was.
 */
function isRestored(
  { record, made }: Pick<TakingBack, "record" | "made">,
  states: States,
): boolean {
  const { target, within, before } = record;
  return states.entries().some(([id, found]) => {
    const isIt = id === target || made.includes(id) || (within !== null && found.within === within);
    return isIt && same(found.state, before);
  });
}

const restoredNow = async (taking: TakingBack): Promise<boolean> =>
  isRestored(taking, await seenStates(taking));

/** What an earlier attempt did may not show yet (rule: retries-are-deliveries). */
async function statesNow(taking: TakingBack): Promise<States> {
  let states = await seenStates(taking);
  if (!taking.begun || isRestored(taking, states)) return states;
  await lookUntil(taking.workplace.host, async () => {
    states = await seenStates(taking);
    return isRestored(taking, states);
  });
  return states;
}

/** What came back under a new id is what was undone: the next sweeps leave it alone too. */
async function leaveAlone({ workplace, record, undoing, made }: TakingBack, id: string) {
  made.push(id);
  await putHold(workplace.host.store, { ...holdOf(record, undoing), target: id });
}

interface BackFailure {
  readonly error: string;
  /** Surely nothing was taken back. */
  readonly untouched: boolean;
}

/** Sends the calls, in order. @returns why it could not be taken back, or nothing */
async function sendBack(taking: TakingBack): Promise<BackFailure | undefined> {
  const { workplace, undoing, calls } = taking;
  for (const [sent, { write, call }] of calls.entries()) {
    try {
      const output = await send(workplace, { write, input: call.input, token: undoing.id });
      const made = write.made?.(output);
      if (made !== undefined) await leaveAlone(taking, made);
    } catch (error) {
      const already = error instanceof Error && write.already.includes(error.name);
      const doubtful = already || inDoubt(error);
      // It is as it was: what is left of the calls would be sent for nothing, after a wait in which
      // nobody asked (rule: kill-switch).
      if (doubtful && (await lookUntil(workplace.host, () => restoredNow(taking))))
        return undefined;
      return { error: inOneLine(error), untouched: !doubtful && sent === 0 };
    }
  }
  return undefined;
}
