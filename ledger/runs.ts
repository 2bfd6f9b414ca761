/** The runs of a unit, and of undo, by time and by id. */

import { serialise } from "../sdk/codec.ts";
import { keys, type Writer } from "./keys.ts";
import { numbersIn } from "./numbers.ts";
import type { ActionResult, RunResult } from "./result.ts";
import type { Step, Store } from "./store.ts";

/** A run in one line. */
export interface RunLine {
  readonly run: string;
  readonly at: Date;
  readonly account: string;
  readonly region: string;
  readonly outcome: RunResult["outcome"];
  readonly mode: RunResult["mode"];
  readonly found: number;
  readonly applied: number;
  readonly held: number;
  readonly waiting: number;
  readonly failed: number;
  /** Flows that it began; what became of them is in a line of its own. */
  readonly begun?: number;
  /** It is that line: of the flows that an earlier run began, at the time of their end. */
  readonly ends?: true;
  /** In US dollars a month, of what was done; absent in lines of before. */
  readonly saves?: number;
  /** Of what was done: what saves what nobody knows; absent: none, or a line of before. */
  readonly unpriced?: number;
  /** It did not come to its end: what it counts is what was found and done before. */
  readonly died?: true;
}

/** DynamoDB takes 400 KB an item, and whatever else of a run is in it is small. */
const mostBytes = 200_000;
const mostActions = 150;

const rank: Record<ActionResult["outcome"], number> = {
  failed: 0,
  applied: 1,
  begun: 1,
  already: 2,
  waiting: 3,
  held: 4,
};

/**
 * As it fits into an item, whatever the names in it: with the actions that matter most, and the
 * numbers of all. What was applied is recorded on its own anyway.
 */
export function shortened(result: RunResult): RunResult {
  const actions: ActionResult[] = [];
  let bytes = 0;
  for (const action of result.actions.toSorted((a, b) => rank[a.outcome] - rank[b.outcome])) {
    bytes += Buffer.byteLength(serialise(action));
    if (actions.length === mostActions || bytes > mostBytes) break;
    actions.push(action);
  }
  return { ...result, actions, numbers: numbersIn(result) };
}

/** The run's record, by its id. */
export const runItem = (writer: Writer, result: RunResult): Step => ({
  put: {
    ...keys.run(writer, result.automation, result.id),
    type: "run",
    state: result.outcome,
    body: shortened(result),
  },
});

/** The run in the list of runs, at its time. */
export function runLine(writer: Writer, result: RunResult): Step {
  const { applied, already, begun, held, watched, waiting, failed, saves, unpriced } =
    numbersIn(result);
  const line: RunLine = {
    run: result.id,
    at: result.at,
    account: result.account,
    region: result.region,
    outcome: result.outcome,
    mode: result.mode,
    found: result.found,
    applied: applied + already,
    held: held + watched,
    waiting,
    failed,
    saves,
    ...(unpriced && { unpriced }),
    ...(begun && { begun }),
    ...(result.flowsEnded && { ends: true }),
    ...(result.error !== undefined && { died: true }),
  };
  return {
    put: {
      pk: keys.runs(writer, result.automation),
      sk: `${result.at.toISOString()}#${result.id}`,
      type: "line",
      body: line,
    },
  };
}

/** The steps that record a run, for the transaction that ends it. */
export const runRecord = (writer: Writer, result: RunResult): Step[] => [
  runItem(writer, result),
  runLine(writer, result),
];

export const runById = async (
  store: Store,
  writer: Writer,
  unit: string,
  run: string,
): Promise<RunResult | undefined> =>
  (await store.get(keys.run(writer, unit, run)))?.body as RunResult | undefined;

/** Newest first; read page by page, so that whoever stops early pays for no more. */
export async function* runsOf(
  store: Store,
  writer: Writer,
  unit: string,
  limit?: number,
): AsyncIterable<RunLine> {
  const range = { reverse: true, ...(limit !== undefined && { limit }) };
  for await (const { body } of store.query(keys.runs(writer, unit), range)) yield body as RunLine;
}

/** Oldest first, from a time on. */
export async function* runsSince(
  store: Store,
  writer: Writer,
  unit: string,
  from: Date,
): AsyncIterable<RunLine> {
  for await (const { body } of store.query(keys.runs(writer, unit), { from: from.toISOString() }))
    yield body as RunLine;
}
