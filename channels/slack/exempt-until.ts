/** How long something may be left alone by a tap in Slack. */

import { after, days } from "../../sdk/time.ts";
import type { ParsedSettings, UnitSettings } from "../../settings/settings.ts";

export type UnitsShown = Readonly<
  Record<string, Pick<UnitSettings, "family" | "mode" | "protects">>
>;

/** Longer is for the settings, where somebody reviews it. */
const longest = days(90);

/**
 * The last day, `2027-01-31`: for an automation that protects it is as near as that of a tag (rule:
 * unauthenticated-tags).
 */
export const latestExemption = (
  unit: string,
  units: UnitsShown,
  { longestSecurityExemption }: Pick<ParsedSettings, "longestSecurityExemption">,
  now: Date,
): string => {
  const known = Object.hasOwn(units, unit) ? units[unit] : undefined;
  // One that is not known here is taken for the stricter kind.
  const span = known === undefined || known.protects ? longestSecurityExemption : longest;
  return after(now, span).toISOString().slice(0, 10);
};
