/** What waits in the outbox: enough to tell it through any channel without asking AWS again. */
import type { RunResult } from "../ledger/result.ts";
import type { Message } from "../sdk/message.ts";
import type { Mute } from "../settings/route.ts";
import type { IncidentNews } from "./incident-news.ts";

interface Told extends Message {
  readonly id: string;
  readonly at: Date;
  readonly account: string;
  readonly region: string;
  /** The unit that it comes from. */
  readonly unit: string;
}

/** What an automation's run did, would do, or failed at. */
export interface RunTold extends Told {
  readonly kind: "run";
  readonly run: RunResult;
  /** It carries out what a person approved: the plan, and who approved it. */
  readonly carries?: { readonly plan: string; readonly by?: string };
}

/** What a report found. */
export interface ReportTold extends Told {
  readonly kind: "report";
  /** A flow that is under way says it: the action that it carries out. Whoever stops it names that. */
  readonly flow?: string;
}

/** What an event says. */
export interface SignalTold extends Told {
  readonly kind: "signal";
  /**
   * The event as JSON, without secrets and cut, for whoever looks closer. Channels do not show it.
   */
  readonly event?: string;
  /**
   * It did not come from AWS itself: labelled, no links, closes nothing (rule:
   * events-close-nothing).
   */
  readonly untrusted?: boolean;
  /** Where it `closes`: the state was read anew and says so too (rule: events-close-nothing). */
  readonly confirmed?: boolean;
  /**
   * It is `confirmed` by AWS's own word on the bus alone: the matter has no state that could be
   * read.
   */
  readonly asSaid?: boolean;
  /** Why its state could not be read in this account at all, where that is why it is `asSaid`. */
  readonly unread?: string;
  /** The event says that it is over, and this is why that is not believed: it stays as bad as it was. */
  readonly doubt?: string;
}

/** A person's word on a plan, where nothing is carried out for it. */
export interface DecisionTold extends Told {
  readonly kind: "decision";
  /** Absent in what was stored before it was a field of its own: `facts` say it there. */
  readonly plan?: string;
  /** Who decided. Absent as `plan` is. */
  readonly by?: string;
}

/** What was taken back. */
export interface UndoTold extends Told {
  readonly kind: "undo";
  readonly run: RunResult;
  /** Who took it back. Absent in what was stored before it was a field of its own. */
  readonly by?: string;
}

/** An automation only watches from now on. */
export interface BreakerTold extends Told {
  readonly kind: "breaker";
}

/** What Nightshift says of itself. */
export interface WatchdogTold extends Told {
  readonly kind: "watchdog";
  /** Where it `closes`: the state was read anew and says so too. */
  readonly confirmed?: boolean;
}

/** Somebody asked for something to be left alone, or no longer. */
export interface ExemptionTold extends Told {
  readonly kind: "exemption";
}

/** Until when something is not told, and by which mute; by none it is quiet hours. */
export interface MessageHeld {
  readonly until: Date;
  readonly mute?: Pick<Mute, "until" | "owner" | "reason"> | undefined;
}

/** What became of incidents. */
export interface IncidentTold extends Told {
  readonly kind: "incident";
  readonly news: IncidentNews;
  /**
   * The channels that it is for: those that the incidents' own routes name, and those that were told
   * of them before, past routes, mutes and quiet hours. Absent: the routes decide by the message.
   */
  readonly to?: readonly string[];
  /** It is not told now, only counted; whoever keeps the incidents tells it when that is over. */
  readonly held?: MessageHeld;
  /** Where it `closes`: the state was read anew and says so too. */
  readonly confirmed?: boolean;
}

/** What happened in a time, together. */
export interface DigestTold extends Told {
  readonly kind: "digest";
  /**
   * The channels that it is for, whatever the routes say: what was withheld goes where it would
   * have gone.
   */
  readonly to?: readonly string[];
}

export type Outgoing =
  | RunTold
  | ReportTold
  | SignalTold
  | DecisionTold
  | UndoTold
  | BreakerTold
  | WatchdogTold
  | ExemptionTold
  | IncidentTold
  | DigestTold;

/** Of any of these without some fields, each kind by itself: `Omit` would mix them. */
export type OutgoingWithout<K extends keyof Told> = Outgoing extends infer Each
  ? Each extends Outgoing
    ? Omit<Each, K>
    : never
  : never;

/** Names what stands for a message that is told by itself: the same as long as its matter lasts. */
export const aloneOf = ({
  id,
  key,
  unit,
  account,
  region,
}: Pick<Outgoing, "id" | "key" | "unit" | "account" | "region">): string =>
  key === undefined ? id : `${account}/${region}/${unit}/${key}`;

/** What was done, where a message is about that. */
export const runIn = (message: Outgoing): RunResult | undefined =>
  message.kind === "run" || message.kind === "undo" ? message.run : undefined;

/** What became of incidents, where a message is about that. */
export const newsIn = (message: Outgoing): IncidentNews | undefined =>
  message.kind === "incident" ? message.news : undefined;

/** Whether anybody who may put events on the bus can have written it. */
export const isUntrusted = (message: Outgoing): boolean =>
  message.kind === "signal" && message.untrusted === true;

/**
 * Whether it says that something is over, and nothing speaks against it: an event alone ends
 * nothing (rule: events-close-nothing).
 */
export function saysOver(message: Outgoing): boolean {
  const denied = "confirmed" in message && message.confirmed === false;
  return message.closes === true && !denied;
}
