/** A proposal in hand: what a run plans, guards, carries out and verifies. */

import type { CallData } from "../../ledger/actions.ts";
import type { PutBack, ShownTarget } from "../../ledger/result.ts";
import type { Write } from "../../sdk/call.ts";
import { digest } from "../../sdk/codec.ts";
import type { Candidate } from "../guards/guard.ts";

/** A proposal with all that guards, ledger and verification need of its target. */
export interface PlannedChange extends Candidate {
  readonly because: string;
  readonly call: CallData;
  readonly write: Write;
  /** As the proposal gave it; `null`: the operation's own inverse. */
  readonly undo: readonly CallData[] | null;
  readonly once: string | null;
  readonly savesPerMonth: number | null;
  /** Why a person is asked first, whatever the mode. */
  readonly asks?: string;
  /** The unit's own earlier action that it does again, of which people were told. */
  readonly again?: string;
  /** Digest of what it is known by under another id. */
  readonly kin: string;
  /** Absent: nobody has changed it back, as far as is known. */
  readonly putBack?: PutBack;
  /** How bad it is; 0 where the automation does not say. */
  readonly danger: number;
  /** Since when it has been so; absent: the automation does not have that measured. */
  readonly since?: Date | undefined;
  /**
   * Of target, operation and input: not of `because` and `savesPerMonth`, which change daily
   * (rule: what-cannot-come-back).
   */
  readonly digest: string;
  /** The target's state before the call. */
  readonly before: unknown;
  /** For people. */
  readonly shown?: ShownTarget;
}

/** What an approval of one proposal is for: target, operation and input. */
export const coveredBy = (target: string, { operation, input }: CallData): string =>
  digest([target, operation, input]);

/** Covers the sorted digests of the proposals. */
export const planHash = (changes: readonly Pick<PlannedChange, "digest">[]): string =>
  digest(changes.map((change) => change.digest).sort());

const byText = (a: string, b: string): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** For `toSorted`. */
export const byTarget = (a: { readonly target: string }, b: { readonly target: string }): number =>
  byText(a.target, b.target);

/** For `toSorted`: by target, then by digest, so that a plan is the same each time. */
export const inPlanOrder = (a: PlannedChange, b: PlannedChange): number =>
  byTarget(a, b) || byText(a.digest, b.digest);

/** For `toSorted`: the worst first, equals as in the plan. */
export const byDanger = (a: PlannedChange, b: PlannedChange): number =>
  b.danger - a.danger || inPlanOrder(a, b);
