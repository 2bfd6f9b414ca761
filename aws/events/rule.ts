import { EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { read } from "../../sdk/call.ts";

/** Of one bus, by a prefix; 100 a page, which the caller turns. */
export const listRules = read("events:ListRules", EventBridgeClient, ListRulesCommand, {
  absent: ["ResourceNotFoundException"],
});
