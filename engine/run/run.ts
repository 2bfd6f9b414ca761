/** One execution of an automation in one account and region, in eight steps. */
import { type ActionRecord, isUsed } from "../../ledger/actions.ts";
import { withCounter } from "../../ledger/caps.ts";
import { gathered } from "../../ledger/gathered.ts";
import { storePlan } from "../../ledger/plans.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { isFlow } from "../../sdk/flow.ts";
import { endsBy } from "../flows/carriage.ts";
import { askedOnce } from "../guards/guard.ts";
import { actionResults } from "./action-results.ts";
import { apply } from "./apply.ts";
import { type Approved, approvedBy, goneSince } from "./approved.ts";
import { type Attempt, type Progress, workplaceOf } from "./attempt.ts";
import { claimRun } from "./claim.ts";
import { decideByMode } from "./decide.ts";
import { failRun, regionFailure } from "./fail.ts";
import type { Looked } from "./find.ts";
import { finishRun } from "./finish.ts";
import { guardContext, heldByGuards } from "./guard.ts";
import type { Host } from "./host.ts";
import { lookOn } from "./long-look.ts";
import { modeNow } from "./mode.ts";
import type { PlannedChange } from "./planned-change.ts";
import { noteAsked, recognised } from "./put-back.ts";
import { recover } from "./recover.ts";
import { notDoneAgain, stateKey, undoneTargets } from "./redo.ts";
import { standingAt } from "./standing.ts";
import { routedTagsOf } from "./tags-of.ts";
import { OutOfTime, outOfTime } from "./time-left.ts";
import { unjudgedTargets } from "./unjudged.ts";
import { verifyTargets } from "./verify.ts";

/**
 * Runs an automation once for what started it.
 * @returns what was found and done; that of the finished run where this delivery is a repeat
 * @throws {TryAgain} while another attempt holds the claim, or when the time does not suffice
 */
export async function run(unit: AnyAutomation, trigger: Start, given: Host): Promise<RunResult> {
  const host = { ...given, store: gathered(given.store) };
  // 1. claim
  const claimed = await claimRun(workplaceOf(unit, trigger.region, host), trigger);
  if ("finished" in claimed) return claimed.finished;
  const attempt = { ...claimed, tally: { settled: 0 } };
  const progress: Progress = { found: 0 };
  try {
    return await carryRun(attempt, progress);
  } catch (error) {
    const failure = regionFailure(attempt, error) ?? error;
    await failRun(attempt, failure, progress);
    throw failure instanceof OutOfTime ? outOfTime(failure, attempt) : failure;
  }
}

/** With who is behind it. */
function involving(claimed: Attempt, approved: Approved | undefined): Attempt {
  const { by } = claimed.start;
  return { ...claimed, involved: approved?.involved ?? (by === undefined ? [] : [by]) };
}

