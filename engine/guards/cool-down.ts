import { before, inWords } from "../../sdk/time.ts";
import type { Guard } from "./guard.ts";

/**
 * After a successful change of a target it is left alone for a while, so that two automations or a
 * person do not fight over it.
 */
export const coolDown: Guard = {
  name: "cool-down",
  async objection({ target, ends }, { lastChange, settings, now, start }) {
    // A person who approved the plan saw the target after its last change.
    if (start.kind === "decision" || start.kind === "redo") return undefined;
    const last = await lastChange(target);
    if (!last || last.at <= before(now, settings.coolDown)) return undefined;
    // A start is not kept waiting by its own stop.
    if (last.action === ends) return undefined;
    return `it was changed at ${last.at.toISOString()} (${last.action}), less than ${inWords(settings.coolDown)} ago`;
  },
};
