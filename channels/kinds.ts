/** Every kind of channel, loaded when the settings name it; the bundle step leaves out the others. Made by `npm run generate`. */
import type { Kinds } from "./channels.ts";

export const kinds: Kinds = {
  email: () => import("./email/kind.ts"),
  pagerduty: () => import("./pagerduty/kind.ts"),
  slack: () => import("./slack/kind.ts"),
  "slack-webhook": () => import("./slack-webhook/kind.ts"),
  teams: () => import("./teams/kind.ts"),
  webhook: () => import("./webhook/kind.ts"),
};
