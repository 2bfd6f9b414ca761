import {
  DescribeTrustedAdvisorCheckResultCommand,
  DescribeTrustedAdvisorChecksCommand,
  SupportClient,
} from "@aws-sdk/client-support";
import { read } from "../../sdk/call.ts";

/** Absent where the account has no support plan that includes the API. */
const where = { absent: ["SubscriptionRequiredException"], global: true } as const;

/** All checks, by name and id. */
export const describeTrustedAdvisorChecks = read(
  "support:DescribeTrustedAdvisorChecks",
  SupportClient,
  DescribeTrustedAdvisorChecksCommand,
  where,
);
export const describeTrustedAdvisorCheckResult = read(
  "support:DescribeTrustedAdvisorCheckResult",
  SupportClient,
  DescribeTrustedAdvisorCheckResultCommand,
  where,
);
