/**
 * How many imports ACM takes of an account and region in 365 days: twice as many as certificates may
 * be there that were imported, re-imports included. ACM tells of each certificate its last import
 * alone, so that what is counted is the least that there were.
 * @see https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
 */
import { before, days, type Span } from "../../sdk/time.ts";

/** What an account has by ACM's documentation, where nobody asked Service Quotas. */
export const defaultImportQuota = 5000;

/** The certificates whose last import counts: what ACM lists of one is enough. */
export interface LastImport {
  readonly ImportedAt?: Date | undefined;
}

const year: Span = days(365);

/** How many imports there were within the year, at least: one of each certificate. */
export const importsKnown = (all: readonly LastImport[], now: Date): number =>
  all.filter(({ ImportedAt }) => ImportedAt && ImportedAt > before(now, year)).length;

/** The life of what was imported, beside when it came first and last. */
export interface ImportedLife {
  readonly first: Date | undefined;
  readonly last: Date;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

/**
 * How many imports of one certificate there were within the year, if those before lived as long as
 * the one that is there: one, and one for each whole lifetime since the first.
 */
export function importsByLifetime({ first, last, from, to }: ImportedLife, now: Date): number {
  const begin = before(now, year);
  if (last <= begin) return 0;
  if (!first || !from || !to || to <= from) return 1;
  const since = Math.max(first.getTime(), begin.getTime());
  const lifetimes = (last.getTime() - since) / (to.getTime() - from.getTime());
  return 1 + Math.max(0, Math.floor(lifetimes));
}
