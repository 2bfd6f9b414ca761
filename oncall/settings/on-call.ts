/** Who is called about what, through what: the part of the settings that makes a team's on-call. */
import type { Severity } from "../../sdk/message.ts";
import type { Span } from "../../sdk/time.ts";
import type { Match } from "../../settings/match.ts";

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

/** From a hand-over on other people are in a rotation, or the same in another order. */
export interface RotationChange {
  /** The day of the hand-over to the first of them: `2026-12-07`. */
  readonly from: string;
  /** Keys of `people`, in their order. */
  readonly people: readonly string[];
}

export interface Rotation {
  /**
   * Keys of `people`, in their order. Whoever is on goes by the whole list: where somebody else is
   * to be in it later, that is one of `changes`, so that nobody's turn moves.
   */
  readonly people: readonly string[];
  /** Later lists, in the order of their days. Until the first of them `people` holds. */
  readonly changes?: readonly RotationChange[] | undefined;
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

/** Who is called about what fits, step after step, until somebody takes it. */
export interface Escalation {
  readonly match?: Match | undefined;
  readonly steps: readonly EscalationStep[];
  /**
   * While nobody takes it: so long after the last step it begins again with the first, so many
   * times. Absent: everybody is called once more together, is told that nobody else will be, and
   * that is the end of it.
   */
  readonly again?: { readonly after: Span; readonly times: number } | undefined;
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
  readonly escalations?: readonly Escalation[] | undefined;
  readonly group?: Grouping | undefined;
  readonly inhibit?: readonly Inhibition[] | undefined;
  readonly quietHours?: QuietHours | undefined;
  /**
   * When the digest of the last 24 hours is told, in the settings' `timeZone`: `08:30`. Absent:
   * none.
   */
  readonly digestAt?: string | undefined;
}

/** With what was left out filled in. */
export interface ParsedRotation extends Rotation {
  readonly timeZone: string;
  readonly changes: readonly RotationChange[];
  readonly overrides: readonly Override[];
}
/** With what was left out filled in. */
export interface ParsedOnCall extends OnCall {
  readonly rotations: Readonly<Record<string, ParsedRotation>>;
  readonly escalations: NonNullable<OnCall["escalations"]>;
  readonly group: Required<{ readonly [K in keyof Grouping]: NonNullable<Grouping[K]> }>;
  readonly inhibit: readonly (Inhibition & Required<Pick<Inhibition, "equal">>)[];
  readonly quietHours?:
    | (QuietHours & { readonly except: NonNullable<QuietHours["except"]> })
    | undefined;
}
