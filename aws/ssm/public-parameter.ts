import { paginateGetParametersByPath, SSMClient } from "@aws-sdk/client-ssm";
import { paged } from "../../sdk/call.ts";

/**
 * What AWS publishes for everyone, by the folder that it lies in: it belongs to no account, and
 * nobody else's name begins with `/aws`.
 */
export const getParametersByPath = paged(
  "ssm:GetParametersByPath",
  SSMClient,
  paginateGetParametersByPath,
  {
    items: (page) => page.Parameters,
    on: "arn:{partition}:ssm:{region}:*:parameter/aws/service/*",
    pageSize: 10,
  },
);
