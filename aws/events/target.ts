/** What rules of EventBridge start. */
import {
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { read } from "../../sdk/call.ts";

/** 100 a page, which the caller turns. */
export const listEventBuses = read(
  "events:ListEventBuses",
  EventBridgeClient,
  ListEventBusesCommand,
);

/** Rules of one bus that have a target of that ARN; 100 a page, which the caller turns. */
export const listRuleNamesByTarget = read(
  "events:ListRuleNamesByTarget",
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  { absent: ["ResourceNotFoundException"] },
);

/** 100 a page, which the caller turns; a rule has five targets, unless AWS gave it more. */
export const listTargetsByRule = read(
  "events:ListTargetsByRule",
  EventBridgeClient,
  ListTargetsByRuleCommand,
  { on: "rule/*", absent: ["ResourceNotFoundException"] },
);
