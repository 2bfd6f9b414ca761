/**
 * A unit's part in the account in memory, where every call of a run is made to fail in every way.
 * Units whose calls that account does not answer have none: their contract has them fail on the
 * embedded AWS.
 */
import type { MemoryAws } from "./aws.ts";

export interface AutomationInMemory {
  /** The id of its nth target. */
  targetId(nth: number): string;
  /** Makes something that is wrong. */
  seed(aws: MemoryAws, target: string): void;
  /** As it is; equal before and after an undo. */
  state(aws: MemoryAws, target: string): string;
  isWrong(aws: MemoryAws, target: string): boolean;
  /** Somebody else makes it wrong again. */
  spoil(aws: MemoryAws, target: string): void;
  tags(aws: MemoryAws, target: string): Record<string, string>;
  /** What it must have asked for the tags of a target, right before a change. */
  asksTags(target: string): string;
}

export interface ReportInMemory {
  /** Makes what it is to find, beside what the account has anyway. */
  seed(aws: MemoryAws): void;
}
