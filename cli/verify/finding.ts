/** What `verify` finds: ledger and account do not tell the same story. */
export type FindingKind =
  | "no-outcome"
  | "unseen"
  | "drift"
  | "no-record"
  | "unfinished"
  | "lock"
  | "untold"
  | "unexplained"
  | "unreadable";

export interface Discrepancy {
  readonly kind: FindingKind;
  /** `null`: of no single unit. */
  readonly unit: string | null;
  readonly region: string;
  /** The action, run, target, message or CloudTrail event that it is about. */
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** As a heading says it. */
export const findingWords: Readonly<Record<FindingKind, string>> = {
  "no-outcome": "nobody knows what became of it",
  unseen: "done, and never seen to be so",
  drift: "not as it was left",
  "no-record": "a run without its record",
  unfinished: "a run, or a flow that one began, that nobody finished",
  lock: "a lock that was left behind",
  untold: "a message that nobody was told",
  unexplained: "a change by our role that no action explains",
  unreadable: "could not be looked at",
};
