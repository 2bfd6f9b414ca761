/** What each kind of channel says of itself. Made by `npm run generate`. */
import email from "./email/setting.ts";
import pagerduty from "./pagerduty/setting.ts";
import slack from "./slack/setting.ts";
import slackWebhook from "./slack-webhook/setting.ts";
import teams from "./teams/setting.ts";
import webhook from "./webhook/setting.ts";

export const channelDeclarations = [email, pagerduty, slack, slackWebhook, teams, webhook] as const;

/** How each is written in the settings. */
export const channelSchemas = [
  email.schema,
  pagerduty.schema,
  slack.schema,
  slackWebhook.schema,
  teams.schema,
  webhook.schema,
] as const;
