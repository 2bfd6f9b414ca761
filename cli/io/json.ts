/**
 * The JSON that verbs print: a contract. Our own times are ISO 8601; the inputs of calls keep the
 * codec's form, so that dates and bytes in them survive.
 */

import { numbersIn } from "../../ledger/numbers.ts";
import type { PlanResult, RunResult, ShownCall, WayBackShown } from "../../ledger/result.ts";
import { encode } from "../../sdk/codec.ts";
import type { Chart, Message } from "../../sdk/message.ts";
import { plainJson } from "../../sdk/plain.ts";

/** One document, readable, and safe to look at on a terminal. */
export const json = (value: unknown): string => plainJson(JSON.stringify(value, null, 2));

const chartJson = ({ points = [], ...chart }: Chart): object => ({
  ...chart,
  points: points.map(([at, value]) => [at.toISOString(), value]),
});

/** What a report or signal tells, its times as text. */
export const messageJson = ({ chart, ...message }: Message): object => ({
  ...message,
  ...(chart && { chart: chartJson(chart) }),
});

export const callJson = ({
  operation,
  input,
}: {
  readonly operation: string;
  readonly input: object | null;
}) => ({ operation, input: encode(input) });
/** A call, a list of them where it takes several, or why there is none. */
export function backJson(undo: WayBackShown): object {
  if ("irreversible" in undo) return { irreversible: undo.irreversible };
  if (Array.isArray(undo)) return undo.map(callJson);
  return callJson(undo as ShownCall);
}

export const planJson = (plan: PlanResult, message?: Message | null): object => ({
  automation: plan.automation,
  account: plan.account,
  region: plan.region,
  at: plan.at.toISOString(),
  found: plan.found,
  hash: plan.hash,
  proposals: plan.proposals.map(({ savesPerMonth, unpriced, ...change }) => ({
    target: change.target,
    because: change.because,
    call: callJson(change.call),
    undo: backJson(change.undo),
    savesPerMonth,
    ...(unpriced && { unpriced }),
    held: change.held,
  })),
  ...(plan.unjudged && { unjudged: plan.unjudged }),
  ...(message !== undefined && { message: message && messageJson(message) }),
});

/** A run that had nothing to look at has no record, hence no id. */
export type Ran = Omit<RunResult, "id" | "at"> & { readonly id: string | null; readonly at?: Date };

export const runJson = (run: Ran): object => ({
  id: run.id,
  automation: run.automation,
  account: run.account,
  region: run.region,
  mode: run.mode,
  outcome: run.outcome,
  found: run.found,
  numbers: numbersIn(run),
  plan: run.plan && {
    id: run.plan.id,
    hash: run.plan.hash,
    expires: run.plan.expires.toISOString(),
    ...(run.plan.part && { part: run.plan.part }),
  },
  actions: run.actions.map((action) => {
    const { id, target, because, outcome, verified, held, error, undo, differs } = action;
    const { putBack, again } = action;
    return {
      id,
      target,
      because,
      outcome,
      verified,
      held,
      error,
      undo: backJson(undo),
      ...(putBack && { putBack }),
      ...(again !== undefined && { again }),
      ...(differs?.length && { differs }),
    };
  }),
  ...(run.unjudged && { unjudged: run.unjudged }),
  ...(run.flowsEndBy && { flowsEndBy: run.flowsEndBy.toISOString() }),
  calls: { reads: run.calls.reads, writes: run.calls.writes },
  ...(run.message && { message: messageJson(run.message) }),
  ...(run.error !== undefined && { error: run.error }),
});

/** One is itself; an event file may carry several, which are a list. */
export const oneOrMore = (documents: readonly object[]): object =>
  documents.length === 1 && documents[0] ? documents[0] : documents;
