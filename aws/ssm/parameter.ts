/** Parameters that are no secrets: those are encrypted, and stay so. */
import { GetParametersCommand, paginateDescribeParameters, SSMClient } from "@aws-sdk/client-ssm";
import { paged, read } from "../../sdk/call.ts";

/** Without their values. */
export const describeParameters = paged(
  "ssm:DescribeParameters",
  SSMClient,
  paginateDescribeParameters,
  { items: (page) => page.Parameters, pageSize: 50 },
);

/** All whose values are plain text. */
export const plainParameters = {
  ParameterFilters: [{ Key: "Type", Values: ["String", "StringList"] }],
};

/** Names that a call takes. */
export const mostNames = 10;

/** One that is gone it names among the invalid ones of its answer. */
export const getParameters = read("ssm:GetParameters", SSMClient, GetParametersCommand, {
  on: "parameter/*",
});
