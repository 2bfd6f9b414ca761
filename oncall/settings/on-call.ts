/** Who is called about what, through what: the part of the settings that makes a team's on-call. */
import type { Severity } from "../../sdk/message.ts";
import type { Span } from "../../sdk/time.ts";

export interface Person {
  /** As people write it; the key in the settings where absent. */
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** Member id, `U0123ABCD`. */
  readonly slack?: string | undefined;
  /** IANA name; the settings' `timeZone` where absent. */
  readonly timeZone?: string | undefined;
}

/** A weekly or daily hand-over at a wall-clock time, whatever daylight saving does. */
export type Handover =
  | { readonly every: "day"; readonly at: string }
  | {
      readonly every: "week";
      readonly on:
        | "monday"
        | "tuesday"
        | "wednesday"
        | "thursday"
        | "friday"
        | "saturday"
        | "sunday";
      readonly at: string;
    };

/**
 * Somebody stands in. Times are wall-clock times in the rotation's zone, `2026-12-24T09:00`;
 * `until` is not included.
 */
export interface Override {
  readonly from: string;
  readonly until: string;
  readonly person: string;
  readonly reason?: string | undefined;
}

export interface Rotation {
  /** Keys of `people`, in their order. */
  readonly people: readonly string[];
  /** The day of the first hand-over, to the first of them: `2026-11-02`. */
  readonly from: string;
  readonly handover: Handover;
  /** IANA name; the settings' `timeZone` where absent. */
  readonly timeZone?: string | undefined;
  readonly overrides?: readonly Override[] | undefined;
}

/** After how long without an acknowledgement who is called: a rotation's or a person's key. */
export interface EscalationStep {
  /** Since the incident was opened. */
  readonly after: Span;
  readonly call: readonly string[];
}

/**
 * What something matches by; all that is named must fit. `*` at the end of a text stands for any
 * rest.
 */
export interface Match {
  readonly severity?: readonly Severity[] | undefined;
  /** Of the unit: the folder under `functions/`. */
  readonly family?: readonly string[] | undefined;
  readonly unit?: readonly string[] | undefined;
  readonly account?: readonly string[] | undefined;
  readonly region?: readonly string[] | undefined;
  /** Of what is affected, where it is known: `{ team: ["payments"] }`. */
  readonly tags?: Readonly<Record<string, readonly string[]>> | undefined;
}

/**
 * As Prometheus Alertmanager does: what matches `target` is not notified while an incident matches
 * `source` and both agree in `equal`.
 */
export interface Inhibition {
  readonly source: Match;
  readonly target: Match;
  readonly equal?: readonly GroupLabel[] | undefined;
}

/** What incidents can be grouped by. */
export type GroupLabel = "severity" | "family" | "unit" | "account" | "region" | "key";

/** How incidents are told. Names and meaning are Alertmanager's. */
export interface Grouping {
  /** Default `["unit", "account", "region"]`. */
  readonly by?: readonly GroupLabel[] | undefined;
  /**
   * From a group's first incident to its first notification, so that what belongs together comes
   * together. Default 30 seconds.
   */
  readonly wait?: Span | undefined;
  /** At least so long between two notifications of a group that has changed. Default 5 minutes. */
  readonly interval?: Span | undefined;
  /** What has not changed is told again after this. Default 4 hours. */
  readonly repeat?: Span | undefined;
}

/**
 * Not by night, below a severity. What is withheld is told when they end, in one message.
 * Wall-clock times in the person's zone.
 */
export interface QuietHours {
  readonly from: string;
  readonly until: string;
  /** This severity and worse is told all the same. Default `critical`. */
  readonly except?: Severity | undefined;
}

export interface OnCall {
  readonly rotations: Readonly<Record<string, Rotation>>;
  /**
   * The first whose `match` fits. Where none does, nobody is called by name: the routes alone tell.
   */
  readonly escalations?:
    | readonly { readonly match?: Match | undefined; readonly steps: readonly EscalationStep[] }[]
    | undefined;
  readonly group?: Grouping | undefined;
  readonly inhibit?: readonly Inhibition[] | undefined;
  readonly quietHours?: QuietHours | undefined;
  /**
   * When the digest of the last 24 hours is told, in the settings' `timeZone`: `08:30`. Absent:
   * none.
   */
  readonly digestAt?: string | undefined;
}

/** Told through `channel` when all that is named fits. */
export interface RouteSetting {
  /** `sns`, or a key of `channels`. */
  readonly channel: string;
  readonly match?: Match | undefined;
  /** Only messages of this severity or worse. Absent: all. */
  readonly atLeast?: Severity | undefined;
  /**
   * Where it goes when this channel cannot be reached: `sns`, or a key of `channels`. Default
   * `sns`.
   */
  readonly fallback?: string | undefined;
  /** `sns` only: subscribed to the topic at deployment. */
  readonly email?: readonly string[] | undefined;
}

/** Not told, until a time; listed all the same. */
export interface Mute {
  readonly match: Match;
  /** `2026-12-01` (the last day, UTC) or `2026-12-01T06:00Z`. */
  readonly until: string;
  readonly owner: string;
  readonly reason: string;
}

/** An incident as messages show it. */
export interface IncidentShown {
  /** `inc.` and what names it: the same for all its messages. */
  readonly id: string;
  readonly state: "open" | "acknowledged" | "snoozed" | "resolved";
  readonly severity: Severity;
  readonly title: string;
  readonly openedAt: Date;
  readonly resolvedAt?: Date | undefined;
  /** How often its signal came. */
  readonly count: number;
  /** Who has taken it, or decided last. */
  readonly by?: string | undefined;
  readonly snoozedUntil?: Date | undefined;
}

/** What a notification of incidents is about: one group of them, worst first. */
export interface IncidentNews {
  /** Why it is told now. */
  readonly why:
    | "opened"
    | "changed"
    | "repeat"
    | "escalated"
    | "acknowledged"
    | "snoozed"
    | "resolved";
  /** Names the group: threads and dedup keys go by it. */
  readonly group: string;
  readonly incidents: readonly IncidentShown[];
  /** How many there are beside those shown. */
  readonly more?: number | undefined;
  /**
   * Where only one is shown that somebody did something with: how many others of the group are
   * still open.
   */
  readonly open?: number | undefined;
  /** Keys of `people`: who is called now. */
  readonly calls: readonly string[];
}
