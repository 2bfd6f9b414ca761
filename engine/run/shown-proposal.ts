/** A proposal as people see it: with its way back, as far as that can be said before the call. */

import type { CallData } from "../../ledger/actions.ts";
import type { Proposed, ShownCall, WayBackShown } from "../../ledger/result.ts";
import type { PlannedChange } from "./planned-change.ts";

/** One call is shown as it is, several as a list. */
export const shownCalls = (calls: readonly CallData[]): WayBackShown => {
  const [only] = calls;
  return calls.length === 1 && only ? only : calls;
};

/** The way back as it can be said before the call is made. */
export function wayBack({
  write,
  call,
  undo,
}: Pick<PlannedChange, "write" | "call" | "undo">): WayBackShown {
  if (undo) return shownCalls(undo);
  if (write.irreversible !== undefined) return { irreversible: write.irreversible };
  const later: ShownCall = { operation: write.undoneBy[0]?.operation ?? "", input: null };
  let asked = false;
  const answer = new Proxy(
    {},
    {
      get() {
        asked = true;
      },
    },
  );
  try {
    const calls = write.invert(call.input, answer);
    if (asked) return later;
    return shownCalls(calls.map(({ operation, input }) => ({ operation, input })));
  } catch {
    // The inverse takes the answer apart, and there is none yet.
    return later;
  }
}

export const shownProposal = (change: PlannedChange): Omit<Proposed, "held"> => ({
  target: change.target,
  because: change.because,
  call: change.call,
  undo: wayBack(change),
  savesPerMonth: change.savesPerMonth,
  ...change.shown,
});
