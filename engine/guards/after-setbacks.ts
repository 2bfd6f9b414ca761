import { count } from "../../sdk/counted.ts";
import type { Guard } from "./guard.ts";

/** What has failed again and again is not begun again at each sweep. */
export const afterSetbacks: Guard = {
  name: "back-off",
  async objection({ target }, { setback, now, start, place }) {
    // A person has seen it, and knows what was mended.
    if (start.kind === "decision" || start.kind === "redo" || start.kind === "manual")
      return undefined;
    const known = await setback?.(target);
    if (!known || known.until <= now) return undefined;
    return `it failed ${count(known.times, "time")} one after the other, last at ${known.at.toISOString()} (${known.action}): it is tried again from ${known.until.toISOString()} on, or by \`npx nightshift run ${place.unit}\` when the cause is mended`;
  },
};
