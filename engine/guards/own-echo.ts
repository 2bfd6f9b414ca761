import { before, minutes } from "../../sdk/time.ts";
import type { Guard } from "./guard.ts";

/** How long an event without an actor may be the echo of our own change. */
const echo = minutes(15);

/**
 * An event that our own roles caused starts nothing: by the exact ARN of the role, else by our own
 * recent change (rule: own-echo).
 */
export const ownEcho: Guard = {
  name: "own-echo",
  async objection({ target }, { start, ours, now, lastChange }) {
    if (start.kind !== "event") return undefined;
    if (start.actor) return byRole(start.actor, ours);
    const last = await lastChange(target);
    if (!last || last.at <= before(now, echo)) return undefined;
    return `the event follows our own change of ${last.at.toISOString()} (${last.action})`;
  },
};

function byRole(actor: string, ours: readonly string[]): string | undefined {
  if (!ours.includes(actor)) return undefined;
  return `the event tells of a change by ${actor.split("/")[1]}, which is Nightshift itself`;
}
