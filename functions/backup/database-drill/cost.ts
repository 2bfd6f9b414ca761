/**
 * What a drill of a database costs: RDS's prices are not known here, so it is what the settings say of
 * an hour, or unknown.
 */
import { hours, type Span } from "../../../sdk/time.ts";
import { shownCost } from "../backup-drill/cost.ts";

/** For so long what it makes exists, where all goes well: what is said before is for that. */
export const usualDatabaseLength = hours(1);

/**
 * @param hourly US dollars an hour
 * @returns US dollars, not rounded; nothing where it is not known
 */
export const databaseDrillCost = (
  hourly: number | undefined,
  { seconds }: Span,
): number | undefined => (hourly === undefined ? undefined : (hourly * seconds) / 3600);

export const shownDatabaseCost = (cost: number | undefined): string =>
  cost === undefined
    ? "unknown: the settings give no `hourly`"
    : `${shownCost(cost)}, by the settings' \`hourly\``;
