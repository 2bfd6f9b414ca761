/**
 * What a drill of a table costs: an estimate, by the list prices of us-east-1 as of 2025. Restoring is
 * charged by the size of the table; what is restored is stored while it exists, and read.
 */
import { hours, type Span } from "../../../sdk/time.ts";

/** US dollars a gigabyte that is restored. */
const restoredGigabyte = 0.15;
/** US dollars a gigabyte and month of a table. */
const gigabyteMonth = 0.25;
const hoursOfMonth = 730;
/** US dollars a gigabyte that is read on demand, eventually consistent: 8 KB a request unit. */
const readGigabyte = (0.125 / 1_000_000) * (1_000_000 / 8);

/** For so long what it makes exists, where all goes well: what is said before is for that. */
export const usualTableLength = hours(4);

/**
 * @param bytes as DynamoDB says of the backup
 * @param isCounted whether all of it is read
 * @returns US dollars, not rounded
 */
export function tableDrillCost(bytes: number, isCounted: boolean, { seconds }: Span): number {
  const gigabytes = bytes / 1e9;
  const stored = (gigabytes * gigabyteMonth * (seconds / 3600)) / hoursOfMonth;
  return gigabytes * restoredGigabyte + stored + (isCounted ? gigabytes * readGigabyte : 0);
}
