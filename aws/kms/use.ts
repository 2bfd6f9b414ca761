/** How keys are called, and when they were last used. */
import { GetKeyLastUsageCommand, KMSClient, paginateListAliases } from "@aws-sdk/client-kms";
import { paged, read } from "../../sdk/call.ts";

export const listAliases = paged("kms:ListAliases", KMSClient, paginateListAliases, {
  items: ({ Aliases }) => Aliases,
  pageSize: 100,
});

/**
 * The last successful cryptographic operation, since `TrackingStartDate`: of before that KMS tells
 * nothing.
 */
export const getKeyLastUsage = read("kms:GetKeyLastUsage", KMSClient, GetKeyLastUsageCommand, {
  on: "key/*",
});
