/** What an invocation that ran out of time leaves to the next one of the same undo. */

import { actionsOf } from "../../ledger/actions.ts";
import { runOf, unitOf } from "../../ledger/ids.ts";
import type { ActionResult, Held } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import { afterInvocation, type HeldUndo } from "../../ledger/undo-claims.ts";
import { notYet } from "./taking-back.ts";
import { deliveries } from "./time-left.ts";

const isLate = ({ held }: ActionResult): boolean => held?.by === notYet.by;

/**
 * @returns what the next invocation takes up; nothing where all is done, or so many in a row got no
 * further that another would not either
 */
export function nextInvocation(
  held: HeldUndo,
  actions: readonly ActionResult[],
): HeldUndo | undefined {
  const left = actions.filter(isLate).length;
  if (!left) return undefined;
  const next = afterInvocation(held, left, actions.length);
  return next.idle < deliveries ? next : undefined;
}

const goesOn: Held = {
  by: notYet.by,
  why: "the time of this invocation was over before it came to this: another goes on here by itself, and tells when all of it is done. Nothing need be asked again",
};

/** What is said of an action to whoever waits for this invocation alone. */
export const goingOn = (action: ActionResult): ActionResult =>
  isLate(action) ? { ...action, held: goesOn } : action;

/** What earlier invocations of the same order took back is told as what it is: done by it. */
export async function withEarlier(
  store: Store,
  held: HeldUndo | undefined,
  actions: readonly ActionResult[],
): Promise<readonly ActionResult[]> {
  if (!held || held.number === 1) return actions;
  const { id, at, by } = held.order;
  const undone = await actionsOf(store, "undo", unitOf(id), runOf(id));
  const ours = new Map(
    undone
      .filter((action) => action.outcome === "applied" && action.by === by && action.at >= at)
      .map((action) => [action.id, action.verified]),
  );
  return actions.map((action) => {
    const verified = ours.get(action.id);
    if (action.outcome !== "already" || verified === undefined) return action;
    return { ...action, outcome: "applied", verified };
  });
}
