import { GetFindingsCommand, GuardDutyClient } from "@aws-sdk/client-guardduty";
import { read } from "../../sdk/call.ts";

/** Of the last 90 days. */
export const getGuardDutyFindings = read(
  "guardduty:GetFindings",
  GuardDutyClient,
  GetFindingsCommand,
);
