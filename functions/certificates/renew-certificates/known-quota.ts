/** How many imports ACM takes of this account in this region, and who says so. */
import { getServiceQuota, importsInAYear } from "../../../aws/servicequotas/quota.ts";
import { inOneLine } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { defaultImportQuota } from "../import-quota.ts";

export const quotaReads = [getServiceQuota] as const;

export interface ImportQuota {
  readonly limit: number;
  /** Who says so, for people. */
  readonly by: string;
}

/**
 * Where it cannot be known ACM's default counts, and is said to be that: a certificate that ends is
 * worse than an order that ACM then refuses to import.
 * @param asked by the settings
 */
export async function importQuotaOf(
  read: Reader<typeof quotaReads>,
  asked: number | undefined,
): Promise<ImportQuota> {
  if (asked !== undefined) return { limit: asked, by: "by `importQuota`" };
  const byDefault = (why: string) => ({
    limit: defaultImportQuota,
    by: `by ACM's documentation alone: ${why}`,
  });
  try {
    const limit = (await read(getServiceQuota(importsInAYear)))?.Quota?.Value;
    return limit === undefined
      ? byDefault("Service Quotas says nothing of it")
      : { limit, by: "by Service Quotas" };
  } catch (error) {
    return byDefault(`Service Quotas could not be asked, ${inOneLine(error)}`);
  }
}
