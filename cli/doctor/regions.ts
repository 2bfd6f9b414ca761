/** Signals that hear nothing, or not all, because AWS sends their events to one region only. */
import { partitionOf } from "../../sdk/arn.ts";
import type { ParsedSettings } from "../../settings/settings.ts";

/** Of root's sign-ins, of the others all (rule: home-region). */
const fromOneRegion = ["trusted-advisor", "cost-anomaly", "sign-in"];
export const onlyRegion = "us-east-1";

/** Of those that are enabled, which hear nothing, or not all, with these regions. */
export const deaf = (
  { home, regions }: Pick<ParsedSettings, "home" | "regions">,
  units: readonly { readonly id: string; readonly enabled: boolean }[],
): string[] =>
  partitionOf(home) !== "aws" || regions.includes(onlyRegion)
    ? []
    : fromOneRegion.filter((id) => units.some((unit) => unit.id === id && unit.enabled));
