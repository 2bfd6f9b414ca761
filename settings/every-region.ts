import { globalRegion } from "../sdk/signals/console-link.ts";

interface Configured {
  readonly home: string;
  readonly regions: readonly string[];
}

/**
 * Wherever something of the account may lie: the configured regions, and the one where services
 * without regions keep what is theirs, like CloudFront its certificates. The home region first.
 */
export const everyRegion = ({ home, regions }: Configured): readonly string[] => [
  ...new Set([home, ...regions, globalRegion(home)]),
];

/** What of a unit decides where it runs. */
export interface RunsWhere {
  readonly scope?: "region" | "global" | undefined;
  readonly central?: boolean | undefined;
}

/** Where a unit runs, and acts: each region once. */
export function regionsOf(
  { scope, central }: RunsWhere,
  { home, regions }: Configured,
): readonly string[] {
  if (scope === "global") return [home];
  return central ? [...new Set([...regions, globalRegion(home)])] : regions;
}
