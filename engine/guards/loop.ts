import { after, days, inWords } from "../../sdk/time.ts";
import { exemptedFrom } from "./exemption.ts";
import type { Guard } from "./guard.ts";

/** Another's change that came later than this after ours is no answer to it. */
const answered = days(1);

/**
 * Two automations that undo each other's work: this unit changed the target, another changed it
 * within a day after that, and now this one would again. It is left as the other made it until a
 * person says which of the two leaves it alone.
 */
export const loop: Guard = {
  name: "loop",
  async holds(candidate, context) {
    const { start, place, settings, lastChange, note } = context;
    // A person decided on exactly this.
    if (start.kind === "decision" || start.kind === "redo") return undefined;
    const { target } = candidate;
    const mine = await lastChange(target);
    if (!mine) return undefined;
    for (const other of settings.all) {
      if (other === place.unit) continue;
      const theirs = await lastChange(target, other);
      if (!theirs || theirs.at <= mine.at || theirs.at > after(mine.at, answered)) continue;
      // It will not answer again.
      if (await exemptedFrom(other, candidate, context)) continue;
      note(
        `${place.unit} and ${other} change ${target} in turn: ${mine.action}, then ${theirs.action}. It stays as ${other} made it. Say which of the two is to leave it alone: \`npx nightshift exempt ${target} --from ${place.unit}\` or \`--from ${other}\`, each with --until, --owner and --reason.`,
      );
      return `${other} changed it (${theirs.action}) within ${inWords(answered)} after this one did (${mine.action}): they undo each other's work. \`npx nightshift exempt ${target} --from …\` says which of them leaves it alone`;
    }
    return undefined;
  },
};
