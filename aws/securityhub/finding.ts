import {
  GetFindingsCommand,
  GetFindingsV2Command,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { read } from "../../sdk/call.ts";

/** In AWS's own format (ASFF). */
export const getSecurityHubFindings = read(
  "securityhub:GetFindings",
  SecurityHubClient,
  GetFindingsCommand,
  { on: ["hub/default", "hubv2/*"] },
);
/** In the Open Cybersecurity Schema (OCSF). */
export const getSecurityHubFindingsV2 = read(
  "securityhub:GetFindingsV2",
  SecurityHubClient,
  GetFindingsV2Command,
  { action: "securityhub:GetFindings", on: ["hub/default", "hubv2/*"] },
);
