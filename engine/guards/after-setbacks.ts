import type { Setback } from "../../ledger/setbacks.ts";
import { count } from "../../sdk/counted.ts";
import type { Guard } from "./guard.ts";

/** So much of what is left until it must be done. */
const share = 4;

/** Where it must be done by a time, the tries before that grow more, not fewer. */
function nextTry({ at, until }: Setback, due: Date | undefined): Date {
  if (!due) return until;
  const left = Math.max(0, due.getTime() - at.getTime());
  return new Date(Math.min(until.getTime(), at.getTime() + left / share));
}

/** What has failed again and again is not begun again at each sweep. */
export const afterSetbacks: Guard = {
  name: "back-off",
  async objection({ target, due }, { setback, now, start, place }) {
    // A person has seen it, and knows what was mended.
    if (start.kind === "decision" || start.kind === "redo" || start.kind === "manual")
      return undefined;
    const known = await setback?.(target);
    const until = known && nextTry(known, due);
    if (!until || until <= now) return undefined;
    return `it failed ${count(known.times, "time")} one after the other, last at ${known.at.toISOString()} (${known.action}): it is tried again from ${until.toISOString()} on, or by \`npx nightshift run ${place.unit}\` when the cause is mended`;
  },
};
