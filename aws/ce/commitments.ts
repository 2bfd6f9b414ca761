import {
  CostExplorerClient,
  GetReservationCoverageCommand,
  GetReservationUtilizationCommand,
  GetSavingsPlansCoverageCommand,
  GetSavingsPlansUtilizationDetailsCommand,
} from "@aws-sdk/client-cost-explorer";
import { read } from "../../sdk/call.ts";

/**
 * Each costs $0.01 a page, and the SDK pages only some of them: whoever asks counts. `absent`: an
 * account without any, and one that Cost Explorer has no data of, which AWS does not tell apart.
 */
const withoutAny = { absent: ["DataUnavailableException"] } as const;

/** By Savings Plan, with the total. */
export const getSavingsPlansUtilizationDetails = read(
  "ce:GetSavingsPlansUtilizationDetails",
  CostExplorerClient,
  GetSavingsPlansUtilizationDetailsCommand,
  withoutAny,
);
export const getSavingsPlansCoverage = read(
  "ce:GetSavingsPlansCoverage",
  CostExplorerClient,
  GetSavingsPlansCoverageCommand,
  withoutAny,
);
/** Of one service, EC2 where the request names none. */
export const getReservationUtilization = read(
  "ce:GetReservationUtilization",
  CostExplorerClient,
  GetReservationUtilizationCommand,
  withoutAny,
);
/** Of one service, EC2 where the request names none. */
export const getReservationCoverage = read(
  "ce:GetReservationCoverage",
  CostExplorerClient,
  GetReservationCoverageCommand,
  withoutAny,
);
