/** Sends calls, and finds out what became of those that failed. */

import type { ActionRecord } from "../../ledger/actions.ts";
import type { Held } from "../../ledger/result.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { inDoubt, inOneLine, isDenied, isSystems, lacksRight, TryAgain } from "../../sdk/errors.ts";
import { isFlow } from "../../sdk/flow.ts";
import { after } from "../../sdk/time.ts";
import { handOver } from "../flows/hand-over.ts";
import { exemption } from "../guards/exemption.ts";
import { heldBy } from "../guards/order.ts";
import { type Applying, type CheckedChange, conclude, concurrency, freshFor } from "./applying.ts";
import type { Attempt } from "./attempt.ts";
import { join, type Sending } from "./batch.ts";
import { checkAgain } from "./check-again.ts";
import { look } from "./find.ts";
import { lookUntil } from "./look-until.ts";
import { send, withoutMetadata } from "./send.ts";
import { timeLeft } from "./time-left.ts";

/**
 * One failure does not stop the others; that the time has run out is no failure, unless something
 * else failed too.
 */
export async function carryOut(
  applying: Applying,
  sendings: readonly Sending<CheckedChange>[],
): Promise<void> {
  const errors: unknown[] = [];
  const failed = (error: unknown) => void errors.push(error);
  const stale: CheckedChange[] = [];
  const act = async (sending: Sending<CheckedChange>) => {
    timeLeft(applying.attempt.host);
    if (isStale(applying, sending)) stale.push(...sending.changes);
    else await carryOutOne(applying, sending);
  };
  await concurrently(sendings, (sending) => act(sending).catch(failed), { concurrency });
  await carryOutStale(applying, stale).catch(failed);
  const [first] = errors;
  if (first !== undefined) throw errors.find((error) => !(error instanceof TryAgain)) ?? first;
}

/** It had to wait for others too long. */
const isStale = ({ attempt }: Applying, { changes }: Sending<CheckedChange>): boolean =>
  changes.some(({ checkedAt }) => after(checkedAt, freshFor) < attempt.host.clock.now());

/** All of them are looked at and asked about again together. */
async function carryOutStale(applying: Applying, stale: readonly CheckedChange[]): Promise<void> {
  if (!stale.length) return;
  timeLeft(applying.attempt.host);
  const records = stale.map(({ record }) => record);
  await carryOut(applying, join(await checkAgain(applying, records)));
}

async function carryOutOne(
  applying: Applying,
  { write, input, changes }: Sending<CheckedChange>,
): Promise<void> {
  const { attempt } = applying;
  const records = changes.map(({ record }) => record);
  const [change] = changes;
  if (isFlow(write) && change) return handOver(applying, change, write);
  let output: unknown;
  try {
    const token = records.map(({ id }) => id).join();
    output = await send(attempt, { write, input, token });
  } catch (error) {
    const [only] = changes;
    if (changes.length === 1 && only)
      return conclude(applying, [await failureOf(applying, only, error)]);
    return oneByOne(applying, records, error);
  }
  // Only what the way back needs is kept of an answer: the rest may be large, or none of our
  // business.
  const kept = write.back === "inverse" && changes.length === 1;
  const answer = kept ? { output: withoutMetadata(output) } : {};
  return conclude(
    applying,
    records.map((record) => ({ ...record, outcome: "applied", ...answer })),
  );
}

/**
 * Together they failed: what had its effect all the same is done, the rest is asked about again
 * and tried one by one.
 */
async function oneByOne(
  applying: Applying,
  records: readonly ActionRecord[],
  error: unknown,
): Promise<void> {
  const sent = inDoubt(error);
  const targets = records.map(({ target }) => target);
  if (sent) await stillProposed(applying.attempt, targets);
  const left = await checkAgain(applying, records, sent);
  const single = (change: CheckedChange): Sending<CheckedChange> => ({
    write: change.write,
    input: change.call.input,
    changes: [change],
  });
  return carryOut(applying, left.map(single));
}

/** @returns the record, with what an error says of it and what is there now */
async function failureOf(
  applying: Applying,
  { record, write }: CheckedChange,
  error: unknown,
): Promise<ActionRecord> {
  const held = await heldByDenial(applying, record, error);
  if (held) return { ...record, outcome: "held", held };
  const already = error instanceof Error && write.already.includes(error.name);
  const doubtful = inDoubt(error);
  // In doubt, or said to be so already: what is there now tells (rule: already-is-read).
  if (already || doubtful) {
    const left = await stillProposed(applying.attempt, [record.target]);
    if (!left.size) return { ...record, outcome: already ? "already" : "applied", verified: true };
  }
  const text = inOneLine(error);
  const fault = isSystems(error) ? "system" : "target";
  if (!doubtful) return { ...record, outcome: "failed", fault, error: text };
  return {
    ...record,
    outcome: "failed",
    fault,
    error: `${text} (whether it had its effect is not known: it still looks undone)`,
  };
}

/**
 * A denied target is held: whoever guards it said so in a policy, and the others go on (rule:
 * denied-is-held). That our own role was never given the right is a failure.
 */
async function heldByDenial(
  applying: Applying,
  record: ActionRecord,
  error: unknown,
): Promise<Held | undefined> {
  if (!isDenied(error)) return undefined;
  const exempt = await exemptSince(applying, record);
  if (exempt) return exempt;
  if (lacksRight(error)) return undefined;
  const { target, unit } = record;
  const why = `AWS denies the change: ${inOneLine(error)}. It stays as it is, and is not told again; if that is meant, say so with \`npx nightshift exempt ${target} --from ${unit}\`, else let whoever keeps that policy allow it`;
  return { by: "denied", why };
}

/** The exempt tag is denied by IAM too: a tag that came between our look and the call. */
async function exemptSince({ attempt, guards }: Applying, record: ActionRecord) {
  const { changes } = await look(attempt, [record.target]);
  const now = changes.find(({ digest }) => digest === record.digest);
  return now && heldBy(now, guards.anew, [exemption]);
}

/**
 * The targets that still have something proposed. Reads lag: what does not show yet is looked for
 * again (rule: retries-are-deliveries).
 */
async function stillProposed(
  attempt: Attempt,
  targets: readonly string[],
): Promise<ReadonlySet<string>> {
  let left = new Set(targets);
  await lookUntil(attempt.host, async () => {
    const { changes, unjudged } = await look(attempt, [...left]);
    const open = [...changes.map(({ target }) => target), ...unjudged.keys()];
    left = left.intersection(new Set(open));
    return left.size === 0;
  });
  return left;
}