async function carryRun(claimed: Attempt, progress: Progress): Promise<RunResult> {
  const { unit, start, run: id, host } = claimed;
  const notes = new Set<string>();
  const note = (text: string): void => void notes.add(text);
  const recovered = await recover(claimed);
  const approved = await approvedBy(claimed);
  const attempt = involving(claimed, approved);
  progress.involved = attempt.involved ?? [];

  // 2. find, 3. propose
  const only = approved?.targets ?? (start.again && undoneTargets(start.again)) ?? start.only;
  const looked = await lookOn({ ...attempt, progress, note }, only);
  const wanted = wantedOf(looked.changes, attempt, recovered.records);
  const proposed = approved
    ? wanted.filter(({ digest }) => approved.proposals.has(digest))
    : wanted;

  // 4. guard
  const anew = guardContext(attempt, { start, now: looked.at, note });
  const known = askedOnce(anew);
  const [hands, byGuards, standing] = await Promise.all([
    recognised(attempt, proposed, { ...known, run: id }),
    heldByGuards(proposed, { anew, known }),
    standingAt(attempt),
  ]);
  const { changes } = hands;
  const held = new Map([...hands.held, ...byGuards]);

  // 5. decide
  const free = changes.filter(({ digest }) => !held.has(digest));
  const now = modeNow(attempt, looked, standing);
  for (const text of [now.tooFew, now.why]) if (text) note(text);
  const alreadyDone = recovered.records.filter(isUsed).length;
  const deciding = { attempt, looked, now, alreadyDone, swept: standing.swept?.found };

  // 6. apply
  const { decided, applied } = await withCounter(host.store, standing.counter, async (counter) => {
    const decision = decideByMode(free, deciding, counter);
    const outcome = await apply(attempt, decision, { anew, known });
    return outcome && { decided: decision, applied: outcome };
  });
  for (const plan of decided.plans) await storePlan(host.store, plan);
  const [plan = null] = decided.plans;
  if (plan) await noteAsked(attempt, decided.waiting, hands, { plan: plan.id, run: id });
  const again = notDoneAgain(start, [...looked.changes, ...recovered.records], looked.unjudged);
  if (again) note(again);
  for (const text of failuresBefore(recovered.failed, applied.records)) note(text);

  // 7. verify
  const { records, amended } = await verifyTargets(attempt, [
    ...recovered.records,
    ...applied.records,
  ]);

  // 8. record
  const results = actionResults({
    run: id,
    changes,
    records,
    held: new Map([...held, ...decided.held, ...applied.held]),
    waiting: decided.waiting,
  });
  const gone = approved ? goneFrom(approved, id, { wanted, changes, records, looked }) : [];
  const findings = {
    found: looked.found,
    mode: now.mode,
    plan,
    next: approved?.plan.part?.next ?? undefined,
    actions: [...results, ...gone],
    unjudged: unjudgedTargets(looked.unjudged),
    notes: [...notes].sort(),
    tags: await routedTagsOf(changes, host.settings.routedTags),
    lost: unit.lost,
    flowsEndBy: flowsEndBy(attempt, records),
  };
  return finishRun(attempt, findings, { ...standing, amended });
}

/** What an earlier attempt has done is not done again; a redo touches what was undone alone. */
function wantedOf(
  changes: readonly PlannedChange[],
  { start }: Attempt,
  recovered: readonly ActionRecord[],
): readonly PlannedChange[] {
  const ended = new Set(recovered.map(({ digest }) => digest));
  const wanted = changes.filter(({ digest }) => !ended.has(digest));
  const { kind, again = [] } = start;
  if (kind !== "redo") return wanted;
  const targets = new Set(again.map(({ target }) => target));
  const states = new Set(again.map(stateKey));
  return wanted.filter((change) => targets.has(change.target) || states.has(stateKey(change)));
}

interface StillThere {
  readonly wanted: readonly PlannedChange[];
  readonly changes: readonly PlannedChange[];
  readonly records: readonly ActionRecord[];
  readonly looked: Looked;
}

const goneFrom = (
  approved: Approved,
  id: string,
  { wanted, changes, records, looked }: StillThere,
) =>
  goneSince(approved, id, {
    known: new Set([...changes, ...records].map(({ digest }) => digest)),
    targets: new Set(wanted.map(({ target }) => target)),
    unjudged: looked.unjudged,
  });

/** By when what was begun has ended; nothing where nothing was. */
function flowsEndBy({ unit, host }: Attempt, records: readonly ActionRecord[]): Date | undefined {
  const begun = new Set(
    records.flatMap(({ outcome, call }) => (outcome === "begun" ? [call.operation] : [])),
  );
  const flows = unit.writes.filter(isFlow).filter(({ operation }) => begun.has(operation));
  const ends = flows.map((flow) => endsBy(host.clock.now(), flow));
  return ends.sort((a, b) => b.getTime() - a.getTime())[0];
}

/** What failed in an earlier attempt, and was not tried again in this one. */
function failuresBefore(
  failed: readonly ActionRecord[],
  records: readonly ActionRecord[],
): readonly string[] {
  const begun = new Set(records.map(({ digest }) => digest));
  return failed
    .filter(({ digest }) => !begun.has(digest))
    .map(
      ({ target, id, error }) =>
        `An earlier attempt failed to change ${target} (${id}): ${error ?? "it is not known why"}`,
    );
}
