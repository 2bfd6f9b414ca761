/** Functions of the account's own, which the settings name. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { read } from "../../sdk/call.ts";

/**
 * Asks a validator what it makes of what was restored. It is granted on the function that the
 * settings name, and on no other; where they name none, it is granted on nothing.
 */
export const invoke = read("lambda:Invoke", LambdaClient, InvokeCommand, {
  action: "lambda:InvokeFunction",
  on: "function:{named_validator}",
  retried: "all but timeouts",
});
