import { globalRegion } from "../sdk/signals/console-link.ts";

/**
 * Wherever something of the account may lie: the configured regions, and the one where services
 * without regions keep what is theirs, like CloudFront its certificates. The home region first.
 */
export const everyRegion = ({
  home,
  regions,
}: {
  readonly home: string;
  readonly regions: readonly string[];
}): readonly string[] => [...new Set([home, ...regions, globalRegion(home)])];
