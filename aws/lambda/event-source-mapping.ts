import { LambdaClient, paginateListEventSourceMappings } from "@aws-sdk/client-lambda";
import { paged } from "../../sdk/call.ts";

/** What feeds a function from a queue or a stream: whether it is enabled, and how its last batch went. */
export const listEventSourceMappings = paged(
  "lambda:ListEventSourceMappings",
  LambdaClient,
  paginateListEventSourceMappings,
  { items: (page) => page.EventSourceMappings },
);
