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
  readonly group: string;
  /**
   * Names the news that this begins or goes on with: threads and dedup keys go by it. What is new
   * begins one of its own. Absent in what was stored before: the group.
   */
  readonly thread?: string | undefined;
  /** Threads of which nothing is left: what stood there is told anew here, or over. */
  readonly ends?: readonly string[] | undefined;
  readonly incidents: readonly IncidentShown[];
  /** How many there are beside those shown. */
  readonly more?: number | undefined;
  /** How many others of the same thread are not over. */
  readonly open?: number | undefined;
  /** How many of those somebody has taken. */
  readonly taken?: number | undefined;
  /** How many others of the group are open, told or counted before. */
  readonly beside?: number | undefined;
  /** With an escalation: it was its last step, nobody else will be called. */
  readonly last?: boolean | undefined;
  /** Keys of `people`: who is called now. */
  readonly calls: readonly string[];
}
