import {
  CostExplorerClient,
  GetCostAndUsageCommand,
  GetCostForecastCommand,
} from "@aws-sdk/client-cost-explorer";
import { read } from "../../sdk/call.ts";

/**
 * Costs $0.01 a page; the SDK has no paginator for it. `absent`: an account's first day with Cost
 * Explorer. `*`: a call without a billing view names no resource.
 */
export const getCostAndUsage = read(
  "ce:GetCostAndUsage",
  CostExplorerClient,
  GetCostAndUsageCommand,
  { absent: ["DataUnavailableException"] },
);

/**
 * Costs $0.01. `absent`: AWS refuses one for lack of history ("Insufficient amount of historical
 * data"). `*`: as above.
 */
export const getCostForecast = read(
  "ce:GetCostForecast",
  CostExplorerClient,
  GetCostForecastCommand,
  { absent: ["DataUnavailableException"] },
);
