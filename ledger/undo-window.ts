/**
 * How long an undo is possible (rule: what-cannot-come-back): of what it needs, runs and actions
 * with the states before and after, nothing is ever deleted.
 */
export const undoWindow = {
  short: "at any time",
  sentence: "There is no time limit: the ledger keeps what it needs for ever.",
} as const;
