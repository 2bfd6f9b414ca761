import { Inspector2Client, ListFindingsCommand } from "@aws-sdk/client-inspector2";
import { read } from "../../sdk/call.ts";

/** Findings that are closed it keeps for some days, then there are none of them any more. */
export const listInspectorFindings = read(
  "inspector2:ListFindings",
  Inspector2Client,
  ListFindingsCommand,
);
