/**
 * The end of a run: its record, its heartbeat, its claim and, if there is something to say, one
 * message; in one transaction.
 */

import { finished, release, reopened } from "../../ledger/claims.ts";
import { decisionOn } from "../../ledger/decisions.ts";
import {
  beat,
  countFailure,
  failures,
  heartbeatOf,
  resetFailures,
  sweptNow,
} from "../../ledger/heartbeats.ts";
import type { Place } from "../../ledger/keys.ts";
import type { StoredPlan } from "../../ledger/plans.ts";
import type { ActionResult, RunOutcome, RunResult } from "../../ledger/result.ts";
import { runRecord as runSteps } from "../../ledger/runs.ts";
import type { Start } from "../../ledger/start.ts";
import type { Step } from "../../ledger/store.ts";
import { post } from "../../messages/outbox.ts";
import type { Outgoing, RunTold } from "../../messages/outgoing.ts";
import { digest } from "../../sdk/codec.ts";
import { inOneLine, TryAgain, withoutVariables } from "../../sdk/errors.ts";
import type { Message } from "../../sdk/message.ts";
import type { Mode } from "../../settings/settings.ts";
import type { Host } from "./host.ts";

/**
 * An item holds 400 KB: beyond this many the rest is counted. What was applied comes first, and is
 * recorded on its own anyway.
 */
const mostActions = 150;
const mostSaid = 4000;

export interface Attempt {
  readonly place: Place;
  readonly id: string;
  readonly start: Start;
  readonly holder: string;
  readonly attempt: number;
}

export interface RunFindings {
  readonly found: number;
  readonly mode: Mode;
  readonly plan: StoredPlan | null;
  readonly actions: readonly ActionResult[];
  readonly notes: readonly string[];
  /** What a report tells. */
  readonly message?: Message | undefined;
  /** Tags of what it is about that routes go by. */
  readonly tags?: Message["tags"] | undefined;
  /** What an undo cannot bring back (rule: what-cannot-come-back). */
  readonly lost?: readonly string[] | undefined;
}

export function outcomeOf(actions: readonly Pick<ActionResult, "outcome">[]): RunOutcome {
  const has = (...outcomes: string[]) => actions.some(({ outcome }) => outcomes.includes(outcome));
  return has("failed")
    ? "failed"
    : has("waiting")
      ? "waiting"
      : has("applied", "already")
        ? has("held")
          ? "held"
          : "done"
        : has("held")
          ? "held"
          : "nothing";
}

/** Tells a held or watched proposal from others, so that it is told once and not every night. */
const sayable = ({ target, held, call }: ActionResult): string =>
  digest([target, held?.by, call.operation]).slice(0, 10);

/** What is new in a message about actions: what became of each, and why. */
export const newsOf = (actions: readonly ActionResult[]): unknown =>
  actions.map(({ id, outcome, held, error }) => [
    id,
    outcome,
    held?.by,
    error === null ? null : withoutVariables(error),
  ]);

const rank: Record<ActionResult["outcome"], number> = {
  failed: 0,
  applied: 1,
  already: 2,
  waiting: 3,
  held: 4,
};
const worstFirst = (actions: readonly ActionResult[]): ActionResult[] =>
  actions.toSorted((a, b) => rank[a.outcome] - rank[b.outcome]);

function title(unit: string, region: string, actions: readonly ActionResult[], mode: Mode): string {
  const of = (...outcomes: string[]) => actions.filter(({ outcome }) => outcomes.includes(outcome));
  const watched = of("held").filter(({ held }) => held?.by === "watch").length;
  const parts = [
    [of("failed").length, "failed"],
    [of("applied", "already").length, "changed"],
    [of("waiting").length, "waiting for approval"],
    [watched, "it would change"],
    [of("held").length - watched, "held"],
  ] as const;
  const said = parts.flatMap(([count, words]) => (count ? [`${count} ${words}`] : [])).join(", ");
  return `${unit} in ${region}${mode === "watch" ? " (watch)" : ""}: ${said || "something to know"}`;
}

export async function finishRun(
  mine: Attempt,
  happened: RunFindings,
  host: Host,
): Promise<RunResult> {
  const { place, id, start } = mine;
  const { actions, plan, mode, found, notes } = happened;
  const now = host.clock.now();
  const outcome = happened.message ? "done" : outcomeOf(actions);
  const result: RunResult = {
    id,
    automation: place.unit,
    account: place.account,
    region: place.region,
    mode,
    at: now,
    outcome,
    found,
    plan: plan && { id: plan.id, hash: plan.hash, expires: plan.expires },
    actions,
    calls: { ...host.clients.calls },
    ...(happened.message && { message: happened.message }),
  };
  const stored: RunResult = { ...result, actions: worstFirst(actions).slice(0, mostActions) };

  const before = await heartbeatOf(host.store, place);
  const sayables = actions
    .filter(
      ({ outcome: one, held }) =>
        one === "held" && held?.by !== "own-echo" && held?.by !== "changed",
    )
    .map(sayable);
  const known = new Set(before?.said);
  const swept = start.only === undefined && start.kind !== "decision";
  const news =
    actions.some(({ outcome: one }) => one !== "held") ||
    sayables.some((one) => !known.has(one)) ||
    happened.message !== undefined ||
    notes.some((note) => !known.has(digest(note).slice(0, 10)));

  const failed = outcome === "failed";
  const steps: Step[] = [
    ...runSteps("unit", stored),
    beat(place, {
      at: now,
      run: id,
      outcome,
      found,
      mode,
      said: [
        ...new Set([
          ...(swept ? [] : (before?.said ?? [])),
          ...sayables,
          ...notes.map((note) => digest(note).slice(0, 10)),
        ]),
      ].slice(-mostSaid),
    }),
    ...(swept ? [sweptNow(place, { at: now, found })] : []),
    // A run with a failed action stays open, so that the next delivery tries again what is left.
    failed ? reopened(held(mine)) : finished(held(mine), now),
  ];
  if (news)
    steps.push(
      post(`unit#${place.unit}`, {
        ...messageOf(mine, stored, happened, actions.length),
        ...(await carried(start, host)),
      }),
    );
  const lost = await host.store.transact(steps);
  if (lost.length)
    throw new TryAgain(`${id} was taken up by another attempt meanwhile; its record stands`);

  const nothingWorked =
    failed && !actions.some(({ outcome: one }) => one === "applied" || one === "already");
  if (nothingWorked) await trip(mine, host, "every change that it tried failed");
  else if (start.kind === "sweep" || start.kind === "event") await wentWell(place, host);
  host.log.info("run", { run: id, outcome, found, mode, actions: actions.length });
  return result;
}

