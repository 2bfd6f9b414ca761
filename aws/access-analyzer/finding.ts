import { AccessAnalyzerClient, GetFindingV2Command } from "@aws-sdk/client-accessanalyzer";
import { read } from "../../sdk/call.ts";

/** Of every kind of analyzer. One that was deleted, with its analyzer or by itself, is absent. */
export const getFindingV2 = read(
  "access-analyzer:GetFindingV2",
  AccessAnalyzerClient,
  GetFindingV2Command,
  {
    action: "access-analyzer:GetFinding",
    on: "analyzer/*",
    absent: ["ResourceNotFoundException"],
  },
);
