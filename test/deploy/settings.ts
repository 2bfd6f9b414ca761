/** What the deployment test deploys: one unit that acts, one that asks, one that only watches. */

import type { registry } from "../../functions/registry.ts";
import { seconds } from "../../sdk/time.ts";
import type { Settings } from "../../settings/settings.ts";

export default {
  home: "eu-central-1",
  regions: ["eu-central-1", "us-east-1"],
  approvers: [`arn:aws:iam::${process.env.AWS_ACCESS_KEY_ID ?? "123456789012"}:role/OnCall`], // the emulator's access keys are accounts
  people: { ann: { email: "ann@example.com" } },
  onCall: {
    rotations: {
      primary: {
        people: ["ann"],
        from: "2026-01-05",
        handover: { every: "week", on: "monday", at: "09:00" },
      },
    },
    // Each alarm by itself and at once: the emulator's scheduler is late.
    group: { by: ["key"], wait: seconds(0) },
  },
  units: {
    // A rate: any time is a slot of it, and it is not due while the tests run.
    "open-ingress": { mode: "act", on: "rate(12 hours)" },
    "idle-instances": { on: "rate(12 hours)" },
    "log-retention": { mode: "ask" },
  },
} satisfies Settings<typeof registry>;
