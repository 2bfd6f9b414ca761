/**
 * Carries proposals out: intent and lock, the call, its outcome; one failure does not stop the
 * others.
 */
import type { ActionRecord } from "../../ledger/actions.ts";
import { actionId } from "../../ledger/ids.ts";
import { beforeSending, intend } from "../../ledger/intents.ts";
import type { Held } from "../../ledger/result.ts";
import { chunks } from "../../sdk/chunks.ts";
import type { GuardContext } from "../guards/guard.ts";
import type { Applying, CheckedChange } from "./applying.ts";
import type { Attempt } from "./attempt.ts";
import { join } from "./batch.ts";
import { carryOut } from "./carry-out.ts";
import { checkAgain } from "./check-again.ts";
import type { PlannedChange } from "./planned-change.ts";
import { leaseFrom, timeLeft } from "./time-left.ts";

/** What is looked at again, locked and sent together. */
const chunkSize = 20;

export interface Applied {
  readonly records: readonly ActionRecord[];
  /** What was not begun, by digest. */
  readonly held: ReadonlyMap<string, Held>;
}

export async function apply(
  attempt: Attempt,
  changes: readonly PlannedChange[],
  guards: GuardContext,
): Promise<Applied> {
  const applying: Applying = { attempt, guards, records: [], held: new Map() };
  for (const some of chunks(changes, chunkSize)) {
    timeLeft(attempt.host);
    const checked = await begin(applying, some);
    const records = checked.map(({ record }) => record);
    await beforeSending(attempt.host.store, records);
    await carryOut(applying, join(checked));
  }
  return applying;
}

/**
 * Takes the locks, and looks with them in hand: whoever else acts on these targets has done so
 * before, or does not at all.
 */
async function begin(
  applying: Applying,
  changes: readonly PlannedChange[],
): Promise<CheckedChange[]> {
  const { attempt, held } = applying;
  const { host } = attempt;
  const now = host.clock.now();
  const intents = changes.map((change) => intentOf(attempt, change, now));
  const lease = leaseFrom(now, host);
  const { begun, lost } = await intend({ store: host.store, writer: "unit", lease }, intents);
  for (const { id, digest } of intents) {
    const why = lost.get(id);
    if (why) held.set(digest, why);
  }
  return checkAgain(applying, begun);
}

const intentOf = (
  { place, run, involved = [] }: Attempt,
  change: PlannedChange,
  now: Date,
): ActionRecord => ({
  ...place,
  id: actionId(run, change.digest),
  run,
  at: now,
  target: change.target,
  within: change.within,
  ...(change.shown?.name !== undefined && { name: change.shown.name }),
  because: change.because,
  digest: change.digest,
  call: change.call,
  undo: change.undo,
  once: change.once,
  savesPerMonth: change.savesPerMonth,
  before: change.before,
  kin: change.kin,
  ...(change.putBack && { putBack: change.putBack }),
  outcome: "intended",
  verified: null,
  held: null,
  error: null,
  ...(involved.length && { involved }),
});
