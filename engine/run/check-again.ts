/** Looks again at what is about to be sent, and asks again whoever may have spoken meanwhile. */

import type { ActionRecord } from "../../ledger/actions.ts";
import type { Held } from "../../ledger/result.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { after } from "../../sdk/time.ts";
import { askAhead, type GuardContext } from "../guards/guard.ts";
import { heldBy, lastGuards } from "../guards/order.ts";
import { type Applying, type CheckedChange, conclude, concurrency, freshFor } from "./applying.ts";
import { type Looked, look } from "./find.ts";
import { freshGuards } from "./fresh-guards.ts";
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
  const { looked, context } = await lookAndAsk(applying, records);
  const answers = await concurrently(
    records,
    (record) => checkedOrEnded(record, looked, context, sent),
    {
      concurrency,
    },
  );
  await conclude(
    applying,
    answers.flatMap((answer) => ("ended" in answer ? [answer.ended] : [])),
  );
  const checkedAt = applying.attempt.host.clock.now();
  return answers.flatMap((answer) => ("change" in answer ? [{ ...answer.change, checkedAt }] : []));
}

/** Looks and asks at once, each of them once a batch (rule: kill-switch). */
async function lookAndAsk({ attempt, guards }: Applying, records: readonly ActionRecord[]) {
  const { clock } = attempt.host;
  const targets = records.map(({ target }) => target);
  const ask = async () => {
    const context = freshGuards(guards, attempt, records);
    await askAhead(context, targets);
    return context;
  };
  const asked = clock.now();
  const [looked, context] = await Promise.all([look(attempt, targets), ask()]);
  // The look may have taken its time.
  const isFresh = after(asked, freshFor) > clock.now();
  return { looked, context: { ...(isFresh ? context : await ask()), now: looked.at } };
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
