/**
 * What a run and a plan give: the JSON of `npx nightshift run` and `npx nightshift plan`, a
 * contract.
 */

import type { IncidentNews } from "../oncall/settings/on-call.ts";
import type { Message } from "../sdk/message.ts";
import type { Mode } from "../settings/settings.ts";

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

/** A proposal as a plan shows, stores and hashes it. */
export interface Proposed {
  /** The target's id. */
  readonly target: string;
  readonly because: string;
  readonly call: { readonly operation: string; readonly input: object };
  readonly undo: WayBackShown;
  /** In US dollars; `null`: nothing. */
  readonly savesPerMonth: number | null;
  readonly held: Held | null;
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
}

export type ActionOutcome = "applied" | "already" | "held" | "waiting" | "failed";

export interface ActionResult {
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
  readonly undo: WayBackShown;
  readonly savesPerMonth: number | null;
}

export type RunOutcome = "done" | "nothing" | "held" | "waiting" | "failed";

export interface RunResult {
  readonly id: string;
  readonly automation: string;
  readonly account: string;
  readonly region: string;
  readonly mode: Mode;
  readonly at: Date;
  readonly outcome: RunOutcome;
  readonly found: number;
  /** The plan that waits for a person, if any. */
  readonly plan: { readonly id: string; readonly hash: string; readonly expires: Date } | null;
  readonly actions: readonly ActionResult[];
  readonly calls: { readonly reads: number; readonly writes: number };
  /** What a report told. */
  readonly message?: Message;
  /** Why it could not be carried out at all. */
  readonly error?: string;
}

/** What waits in the outbox: enough to tell it through any channel without asking AWS again. */
export interface Outgoing extends Message {
  readonly id: string;
  readonly at: Date;
  readonly account: string;
  readonly region: string;
  /** The unit that it comes from. */
  readonly unit: string;
  readonly kind:
    | "run"
    | "report"
    | "signal"
    | "decision"
    | "undo"
    | "breaker"
    | "watchdog"
    | "exemption"
    | "incident"
    | "digest";
  readonly run?: RunResult;
  /**
   * Of kind `signal`: the event as JSON, without secrets and cut, for whoever looks closer.
   * Channels do not show it.
   */
  readonly event?: string;
  /** Where it `closes`: the state was read anew and says so too (rule: events-close-nothing). */
  readonly confirmed?: boolean;
  /** Of a run that carries out what a person approved: the plan, and who approved it. */
  readonly carries?: { readonly plan: string; readonly by?: string };
  /** Of kind `incident`: what became of which. */
  readonly news?: IncidentNews;
  /**
   * The channels that it is for, whatever the routes say: what was withheld goes where it would
   * have gone.
   */
  readonly to?: readonly string[];
  /**
   * An event that did not come from AWS itself: labelled, no links, closes nothing (rule:
   * events-close-nothing).
   */
  readonly untrusted?: boolean;
}
