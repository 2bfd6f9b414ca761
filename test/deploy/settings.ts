/** What the deployment test deploys: one unit that acts, one that asks, one that only watches. */
import type { Settings } from "../../core/settings.ts";
import type { registry } from "../../functions/registry.ts";

export default {
  home: "eu-central-1",
  regions: ["eu-central-1", "us-east-1"],
  approvers: [`arn:aws:iam::${process.env.AWS_ACCESS_KEY_ID ?? "123456789012"}:role/OnCall`], // the emulator's access keys are accounts
  units: {
    "open-ingress": { mode: "act" },
    "log-retention": { mode: "ask" },
  },
} satisfies Settings<typeof registry>;
