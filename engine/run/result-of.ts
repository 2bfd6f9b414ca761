import type { ActionRecord } from "../../ledger/actions.ts";
import { actionId } from "../../ledger/ids.ts";
import type { ActionResult, Held, WayBackShown } from "../../ledger/result.ts";
import { shownProposal, type Work } from "./plan.ts";

/** What became of a proposal that was not begun. */
export const fromWork = (
  work: Work,
  run: string,
  held: Held | null,
  waits: boolean,
): ActionResult => ({
  ...shownProposal(work),
  id: actionId(run, work.digest),
  outcome: waits ? "waiting" : "held",
  verified: null,
  held: waits ? null : held,
  error: null,
});

/**
 * What became of one that was: its record. `work`: for the way back that its operation declares.
 */
export const fromRecord =
  (work: readonly Work[]) =>
  (record: ActionRecord): ActionResult => {
    const proposed = work.find(({ digest }) => digest === record.digest);
    const given = record.undo?.length === 1 && record.undo[0] ? record.undo[0] : record.undo;
    const undo: WayBackShown = proposed ? shownProposal(proposed).undo : (given ?? []);
    return {
      id: record.id,
      target: record.target,
      because: record.because,
      call: record.call,
      outcome: record.outcome === "intended" ? "failed" : record.outcome,
      verified: record.verified,
      held: record.held,
      error:
        record.outcome === "intended" ? "whether it had its effect is not known" : record.error,
      undo,
      savesPerMonth: record.savesPerMonth,
    };
  };
