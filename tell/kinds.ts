/**
 * Every kind of channel, loaded when the settings name it. The bundle step leaves out the others.
 */
import type { Kinds } from "./channels.ts";

export const kinds: Kinds = {
  slack: () => import("./kinds/slack.ts"),
  "slack-webhook": () => import("./kinds/slack-webhook.ts"),
  pagerduty: () => import("./kinds/pagerduty.ts"),
  teams: () => import("./kinds/teams.ts"),
  email: () => import("./kinds/email.ts"),
  webhook: () => import("./kinds/webhook.ts"),
};
