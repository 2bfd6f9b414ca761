import {
  ConfigServiceClient,
  paginateGetComplianceDetailsByResource,
} from "@aws-sdk/client-config-service";
import { paged } from "../../sdk/call.ts";

/** What each rule says of a resource. */
export const getComplianceDetailsByResource = paged(
  "config:GetComplianceDetailsByResource",
  ConfigServiceClient,
  paginateGetComplianceDetailsByResource,
  { items: ({ EvaluationResults }) => EvaluationResults },
);