/** Whose word it carries out: what is told of it belongs to where they were asked. */
async function carried({ plan }: Start, { store }: Host): Promise<Pick<RunTold, "carries">> {
  if (plan === undefined) return {};
  // The changes are made and must be recorded, whether or not this can be read again.
  const decision = await decisionOn(store, plan).catch(() => undefined);
  return { carries: { plan, ...(decision && { by: decision.by }) } };
}

const held = ({ id, attempt, ...claim }: Attempt) => ({ ...claim, run: id, number: attempt });

function messageOf(
  { place, id }: Attempt,
  result: RunResult,
  { notes, message, tags, lost = [] }: RunFindings,
  total: number,
): Outgoing {
  const omitted = total - result.actions.length;
  const changed = result.actions.some(
    ({ outcome }) => outcome === "applied" || outcome === "waiting",
  );
  const facts = Object.fromEntries([
    ...(changed && lost.length ? [["an undo does not bring back", lost.join(" ")] as const] : []),
    ...notes.map((note, at) => [notes.length > 1 ? `note ${at + 1}` : "note", note] as const),
    ...(omitted > 0 ? [["not listed", `${omitted} more`] as const] : []),
  ]);
  const severity =
    result.outcome === "failed"
      ? "critical"
      : result.outcome === "waiting" || notes.length
        ? "warning"
        : "info";
  return {
    // The same content is the same message, whichever attempt says it.
    id: `${id}.${digest([newsOf(result.actions), notes.map(withoutVariables), message]).slice(0, 8)}`,
    at: result.at,
    account: place.account,
    region: place.region,
    unit: place.unit,
    ...(message
      ? { ...message, kind: "report" as const }
      : {
          kind: "run" as const,
          severity,
          title: title(place.unit, place.region, result.actions, result.mode),
          ...(Object.keys(facts).length && { facts }),
          ...(tags && Object.keys(tags).length && { tags }),
          run: result,
        }),
  };
}

/**
 * Failures count in a row. Once the breaker is open, only a person closes it: a run that only
 * watched proves nothing.
 */
async function wentWell(place: Place, host: Host): Promise<void> {
  const failed = await failures(host.store, place);
  if (failed > 0 && failed < host.settings.breaker) await resetFailures(host.store, place);
}

/**
 * Counts a failed run; the one that opens the breaker is told. Those that a person started do not
 * count (rule: caps).
 */
async function trip({ place, id, start }: Attempt, host: Host, why: string): Promise<void> {
  if (start.kind !== "sweep" && start.kind !== "event") return;
  const count = await countFailure(host.store, place);
  if (count !== host.settings.breaker) return;
  await host.store.transact([
    post(`unit#${place.unit}`, {
      id: `${id}.breaker`,
      at: host.clock.now(),
      account: place.account,
      region: place.region,
      unit: place.unit,
      kind: "breaker",
      severity: "critical",
      title: `${place.unit} in ${place.region} only watches from now on: ${count} runs in a row have failed`,
      facts: {
        "last error": why,
        "what now": `mend the cause, then \`npx nightshift resume ${place.unit}\``,
      },
      key: `breaker ${place.unit} ${place.account} ${place.region}`,
    }),
  ]);
}

/**
 * A run that could not be carried out to its end: says so, counts it, and lets the next delivery
 * take it up.
 */
export async function fail(mine: Attempt, error: unknown, host: Host): Promise<void> {
  const { place, id, start } = mine;
  const why = inOneLine(error);
  host.log.error("a run failed", { run: id, error: why });
  try {
    // Another attempt has taken it up: its record stands, not ours.
    if (!(await release(host.store, held(mine)))) return;
    if (error instanceof TryAgain) return;
    const now = host.clock.now();
    const result: RunResult = {
      id,
      automation: place.unit,
      account: place.account,
      region: place.region,
      mode: host.settings.mode,
      at: now,
      outcome: "failed",
      found: 0,
      plan: null,
      actions: [],
      calls: { ...host.clients.calls },
      error: why,
    };
    await host.store.transact([
      ...runSteps("unit", result),
      post(`unit#${place.unit}`, {
        id: `${id}.${digest(withoutVariables(why)).slice(0, 8)}`,
        at: now,
        account: place.account,
        region: place.region,
        unit: place.unit,
        kind: "run",
        severity: "critical",
        ...(await carried(start, host)),
        title: `${place.unit} in ${place.region} could not be carried out`,
        facts: {
          error: why,
          "so far": "what it had changed before is recorded and can be undone",
          "what now": "it is tried again by itself; if it stays so, see `npx nightshift doctor`",
        },
        run: result,
      }),
    ]);
    await trip(mine, host, why);
  } catch (second) {
    // The first error is the one that matters; it goes up, to retries and to the failure queue.
    host.log.error("the failure could not be recorded", { run: id, error: inOneLine(second) });
  }
}
