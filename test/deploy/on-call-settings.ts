/** What the deployment test of on-call deploys: Slack, PagerDuty, and somebody to call. */

import type { registry } from "../../functions/registry.ts";
import { seconds } from "../../sdk/time.ts";
import type { Settings } from "../../settings/settings.ts";

export default {
  home: "eu-central-1",
  regions: ["eu-central-1"],
  approvers: [
    "slack:T0TEAM/U0ANN/A0APP",
    `arn:aws:iam::${process.env.AWS_ACCESS_KEY_ID ?? "123456789012"}:role/OnCall`, // the emulator's access keys are accounts
  ],
  people: { ann: { name: "Ann", email: "ann@example.com", slack: "U0ANN" } },
  channels: {
    team: {
      kind: "slack",
      team: "T0TEAM",
      app: "A0APP",
      channel: "C0ONCALL",
      token: "secretsmanager:nightshift/slack#token",
      signingSecret: "secretsmanager:nightshift/slack#signingSecret",
    },
    phone: { kind: "pagerduty", routingKey: "secretsmanager:nightshift/pagerduty" },
  },
  routes: [{ channel: "team" }, { channel: "phone", atLeast: "critical" }],
  onCall: {
    rotations: {
      primary: {
        people: ["ann"],
        from: "2026-01-05",
        handover: { every: "week", on: "monday", at: "09:00" },
      },
    },
    escalations: [
      {
        match: { severity: ["critical"] },
        steps: [{ after: seconds(2), call: ["primary"] }],
      },
    ],
    group: { by: ["key"], wait: seconds(0), interval: seconds(1) },
  },
  units: {
    "log-retention": { mode: "ask" },
  },
} satisfies Settings<typeof registry>;
