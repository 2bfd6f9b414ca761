/** What an account may have of something, as it was given to it. */
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { read } from "../../sdk/call.ts";

/** Imports that ACM takes in 365 days. */
export const importsInAYear = { ServiceCode: "acm", QuotaCode: "L-3808DC70" } as const;

/** Of the account in this region, raised or not; nothing where there is no such quota. */
export const getServiceQuota = read(
  "servicequotas:GetServiceQuota",
  ServiceQuotasClient,
  GetServiceQuotaCommand,
  {
    on: `${importsInAYear.ServiceCode}/${importsInAYear.QuotaCode}`,
    absent: ["NoSuchResourceException"],
  },
);
