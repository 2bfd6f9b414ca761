/** What a run says of each proposal and of what became of it. */

import type { ActionRecord } from "../../ledger/actions.ts";
import { actionId } from "../../ledger/ids.ts";
import type { ActionResult, Held } from "../../ledger/result.ts";
import { byTarget, type PlannedChange } from "./planned-change.ts";
import { shownCalls, shownProposal } from "./shown-proposal.ts";

/** All that a run knows of its proposals. */
export interface Outcomes {
  readonly run: string;
  readonly changes: readonly PlannedChange[];
  readonly records: readonly ActionRecord[];
  /** What held those that were not begun, by digest. */
  readonly held: ReadonlyMap<string, Held>;
  /** What a person is asked about. */
  readonly waiting: readonly PlannedChange[];
}

/** One result for each proposal and each record, by target. */
export function actionResults({
  run,
  changes,
  records,
  held,
  waiting,
}: Outcomes): readonly ActionResult[] {
  const recorded = new Set(records.map(({ digest }) => digest));
  const asked = new Set(waiting.map(({ digest }) => digest));
  const notBegun = changes
    .filter(({ digest }) => !recorded.has(digest))
    .map((change): ActionResult => {
      const shown = { ...shownProposal(change), id: actionId(run, change.digest) };
      const { putBack } = change;
      const unsent = { ...shown, ...(putBack && { putBack }), verified: null, error: null };
      if (asked.has(change.digest)) return { ...unsent, outcome: "waiting", held: null };
      return { ...unsent, outcome: "held", held: held.get(change.digest) ?? null };
    });
  const byDigest = new Map(changes.map((change) => [change.digest, change]));
  const begun = records.map((record) => fromRecord(record, byDigest.get(record.digest)));
  return [...begun, ...notBegun].sort(byTarget);
}

/** @param change for the way back that its operation declares */
function fromRecord(record: ActionRecord, change: PlannedChange | undefined): ActionResult {
  const { outcome, error } = outcomeOfRecord(record);
  return {
    id: record.id,
    target: record.target,
    because: record.because,
    call: record.call,
    outcome,
    verified: record.verified,
    held: record.held,
    error,
    ...(record.putBack && { putBack: record.putBack }),
    ...(record.fault && { fault: record.fault }),
    undo: change ? shownProposal(change).undo : shownCalls(record.undo ?? []),
    savesPerMonth: record.savesPerMonth,
    ...(record.unpriced && { unpriced: true }),
    ...(record.name !== undefined && { name: record.name }),
    ...change?.shown,
    ...(change?.again !== undefined && { again: change.again }),
  };
}

function outcomeOfRecord({
  outcome,
  error,
}: ActionRecord): Pick<ActionResult, "outcome" | "error"> {
  if (outcome !== "intended") return { outcome, error };
  return { outcome: "failed", error: "whether it had its effect is not known" };
}
