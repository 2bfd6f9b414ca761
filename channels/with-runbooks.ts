import { withRunbook } from "../messages/runbook.ts";
import type { Channel } from "./channel.ts";

/**
 * A channel whose messages lead to the runbook as people can open it.
 * @param runbooks the settings' own; where absent nothing changes
 */
export const withRunbooks = (channel: Channel, runbooks: string | undefined): Channel => ({
  ...channel,
  send: (message, at) => channel.send(withRunbook(message, runbooks), at),
});
