/** Functions that are made from an image of a registry. */
import { GetFunctionCommand, LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import { paged, read } from "../../sdk/call.ts";

export const listFunctions = paged("lambda:ListFunctions", LambdaClient, paginateListFunctions, {
  items: ({ Functions }) => Functions,
  pageSize: 50,
});

/** Published versions too: each keeps the image that it was published with. */
export const everyVersion = { FunctionVersion: "ALL" as const };

export const getFunction = read("lambda:GetFunction", LambdaClient, GetFunctionCommand, {
  on: "function:*",
  absent: ["ResourceNotFoundException"],
});
