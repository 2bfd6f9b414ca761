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
  async holds({ target }, { start, ours, now, lastChange }) {
    if (start.kind !== "event") return;
    if (start.actor)
      return ours.includes(start.actor)
        ? `the event tells of a change by ${start.actor.split("/")[1]}, which is Nightshift itself`
        : undefined;
    const last = await lastChange(target);
    return last && last.at > before(now, echo)
      ? `the event follows our own change of ${last.at.toISOString()} (${last.action})`
      : undefined;
  },
};
