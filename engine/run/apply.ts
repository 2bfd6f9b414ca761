/**
 * Carries proposals out: intent and lock, the call, its outcome; one failure does not stop the
 * others.
 */
import type { ActionRecord } from "../../ledger/actions.ts";
import { actionId } from "../../ledger/ids.ts";
import { beforeSending, intend } from "../../ledger/intents.ts";
import type { Held } from "../../ledger/result.ts";
import type { Step } from "../../ledger/store.ts";
import { killSwitch } from "../guards/kill-switch.ts";
import { type Applying, type CheckedChange, conclude, OutcomeWriter } from "./applying.ts";
import type { Attempt } from "./attempt.ts";
import { join, sentTogether } from "./batch.ts";
import { carryOut } from "./carry-out.ts";
import { checkAgain } from "./check-again.ts";
import type { RunGuards } from "./fresh-guards.ts";
import type { PlannedChange } from "./planned-change.ts";
import { stoppedNow } from "./stopped-now.ts";
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
  const parts = [...sentTogether(go)];
  let ahead: Promise<Prepared> | undefined;
  try {
    for (const [at, part] of parts.entries()) {
      const wasAhead = ahead !== undefined;
      const prepared = await (ahead ?? prepare(applying, part, at === 0 ? cap : undefined));
      if (!prepared) return undefined;
      const next = parts[at + 1];
      ahead = next && areApart(part, next) ? prepare(applying, next) : undefined;
      // Its failure is heard in its turn, or not at all where this part fails before.
      ahead?.catch(() => {});
      await sendPart(applying, prepared, wasAhead);
    }
  } finally {
    // Nothing is written any more once the run lets go of its claim.
    await ahead?.catch(() => {});
  }
  return applying;
}

/** With their locks in hand, looked at and asked about again; nothing where the cap was not taken. */
type Prepared = readonly CheckedChange[] | undefined;

/** While the part before is sent: what of it is stale by its turn is looked at and asked about again. */
async function prepare(
  applying: Applying,
  part: readonly PlannedChange[],
  cap?: Step,
): Promise<Prepared> {
  timeLeft(applying.attempt.host);
  const begun = await begin(applying, part, cap);
  return begun && checkAgain(applying, begun);
}

/** @param wasAhead it was asked about while the part before was sent: the switch is read again */
async function sendPart(
  applying: Applying,
  prepared: readonly CheckedChange[],
  wasAhead: boolean,
): Promise<void> {
  const { attempt } = applying;
  const records = prepared.map(({ record }) => record);
  const [why] = await Promise.all([
    wasAhead ? stoppedNow(attempt) : undefined,
    beforeSending(attempt.host.store, records),
  ]);
  if (why === undefined) return carryOut(applying, join(prepared));
  const held = { by: killSwitch.name, why };
  return conclude(
    applying,
    records.map((record) => ({ ...record, outcome: "held", held })),
  );
}

/** What is sent of the one changes nothing that the other is about. */
function areApart(part: readonly PlannedChange[], next: readonly PlannedChange[]): boolean {
  const places = ({ target, within }: PlannedChange) => [target, ...(within ? [within] : [])];
  const taken = new Set(part.flatMap(places));
  return !next.flatMap(places).some((place) => taken.has(place));
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
  ...(change.shown?.unpriced && { unpriced: true }),
  before: change.before,
  kin: change.kin,
  ...(change.putBack && { putBack: change.putBack }),
  outcome: "intended",
  verified: null,
  held: null,
  error: null,
  ...(involved.length && { involved }),
});
