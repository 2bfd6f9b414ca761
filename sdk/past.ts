/** What the ledger knows of some days that are over, as a report is given it. */
import type { Saving } from "./saving.ts";

/** What one unit did in these days, in all accounts and regions. */
export interface PastUnit {
  readonly unit: string;
  readonly runs: number;
  /** Runs that did not come to their end. */
  readonly failedRuns: number;
  /** Changes that had their effect, those that were taken back since among them. */
  readonly changed: number;
  readonly failed: number;
  /** Changes that undo took back in these days, whenever they were made. */
  readonly takenBack: number;
  /** Takings back that failed. */
  readonly undoFailed: number;
  /** Begun and not over: a flow is at it, or nobody knows what became of it. */
  readonly underWay: number;
  /** Held by a guard or by its mode at its last look in each place. */
  readonly held: number;
  /**
   * In US dollars, within these days: what each change of them saves a month, for as long as it stood;
   * what a later change of the same target or undo ended stood until then.
   */
  readonly saved: number;
  /** Of the changes of these days that stand at their end, the last of each target: a month. */
  readonly saves: Saving;
  /** How often an answer that is kept with a change says which `result`: a drill's `good`, `bad`. */
  readonly results: Readonly<Record<string, number>>;
}

/** What failed, and was not done since, as far as the ledger knows. */
export interface PastFailure {
  readonly unit: string;
  readonly account: string;
  readonly region: string;
  /** Absent: the whole run failed, and none there has come to its end since. */
  readonly target?: string;
  readonly name?: string;
  readonly at: Date;
  readonly error: string;
}

/** A plan on which nobody has decided, and it is not too late. */
export interface PastPlan {
  readonly id: string;
  readonly unit: string;
  readonly account: string;
  readonly region: string;
  readonly expires: Date;
  readonly changes: number;
  readonly why: string;
}

export interface PastDays {
  /** All that were deployed with this ledger before these days were over, in the order of their ids. */
  readonly units: readonly PastUnit[];
  /** The newest first. */
  readonly open: readonly PastFailure[];
  /** Now, what expires first before others. */
  readonly waiting: readonly PastPlan[];
  /** What the watchdog has found wrong with Nightshift itself, and is not over now. */
  readonly wrong: readonly string[];
  /** Units that were first deployed in these days. */
  readonly begun: readonly string[];
  /** Why some records are in none of this: they cannot be read. */
  readonly unreadable: readonly string[];
}

/** Which days: from a moment on, to before another. */
export interface DaysAsked {
  readonly since: Date;
  readonly until: Date;
}

/** How a report asks what the ledger knows. */
export interface PastReader {
  /** The settings' own, by which days begin: an IANA name. */
  readonly timeZone: string;
  /** @throws where the ledger cannot be read: never less than there is */
  between(asked: DaysAsked): Promise<PastDays>;
}
