import { after, days, inWords } from "../../sdk/time.ts";
import { exemptedFrom } from "./exemption.ts";
import type { Guard } from "./guard.ts";
import { othersThatChanged } from "./others.ts";

/** Another's change that came later than this after ours is no answer to it. */
const answered = days(1);

/**
 * Two automations that undo each other's work: this unit changed the target, another changed it
 * within a day after that, and now this one would again. It is left as the other made it until a
 * person says which of the two leaves it alone.
 */
export const loop: Guard = {
  name: "loop",
  async objection(candidate, context) {
    const { start, place, settings, lastChange, changers, note } = context;
    // A person decided on exactly this.
    if (start.kind === "decision" || start.kind === "redo") return undefined;
    const { target } = candidate;
    const own = await lastChange(target);
    if (!own) return undefined;
    for (const other of othersThatChanged(settings.all, await changers(target))) {
      if (other === place.unit) continue;
      const answer = await lastChange(target, other);
      if (!answer || answer.at <= own.at || answer.at > after(own.at, answered)) continue;
      // It will not answer again.
      if (await exemptedFrom(other, candidate, context)) continue;
      note(
        `${place.unit} and ${other} change ${target} in turn: ${own.action}, then ${answer.action}. It stays as ${other} made it. Say which of the two is to leave it alone: \`npx nightshift exempt ${target} --from ${place.unit}\` or \`--from ${other}\`, each with --until, --owner and --reason.`,
      );
      return `${other} changed it (${answer.action}) within ${inWords(answered)} after this one did (${own.action}): they undo each other's work. \`npx nightshift exempt ${target} --from …\` says which of them leaves it alone`;
    }
    return undefined;
  },
};
