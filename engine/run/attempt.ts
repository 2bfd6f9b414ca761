/** What travels through the steps of a run, as one value. */

import type { ActionRecord } from "../../ledger/actions.ts";
import type { HeldClaim } from "../../ledger/claims.ts";
import type { Place } from "../../ledger/keys.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { AnyReport } from "../../sdk/report.ts";
import type { Host } from "./host.ts";

/** What has runs. */
export type Runnable = AnyAutomation | AnyReport;

/** A unit at work in one account and region, with what its host gives it. */
export interface Workplace<U extends Runnable = AnyAutomation> {
  readonly unit: U;
  readonly place: Place;
  readonly host: Host;
  /** Counts what is found, for whoever must say how far it came. */
  readonly progress?: Progress;
  /** Takes what the unit has to say that is about no proposal. */
  readonly note?: (text: string) => void;
  /** An action that has ended well, and whose record does not say so yet: it is remembered as done. */
  readonly ended?: ActionRecord;
}

/** How far a run has come. */
export interface Progress {
  found: number;
  /** Whoever is behind it, as far as that is known by then. */
  involved?: readonly string[];
}

/** What an attempt has brought to an end, for whoever must know whether it got further. */
interface Settling {
  settled: number;
}

/** One attempt at a run, with its claim in hand. */
export interface Attempt<U extends Runnable = AnyAutomation> extends Workplace<U>, HeldClaim {
  /** Whoever asked for it, made the call that it answers, or approved it. */
  readonly involved?: readonly string[];
  readonly tally?: Settling;
}

export const workplaceOf = <U extends Runnable>(
  unit: U,
  region: string,
  host: Host,
): Workplace<U> => ({ unit, host, place: { unit: unit.id, account: host.account, region } });
