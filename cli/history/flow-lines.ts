/** What the ledger tells of a flow beside its action: how far it is, and each of its calls. */
import type { ActionRecord } from "../../ledger/actions.ts";
import { actionInRun } from "../../ledger/actions.ts";
import { type FlowUnderWay, flowOf, type Written, writtenBy } from "../../ledger/flows.ts";
import { isUndo, runOf, undoneId } from "../../ledger/ids.ts";
import type { ActionResult } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import { serialise } from "../../sdk/codec.ts";
import { cut } from "../../sdk/plain.ts";
import type { Repeat } from "../io/repeat.ts";
import { undoCommandText } from "../io/undo-text.ts";
import { command, utcText } from "../io/words.ts";

/** The ids of what was made are among an answer's first fields. */
const longestShown = 200;

/** What is shown of one flow. */
export interface FlowShown {
  /** Absent: it is over, or, as long as its action is `begun`, lost. */
  readonly underWay?: FlowUnderWay;
  readonly wrote: readonly Written[];
  /** Of the undo of a flow: the flow's own action as it is now. */
  readonly stopped?: ActionRecord;
}

/** @returns `undefined` for what is no flow */
export async function flowShown(
  store: Store,
  action: ActionRecord,
): Promise<FlowShown | undefined> {
  if (!action.call.operation.startsWith("flow:")) return undefined;
  const { unit, run, undoes, outcome } = action;
  const flow = { unit, run, action: undoes ?? action.id };
  if (undoes !== undefined) {
    const stopped = await actionInRun(store, "unit", { ...action, id: undoes });
    return { wrote: [], ...(stopped && outcome === "begun" && { stopped }) };
  }
  const underWay = outcome === "begun" ? await flowOf(store, action, action.id) : undefined;
  return { wrote: await writtenBy(store, flow), ...(underWay && { underWay }) };
}

const stateWords: Readonly<Record<FlowUnderWay["state"], (lease: string) => string>> = {
  handed: (lease) => `its carrier has been called, and is called again unless it comes by ${lease}`,
  carried: (lease) => `it is at work, and taken up again unless it says so by ${lease}`,
  waiting: (lease) => `it waits, and looks again at ${lease}`,
};

const wroteWords: Readonly<Record<Written["state"], string>> = {
  intended: "about to be sent: whether it had its effect is not known",
  refused: "refused, and had no effect",
  done: "done",
  back: "done, and taken back since",
};

function underWayLines({ state, lease, begun }: FlowUnderWay): string[] {
  const ends = begun.endsBy ? `, and ends by ${utcText(begun.endsBy)} at the latest` : "";
  return [
    `under way since ${utcText(begun.since)}${ends}`,
    stateWords[state](utcText(lease)),
    ...(begun.attempt > 1 ? [`its carrier was lost ${begun.attempt - 1} times before`] : []),
  ];
}

function stoppedLine({ outcome, held, error, id }: ActionRecord): string {
  if (outcome === "begun")
    return `${id} stops at what it asks or writes next, and takes back what it wrote`;
  const why = held?.why ?? error;
  return `${id} has stopped: ${outcome}${why ? `: ${why}` : ""}`;
}

/** What became of the flows that an undo was to stop. */
export async function stoppedLines(
  store: Store,
  unit: string,
  actions: readonly Pick<ActionResult, "id" | "outcome">[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const { id, outcome } of actions) {
    if (outcome !== "begun" || !isUndo(id)) continue;
    const flow = undoneId(id);
    const action = await actionInRun(store, "unit", { unit, run: runOf(flow), id: flow });
    if (action) lines.push(stoppedLine(action));
  }
  return lines;
}

/** @param action whose flow it is */
export function flowLines(
  { id, outcome, undoes }: ActionRecord,
  { underWay, wrote, stopped }: FlowShown,
  repeat: Repeat,
): string[] {
  const lines = wrote.map(({ at, call: { operation, input }, state, output }) => {
    const about = cut(serialise(output ?? input), longestShown);
    return `${utcText(at)}  ${operation}: ${wroteWords[state]}: ${about}`;
  });
  if (stopped) return [stoppedLine(stopped)];
  if (undoes !== undefined || outcome !== "begun") return lines;
  if (!underWay)
    return [
      ...lines,
      `nobody carries it, and nothing says how it ended: \`${command} verify\`, and look at its target by hand`,
    ];
  return [
    ...underWayLines(underWay),
    ...lines,
    `to stop it and take back what it wrote: ${undoCommandText(id, repeat)}`,
  ];
}

const writtenJson = ({ at, call, state }: Written): object => ({
  at: at.toISOString(),
  operation: call.operation,
  state,
});

export const flowJson = ({ underWay, wrote }: FlowShown): object => ({
  ...(underWay && {
    since: underWay.begun.since.toISOString(),
    endsBy: underWay.begun.endsBy?.toISOString() ?? null,
    state: underWay.state,
    until: underWay.lease.toISOString(),
    attempt: underWay.begun.attempt,
  }),
  wrote: wrote.map(writtenJson),
});
