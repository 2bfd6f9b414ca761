/** The channels that the page of power is made with. */
import { names } from "../../testing/deployed.ts";

export const approverInSlack = "slack:T0TEAM/U0ANN/A0APP";
export const sender = "nightshift@example.com";
export const slackSecret = "nightshift/slack";
/** What the night's settings have beside their own. */
export const withChannels = {
  channels: {
    team: {
      kind: "slack",
      team: "T0TEAM",
      app: "A0APP",
      channel: "C0ONCALL",
      token: `secretsmanager:${slackSecret}#token`,
      signingSecret: `secretsmanager:${slackSecret}#signingSecret`,
    },
    mail: { kind: "email", from: sender, to: ["ann@example.com"] },
  },
  routes: [
    { channel: "team", fallback: "mail" },
    { channel: "mail", atLeast: "critical" },
  ],
} as const;

/** What is granted to them although no recorded call asks for it. */
export const unusedOfChannels = [
  {
    role: names.role("deliver"),
    action: "ses:SendRawEmail",
    why: "SES does not say whether a mail with a chart or a table, sent as SendEmail, is asked for it too",
  },
  {
    role: names.role("deliver"),
    action: "ses:SendEmail",
    why: "on the domain's identity: SES asks for that of the address where it has verified the address",
  },
];
