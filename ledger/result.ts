/**
 * What a run and a plan give: the JSON of `npx nightshift run` and `npx nightshift plan`, a
 * contract.
 */

import type { Message } from "../sdk/message.ts";
import type { Mode } from "../settings/mode.ts";
import type { ActionNumbers } from "./numbers.ts";

export interface Held {
  /** The guard that holds it. */
  readonly by: string;
  readonly why: string;
}

/**
 * The way back as it can be said before: the calls, a call whose input needs the answer, or why
 * there is none.
 */
export type WayBackShown = readonly ShownCall[] | ShownCall | { readonly irreversible: string };
export interface ShownCall {
  readonly operation: string;
  /** `null`: it needs the answer of the call that it takes back. */
  readonly input: object | null;
}

/** A field of a target's state before and after, in words. */
export interface FieldChange {
  /** `null`: it is about the whole. */
  readonly field: string | null;
  readonly before: string;
  readonly after: string;
}

/** `id vol-1 is vol-2, iops 4000 is 3000`: what there was, and what there is in place of it. */
export const differencesText = (differs: readonly FieldChange[]): string =>
  differs
    .map(({ field, before, after }) => `${field === null ? "" : `${field} `}${before} is ${after}`)
    .join(", ");

/** What people read of a target beside its id; older records have none of it. */
export interface ShownTarget {
  /** What they call it. */
  readonly name?: string | undefined;
  readonly changes?: readonly FieldChange[];
  /** It saves what nobody knows, because a price is not known. */
  readonly unpriced?: true;
}

/** A proposal as a plan shows, stores and hashes it. */
export interface Proposed extends ShownTarget {
  /** The target's id. */
  readonly target: string;
  readonly because: string;
  readonly call: { readonly operation: string; readonly input: object };
  readonly undo: WayBackShown;
  /** In US dollars; `null`: nothing. */
  readonly savesPerMonth: number | null;
  readonly held: Held | null;
}

/** Something of which it could not be said whether anything is wrong: it stays as it is. */
export interface UnjudgedTarget {
  readonly target: string;
  readonly within: string | null;
  readonly why: string;
}

/** How many there were, and the first of them. */
export interface UnjudgedTargets {
  readonly count: number;
  readonly targets: readonly UnjudgedTarget[];
}

export interface PlanResult {
  readonly automation: string;
  readonly account: string;
  readonly region: string;
  readonly at: Date;
  /** How many things were looked at. */
  readonly found: number;
  /** Covers the sorted digests of the proposals (target, operation, input). */
  readonly hash: string;
  readonly proposals: readonly Proposed[];
  /** Absent: all could be judged. */
  readonly unjudged?: UnjudgedTargets;
}

/** `begun`: a flow is at it, and tells when it has ended. */
export type ActionOutcome = "applied" | "already" | "begun" | "held" | "waiting" | "failed";

/** That somebody changed back what the unit had changed. */
export interface PutBack {
  /** How often by now. */
  readonly times: number;
  /** An ARN, another unit's id, or "somebody". */
  readonly by: string;
}

/**
 * Whose failure it is: the target's alone, or the system's (its servers, our rights, too many
 * requests), which others would meet too.
 */
export type FailureOf = "target" | "system";

export interface ActionResult extends ShownTarget {
  readonly id: string;
  readonly target: string;
  readonly because: string;
  readonly call: { readonly operation: string; readonly input: object };
  readonly outcome: ActionOutcome;
  /** `null`: not seen yet. */
  readonly verified: true | null;
  readonly held: Held | null;
  /** What AWS or the ledger said, in one line. */
  readonly error: string | null;
  /** Absent: nobody had changed it back. */
  readonly putBack?: PutBack;
  /** The unit's own earlier action that it does again; absent: it is no repetition. */
  readonly again?: string;
  /** Of an undo: in what the target came back otherwise than it was; absent: in nothing that is known. */
  readonly differs?: readonly FieldChange[];
  /** Where it failed and that is known. */
  readonly fault?: FailureOf;
  readonly undo: WayBackShown;
  readonly savesPerMonth: number | null;
}

/** A plan that waits for a person. */
export interface AskedPlan {
  readonly id: string;
  readonly hash: string;
  readonly expires: Date;
  /** Why a person is asked; records of before do not say. */
  readonly why?: string;
  /** Where more wait than one plan holds: which of how many it is. */
  readonly part?: PlanPart;
}

/** One of several plans of a run, each of which is approved or denied by itself. */
export interface PlanPart {
  /** From 1 on, the worst first. */
  readonly number: number;
  readonly of: number;
  /** How many of the changes that wait it holds. */
  readonly changes: number;
  /** How many of them could not be taken back. */
  readonly final: number;
}

export type RunOutcome = "done" | "begun" | "nothing" | "held" | "waiting" | "failed";

export interface RunResult {
  readonly id: string;
  readonly automation: string;
  readonly account: string;
  readonly region: string;
  readonly mode: Mode;
  readonly at: Date;
  readonly outcome: RunOutcome;
  readonly found: number;
  /** The plan that waits for a person, if any; of several parts the first. */
  readonly plan: AskedPlan | null;
  /** Of a record and a message those that matter most: `numbers` are of all. */
  readonly actions: readonly ActionResult[];
  /** Absent in records of before, which list all of their actions. */
  readonly numbers?: ActionNumbers;
  /** Absent: all could be judged. */
  readonly unjudged?: UnjudgedTargets;
  readonly calls: { readonly reads: number; readonly writes: number };
  /** What a report told. */
  readonly message?: Message;
  /** Whoever asked for it, made the call that it answers, or approved it. */
  readonly involved?: readonly string[];
  /** By when the flows that it began have ended. */
  readonly flowsEndBy?: Date;
  /** What it began has ended since: told then, and part of what it came to. */
  readonly flowsEnded?: true;
  /** Why it could not be carried out to its end; what was found and done before is counted. */
  readonly error?: string;
  /**
   * Of an undo of which CloudTrail cannot say all: the digest of what it shows. Whoever gives it with
   * the same undo confirms exactly that.
   */
  readonly confirm?: string;
}
