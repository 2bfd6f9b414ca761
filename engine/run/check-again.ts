/** Looks again at what is about to be sent, and asks again whoever may have spoken meanwhile. */
import pMap from "p-map";
import type { ActionRecord } from "../../ledger/actions.ts";
import type { Held } from "../../ledger/result.ts";
import { askedOnce, type GuardContext } from "../guards/guard.ts";
import { heldBy, lastGuards } from "../guards/order.ts";
import { type Applying, type CheckedChange, conclude, concurrency } from "./applying.ts";
import { type Looked, look } from "./find.ts";
import { heldUnjudged } from "./unjudged.ts";

/**
 * Concludes what is no longer proposed, or held by now.
 * @param records whose locks are in hand
 * @param sent a call may have had its effect already: what is no longer proposed is done
 * @returns what may be sent at once
 */
export async function checkAgain(
  applying: Applying,
  records: readonly ActionRecord[],
  sent = false,
): Promise<CheckedChange[]> {
  if (!records.length) return [];
  const { attempt, guards } = applying;
  const targets = records.map(({ target }) => target);
  const looked = await look(attempt, targets);
  // Once a batch (rule: kill-switch).
  const context = askedOnce({ ...guards, now: looked.at });
  const check = async (record: ActionRecord) => {
    const answer = await checkedOrEnded(record, looked, context, sent);
    if ("change" in answer) return [answer.change];
    await conclude(applying, answer.ended);
    return [];
  };
  const checked = (await pMap(records, check, { concurrency })).flat();
  const checkedAt = attempt.host.clock.now();
  return checked.map((change) => ({ ...change, checkedAt }));
}

/** It may be sent. */
interface Checked {
  readonly change: Omit<CheckedChange, "checkedAt">;
}

async function checkedOrEnded(
  record: ActionRecord,
  { changes, unjudged }: Looked,
  context: GuardContext,
  sent: boolean,
): Promise<Checked | { readonly ended: ActionRecord }> {
  const now = changes.find(({ digest }) => digest === record.digest);
  if (now) {
    const held = await heldBy(now, context, lastGuards);
    if (held) return { ended: { ...record, outcome: "held", held } };
    return { change: { ...now, record: { ...record, before: now.before } } };
  }
  const held = heldUnjudged(unjudged.get(record.target));
  if (held && sent) return { ended: { ...record, outcome: "failed", error: unseen(held) } };
  if (held) return { ended: { ...record, outcome: "held", held } };
  const differently = changes.some(({ target }) => target === record.target);
  if (sent && !differently) return { ended: { ...record, outcome: "applied", verified: true } };
  return { ended: { ...record, outcome: "held", held: changedMeanwhile(differently) } };
}

/** What is said of a call that may have had its effect, on what cannot be judged any more. */
export const unseen = ({ why }: Held): string => `whether it had its effect is not known: ${why}`;

/**
 * What is no longer proposed as it was, is not carried out: each proposal exactly as shown or not
 * at all.
 */
export const changedMeanwhile = (differently: boolean): Held => ({
  by: "changed",
  why: differently
    ? "it has changed since it was proposed: look at a new plan"
    : "it is no longer so, or gone: nothing needs to be done",
});
