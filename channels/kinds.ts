/**
 * Every kind of channel, loaded when the settings name it. The bundle step leaves out the others.
 */
import type { Kinds } from "./channels.ts";

export const kinds: Kinds = {
  slack: () => import("./slack/kind.ts"),
  "slack-webhook": () => import("./slack-webhook/kind.ts"),
  pagerduty: () => import("./pagerduty/kind.ts"),
  teams: () => import("./teams/kind.ts"),
  email: () => import("./email/kind.ts"),
  webhook: () => import("./webhook/kind.ts"),
};
