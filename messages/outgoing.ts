import type { RunResult } from "../ledger/result.ts";
import type { IncidentNews } from "../oncall/settings/on-call.ts";
import type { Message } from "../sdk/message.ts";

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
  /**
   * An event said that it was over, and the state does not say so, or could not be read: why. It
   * opens nothing new and changes nothing that is open. A fact says it to people.
   */
  readonly stillOpen?: string;
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
