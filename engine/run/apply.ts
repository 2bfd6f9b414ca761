/**
 * Carries proposals out: intent and lock, the call, its outcome; one failure does not stop the
 * others.
 */
import type { ActionRecord } from "../../ledger/actions.ts";
import { actionId } from "../../ledger/ids.ts";
import { beforeSending, intend } from "../../ledger/intents.ts";
import type { Held } from "../../ledger/result.ts";
import type { Step } from "../../ledger/store.ts";
import { type Applying, OutcomeWriter } from "./applying.ts";
import type { Attempt } from "./attempt.ts";
import { join, sentTogether } from "./batch.ts";
import { carryOut } from "./carry-out.ts";
import { checkAgain } from "./check-again.ts";
import type { RunGuards } from "./fresh-guards.ts";
import type { PlannedChange } from "./planned-change.ts";
import { leaseFrom, timeLeft } from "./time-left.ts";

export interface Applied {
  readonly records: readonly ActionRecord[];
  /** What was not begun, by digest. */
  readonly held: ReadonlyMap<string, Held>;
}

/** What goes ahead. */
export interface GoingAhead {
  readonly go: readonly PlannedChange[];
  /** What takes it from the cap: written with the first intents, or none of them are. */
  readonly cap?: Step;
}

/** @returns nothing where the cap's counter is no longer as it was read; nothing is begun then */
export async function apply(
  attempt: Attempt,
  { go, cap }: GoingAhead,
  guards: RunGuards,
): Promise<Applied | undefined> {
  const outcomes = new OutcomeWriter(attempt.host.store);
  const applying: Applying = { attempt, guards, records: [], held: new Map(), outcomes };
  if (!go.length && cap) return (await begin(applying, [], cap)) && applying;
  let first = cap;
  for (const some of sentTogether(go)) {
    timeLeft(attempt.host);
    const begun = await begin(applying, some, first);
    if (!begun) return undefined;
    first = undefined;
    const checked = await checkAgain(applying, begun);
    const records = checked.map(({ record }) => record);
    await beforeSending(attempt.host.store, records);
    await carryOut(applying, join(checked));
  }
  return applying;
}

/**
 * Takes the locks: whoever else acts on these targets has done so before, or does not at all.
 * @returns the intents that have theirs; nothing where `first` could not be written
 */
async function begin(
  { attempt, guards, held }: Applying,
  changes: readonly PlannedChange[],
  first?: Step,
): Promise<readonly ActionRecord[] | undefined> {
  const { host } = attempt;
  const targets = changes.map(({ target }) => target);
  const known = await Promise.all(
    targets.map(async (target) => [target, await guards.known.changers(target)] as const),
  );
  const now = host.clock.now();
  const intents = changes.map((change) => intentOf(attempt, change, now));
  const lease = leaseFrom(now, host);
  const writing = { store: host.store, writer: "unit", lease, changers: new Map(known) } as const;
  const { begun, lost, refused } = await intend(writing, intents, first);
  if (refused) return undefined;
  for (const { id, digest } of intents) {
    const why = lost.get(id);
    if (why) held.set(digest, why);
  }
  return begun;
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
