/** What both who parses the settings and who goes by them know. */
import { endOfDay } from "../../sdk/tags.ts";

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
