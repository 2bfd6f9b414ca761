/** Who gets which message through what, and what is not told for a while. */
import type { Severity } from "../sdk/message.ts";
import { endOfDay } from "../sdk/tags.ts";
import type { Match } from "./match.ts";

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

/** Channels that are there by themselves: the topic, which is the last resort, and the terminal. */
export const builtIn = ["sns", "terminal"] as const;

/**
 * The moment at which a mute ends: its last day is the whole of it. `undefined` for what is no
 * time.
 */
export function endOfMute(until: string): Date | undefined {
  if (!until.includes("T")) return endOfDay(until);
  const at = new Date(until);
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z$/.test(until) && !Number.isNaN(at.getTime())
    ? at
    : undefined;
}
