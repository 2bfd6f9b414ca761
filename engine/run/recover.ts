/** Takes up a run that died: what it had begun is looked at before anything is sent again. */

import { type ActionRecord, actionsOf, isUsed } from "../../ledger/actions.ts";
import { maybeSent } from "../../ledger/intents.ts";
import { settleAll } from "../../ledger/outcomes.ts";
import { story } from "../../ledger/story.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { asksElsewhere } from "../../sdk/elsewhere.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Attempt } from "./attempt.ts";
import { unseen } from "./check-again.ts";
import { type Looked, look } from "./find.ts";
import { lookUntil } from "./look-until.ts";
import { send } from "./send.ts";
import { stoppedNow } from "./stopped-now.ts";
import { heldUnjudged } from "./unjudged.ts";

const concurrency = 8;

export interface Recovered {
  /** What the earlier attempts have done, and what became of what they had begun. */
  readonly records: readonly ActionRecord[];
  /** What failed in them, and may be proposed again. */
  readonly failed: readonly ActionRecord[];
}

/** A change that an earlier attempt had begun when it died. */
interface Doubtful {
  readonly record: ActionRecord;
  /** Whether it may have been sent. */
  readonly sent: boolean;
}

export async function recover(attempt: Attempt): Promise<Recovered> {
  if (attempt.number === 1) return { records: [], failed: [] };
  const { place, run, host } = attempt;
  const known = await actionsOf(host.store, "unit", place.unit, run);
  const records = known.filter(isUsed);
  const failed = known.filter(({ outcome }) => outcome === "failed");
  const intended = known.filter(({ outcome }) => outcome === "intended");
  if (!intended.length) return { records, failed };

  host.log.warn("an earlier attempt died while it was changing something", {
    run,
    actions: intended.map(({ id }) => id),
  });
  const doubtful: readonly Doubtful[] = await Promise.all(
    intended.map(async (record) => ({ record, sent: await maybeSent(host.store, record) })),
  );
  const looked = await lookAfter(attempt, doubtful);
  const ends = await concurrently(doubtful, (each) => endOf(attempt, each, looked), {
    concurrency,
  });
  await settleAll(host.store, "unit", ends);
  const stand = ends.flatMap(({ record, again }) => (again ? [] : [record]));
  return { records: [...records, ...stand], failed };
}

/**
 * Reads lag: what looks untouched may have been changed at the last moment (rule:
 * retries-are-deliveries).
 */
async function lookAfter(attempt: Attempt, doubtful: readonly Doubtful[]): Promise<Looked> {
  const targets = doubtful.map(({ record }) => record.target);
  const sent = new Set(doubtful.flatMap((each) => (each.sent ? [each.record.digest] : [])));
  let looked = await look(attempt, targets);
  const isUntouched = () => looked.changes.some(({ digest }) => sent.has(digest));
  await lookUntil(attempt.host, async () => {
    if (isUntouched()) looked = await look(attempt, targets);
    return !isUntouched();
  });
  return looked;
}

interface EndOfDoubt {
  readonly record: ActionRecord;
  /** This attempt proposes it again. */
  readonly again: boolean;
}

async function endOf(
  attempt: Attempt,
  { record, sent }: Doubtful,
  { changes, states, unjudged }: Looked,
): Promise<EndOfDoubt> {
  const proposed = changes.findLast(({ target }) => target === record.target)?.digest;
  const asItWas = proposed === record.digest;
  const other = sent ? await changedByAnother(attempt, record) : undefined;
  if (other) {
    const why = `${other.id} has changed it meanwhile`;
    return {
      record: { ...record, outcome: "held", held: { by: "changed", why } },
      again: asItWas,
    };
  }
  // Never sent, or still proposed as it was: it had no effect, and this attempt proposes it again
  // under the same id.
  if (asItWas || !sent) {
    const why = "the attempt died before it changed anything";
    return { record: { ...record, outcome: "held", held: { by: "lock", why } }, again: true };
  }
  const after = states.get(record.target)?.state;
  const held = heldUnjudged(unjudged.get(record.target));
  if (held) {
    const error = unseen(held);
    return { record: { ...record, outcome: "failed", verified: null, after, error }, again: false };
  }
  if (proposed === undefined) {
    const error = await restOf(attempt, record);
    const ended: ActionRecord =
      error === null
        ? { ...record, outcome: "applied", verified: true, after, error }
        : { ...record, outcome: "failed", verified: null, after, error };
    return { record: ended, again: false };
  }
  const error =
    "the run died while it was being changed, and it is in another state now: look at a new plan";
  return {
    record: { ...record, outcome: "failed", verified: null, after, error },
    again: false,
  };
}

/**
 * A step of several requests may have died between two of them: it is sent again to its end, as it
 * promises that it can be.
 * @returns why its end is not known; `null`: it has ended, or is one request
 */
async function restOf(attempt: Attempt, { id, call }: ActionRecord): Promise<string | null> {
  const write = attempt.unit.writes.find(({ operation }) => operation === call.operation);
  // What is made elsewhere has parts too: one, and it was sent.
  if (!write?.parts || asksElsewhere(write.operation)) return null;
  const stopped = await stoppedNow(attempt);
  if (stopped)
    return `the run died while it was being changed, and the rest was not done: ${stopped}`;
  try {
    await send(attempt, { write, input: call.input, token: id });
    return null;
  } catch (error) {
    return `the run died while it was being changed, and the rest failed: ${inOneLine(error)}`;
  }
}

/**
 * Another run's change of the same target that was begun when this one's lease was over: it found
 * that it was still to be made.
 */
async function changedByAnother(
  { place, host }: Attempt,
  { id, target, at }: ActionRecord,
): Promise<ActionRecord | undefined> {
  for await (const other of story(host.store, "unit", { ...place, target }, at)) {
    if (other.id === id) continue;
    if (other.outcome === "applied") return other;
    if (other.outcome === "intended" && (await maybeSent(host.store, other))) return other;
  }
  return undefined;
}
