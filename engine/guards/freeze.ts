import { endText, frozenBy } from "../../settings/freeze.ts";
import type { Guard } from "./guard.ts";

/**
 * In a freeze nothing is changed, whoever approved it; taking back is no change, and is not asked
 * here.
 */
export const freeze: Guard = {
  name: "freeze",
  objection(_, { settings, place, now }) {
    const frozen = frozenBy(settings.freezes, place, now);
    return (
      frozen && `nothing is changed until ${endText(frozen)}: ${frozen.reason} (${frozen.owner})`
    );
  },
};
