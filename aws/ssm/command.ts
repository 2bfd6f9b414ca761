/** Commands that were sent to instances; SSM remembers them for thirty days. */
import { paginateListCommands, SSMClient } from "@aws-sdk/client-ssm";
import { paged } from "../../sdk/call.ts";

export const listCommands = paged("ssm:ListCommands", SSMClient, paginateListCommands, {
  items: (page) => page.Commands,
});
