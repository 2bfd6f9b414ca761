/** Whether a function has more memory than it takes, or hardly enough. */
import type { ReportedMemory } from "./reports.ts";

/** What Lambda gives at least, and the steps that are advised, in MB. */
const least = 128;
const step = 64;

/** Of what it has: who takes more is near its end. */
const near = 0.95;
/** What would be spared must be worth a trial. */
const worth = 0.75;

export interface MemoryLimits {
  /** Calls that must have been seen. */
  readonly calls: number;
  /** In percent, above the most that was taken. */
  readonly headroom: number;
}

/** `few`: too few calls were seen to say. */
export type MemoryVerdict =
  | { readonly is: "few" | "fits" | "near" }
  /** With so many MB it would have what it took, and headroom. */
  | { readonly is: "roomy"; readonly enough: number };

/** @param size what it has, in MB */
export function judgeMemory(
  size: number,
  { calls, most }: ReportedMemory,
  { calls: leastCalls, headroom }: MemoryLimits,
): MemoryVerdict {
  // One call that takes nearly all suffices to say so.
  if (most >= size * near) return { is: "near" };
  if (calls < leastCalls) return { is: "few" };
  const needed = most * (1 + headroom / 100);
  const enough = Math.max(least, Math.ceil(needed / step) * step);
  return enough <= size * worth ? { is: "roomy", enough } : { is: "fits" };
}
