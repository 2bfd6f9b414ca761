/** One execution of an automation in one account and region, in eight steps. */
import pMap from "p-map";
import type { ActionRecord } from "../../ledger/actions.ts";
import { decisionOn } from "../../ledger/decisions.ts";
import { exemptionsAt } from "../../ledger/exemptions.ts";
import { failures } from "../../ledger/heartbeats.ts";
import { holdsAt } from "../../ledger/holds.ts";
import type { Place } from "../../ledger/keys.ts";
import { planOrThrow } from "../../ledger/plans.ts";
import type { ActionResult, Held, PlanResult, RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import { lastChange } from "../../ledger/story.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { ourRoles } from "../../settings/our-roles.ts";
import { askedOnce, type GuardContext } from "../guards/guard.ts";
import { heldBy } from "../guards/order.ts";
import { apply, changedMeanwhile } from "./apply.ts";
import { mayDecide } from "./approve.ts";
import { beginRun } from "./begin.ts";
import { decideByMode } from "./decide.ts";
import type { Host } from "./host.ts";
import { coveredBy, look, planHash, shownProposal, type Work } from "./plan.ts";
import { fail, finishRun } from "./record.ts";
import { recover } from "./recover.ts";
import { fromRecord, fromWork } from "./result-of.ts";
import { routedTagsOf } from "./tags-of.ts";
import { tooFew } from "./too-few.ts";
import { verifyTargets } from "./verify.ts";

/**
 * Runs an automation once for what started it.
 * @returns what was found and done; that of the finished run where this delivery is a repeat
 * @throws {TryAgain} while another attempt holds the claim, or when the time does not suffice
 */
export async function run(unit: AnyAutomation, trigger: Start, host: Host): Promise<RunResult> {
  const place: Place = { unit: unit.id, account: host.account, region: trigger.region };

  // 1. claim
  const claimed = await beginRun(place, trigger, host);
  if ("finished" in claimed) return claimed.finished;
  const { id, start } = claimed;
  try {
    const { records: recovered, failed: before } =
      claimed.attempt > 1 ? await recover(unit, id, place, host) : { records: [], failed: [] };
    const approved = start.kind === "decision" ? await approvedPlan(start, place, host) : undefined;

    // 2. find, 3. propose
    const looked = await look(unit, host, start.region, start.only, start.kind === "sweep");
    const settled = new Set(recovered.map((one) => one.digest));
    const wanted = looked.work.filter(
      (one) =>
        !settled.has(one.digest) &&
        (start.state === undefined || one.state === start.state || start.target === one.target),
    );
    const work = approved ? wanted.filter((one) => approved.has(one.digest)) : wanted;

    // 4. guard
    const notes = new Set<string>();
    const context = guardContext(place, start, host, looked.at, (text) => notes.add(text));
    const held = await guard(work, context);

    // 5. decide
    const free = work.filter((one) => !held.has(one.digest));
    const few = await tooFew(start, looked, place, host);
    const { mode, why } = await modeNow(place, start, host, looked.at, few);
    for (const text of [few, why]) if (text) notes.add(text);
    const decided = await decideByMode(
      free,
      looked,
      mode,
      why,
      start,
      id,
      place,
      host,
      recovered.filter(({ outcome }) => outcome === "applied" || outcome === "already").length,
    );

    // 6. apply
    const applied = await apply(unit, decided.go, id, place, host, context);

    const begun = new Set(applied.records.map((one) => one.digest));
    for (const one of before)
      if (!begun.has(one.digest))
        notes.add(
          `An earlier attempt failed to change ${one.target} (${one.id}): ${one.error ?? "it is not known why"}`,
        );

    // 7. verify
    const records = await verifyTargets(
      unit,
      [...recovered, ...applied.records],
      start.region,
      host,
    );

    // 8. record
    const results = gather(
      work,
      records,
      new Map([...held, ...decided.held, ...applied.held]),
      decided.waiting,
      id,
    );
    const gone = approved
      ? [...approved.values()].filter(
          ({ digest: one }) =>
            !work.some((now) => now.digest === one) && !records.some((now) => now.digest === one),
        )
      : [];
    const changed: ActionResult[] = gone.map((one) => ({
      id: `${id}.${one.digest.slice(0, 10)}`,
      target: one.target,
      because: one.because,
      call: one.call,
      outcome: "held",
      verified: null,
      held: changedMeanwhile(wanted.some(({ target }) => target === one.target)),
      error: null,
      undo: one.undo,
      savesPerMonth: one.savesPerMonth,
    }));
    return await finishRun(
      claimed,
      {
        found: looked.found,
        mode,
        plan: decided.plan,
        actions: [...results, ...changed],
        notes: [...notes].sort(),
        tags: await routedTagsOf(work, host.settings.routedTags),
        lost: unit.lost,
      },
      host,
    );
  } catch (error) {
    await fail(claimed, error, host);
    throw error;
  }
}

/** What it would do now: finds, proposes and asks the guards, but changes and records nothing. */
export async function planRun(unit: AnyAutomation, start: Start, host: Host): Promise<PlanResult> {
  const place: Place = { unit: unit.id, account: host.account, region: start.region };
  const looked = await look(unit, host, start.region, start.only);
  const held = await guard(
    looked.work,
    guardContext(place, start, host, looked.at, () => {}),
  );
  return {
    automation: unit.id,
    account: host.account,
    region: start.region,
    at: looked.at,
    found: looked.found,
    hash: planHash(looked.work),
    proposals: looked.work.map((work) => ({
      ...shownProposal(work),
      held: held.get(work.digest) ?? null,
    })),
  };
}

function guardContext(
  place: Place,
  start: Start,
  host: Host,
  now: Date,
  note: (text: string) => void,
): GuardContext {
  return {
    place,
    start,
    now,
    note,
    settings: host.settings,
    ours: ourRoles(host.settings, host.account, host.settings.all),
    killSwitch: host.killSwitch,
    holds: () => holdsAt(host.store, place),
    exemptions: () => exemptionsAt(host.store, place),
    lastChange: (target, other = place.unit) =>
      lastChange(host.store, { ...place, unit: other, target }),
  };
}

async function guard(work: readonly Work[], context: GuardContext): Promise<Map<string, Held>> {
  const once = askedOnce(context);
  const answers = await pMap(work, async (one) => [one.digest, await heldBy(one, once)] as const, {
    concurrency: 8,
  });
  return new Map(answers.flatMap(([key, held]) => (held ? [[key, held] as const] : [])));
}

/**
 * The unit's mode, or a lesser one and why: where the breaker is open, the run comes too late, or
 * it looked at too little.
 */
async function modeNow(place: Place, start: Start, host: Host, now: Date, few: string | undefined) {
  const { mode, breaker } = host.settings;
  const failed = await failures(host.store, place);
  if (mode !== "watch" && failed >= breaker)
    return {
      mode: "watch",
      why: `after ${failed} failed runs in a row it only watches: mend the cause, then \`npx nightshift resume ${place.unit}\``,
    } as const;
  if (mode !== "watch" && start.latest && now > start.latest)
    return {
      mode: "watch",
      why: `it was due at ${start.at.toISOString()} and comes too late to change anything`,
    } as const;
  if (mode === "act" && few) return { mode: "ask", why: few } as const;
  return { mode, why: undefined };
}

/**
 * The proposals that a person approved, by digest; checked here again, because this is where the
 * power is.
 */
async function approvedPlan(start: Start, { unit, account, region }: Place, host: Host) {
  const stored = await planOrThrow(host.store, start.plan ?? "");
  // What was approved there may mean something else here, under the same name.
  if (stored.unit !== unit || stored.account !== account || stored.region !== region)
    throw new NotPossible(
      `${stored.id} is a plan of ${stored.unit} for ${stored.region} in ${stored.account}, not of ${unit} for ${region} in ${account}`,
    );
  const decision = await decisionOn(host.store, stored.id);
  if (decision?.verdict !== "approve") throw new NotPossible(`${stored.id} is not approved`);
  // By what they say, not by the digests that somebody wrote beside it: what was shown is what was
  // approved.
  const covered = stored.proposals.map((one) => ({
    ...one,
    digest: coveredBy(one.target, one.call),
  }));
  if (decision.hash !== stored.hash || planHash(covered) !== stored.hash)
    throw new NotPossible(`the decision on ${stored.id} is for another plan: nothing is done`);
  mayDecide(stored, decision, host.settings);
  return new Map(covered.map((one) => [one.digest, one]));
}

function gather(
  work: readonly Work[],
  records: readonly ActionRecord[],
  held: ReadonlyMap<string, Held>,
  waiting: readonly Work[],
  run: string,
): ActionResult[] {
  const recorded = new Map(records.map((one) => [one.digest, one]));
  const asked = new Set(waiting.map((one) => one.digest));
  const rest = work
    .filter((one) => !recorded.has(one.digest))
    .map((one) => fromWork(one, run, held.get(one.digest) ?? null, asked.has(one.digest)));
  return [...records.map(fromRecord(work)), ...rest].sort((a, b) =>
    a.target < b.target ? -1 : a.target > b.target ? 1 : 0,
  );
}
