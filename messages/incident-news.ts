/** What messages of kind `incident` carry: the incidents they are about, as anybody may show them. */
import type { Severity } from "../sdk/message.ts";

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
