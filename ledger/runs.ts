/** The runs of a unit, and of undo, by time and by id. */

import { keys, type Writer } from "./keys.ts";
import type { RunResult } from "./result.ts";
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
}

const count = (result: RunResult, ...outcomes: string[]) =>
  result.actions.filter(({ outcome }) => outcomes.includes(outcome)).length;

/** The run's record, by its id. */
export const runItem = (writer: Writer, result: RunResult): Step => ({
  put: {
    ...keys.run(writer, result.automation, result.id),
    type: "run",
    state: result.outcome,
    body: result,
  },
});

/** The run in the list of runs, at its time. */
export function runLine(writer: Writer, result: RunResult): Step {
  const begun = count(result, "begun");
  const line: RunLine = {
    run: result.id,
    at: result.at,
    account: result.account,
    region: result.region,
    outcome: result.outcome,
    mode: result.mode,
    found: result.found,
    applied: count(result, "applied", "already"),
    held: count(result, "held"),
    waiting: count(result, "waiting"),
    failed: count(result, "failed"),
    ...(begun && { begun }),
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

/** Newest first. */
export async function* runsOf(
  store: Store,
  writer: Writer,
  unit: string,
  limit: number,
): AsyncIterable<RunLine> {
  for await (const { body } of store.query(keys.runs(writer, unit), { reverse: true, limit }))
    yield body as RunLine;
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
