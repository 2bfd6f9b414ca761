/**
 * What Nightshift may do in the embedded account of `npm start`. Compare nightshift.config.ts,
 * which only watches.
 */

import { nightSettings } from "../features.night.ts";
import type { registry } from "../functions/registry.ts";
import type { Settings } from "../settings/settings.ts";
import { embeddedAccount } from "./environment.ts";

export default {
  home: "eu-central-1",
  regions: ["eu-central-1", "us-east-1"],
  timeZone: "Europe/Berlin",

  // Whoever asks the embedded AWS has this name. On AWS it would be a role of the people on call.
  approvers: ["arn:aws:sts::123456789012:user/moto"],

  people: {
    ann: { name: "Ann", email: "ann@example.com" },
    ben: { name: "Ben", email: "ben@example.com" },
  },
  ...nightSettings,

  // Where AWS publishes what comes as SNS messages; of any other topic it would not be believed.
  signalTopics: ["eu-central-1", "us-east-1"].map(
    (region) => `arn:aws:sns:${region}:${embeddedAccount}:nightshift-bus`,
  ),

  // Few enough that the log groups of one region are too many for one night without a person.
  caps: { floor: 10 },

  exempt: [
    {
      target: "sg-a4c123b1612dd272d",
      owner: "ann@example.com",
      reason: "partners upload over SFTP; their addresses change daily",
      from: ["open-ingress"],
    },
    {
      target: "/ecs/contract-archive",
      until: "2099-12-31",
      owner: "legal@example.com",
      reason: "contracts are kept for ever",
    },
  ],

  units: {
    "open-ingress": { mode: "act" },
    "log-retention": { mode: "act", config: { days: 90, except: ["/audit/"] } },
    "idle-instances": { mode: "ask" },
    // A night has no days to give.
    "unattached-volumes": { mode: "ask", config: { grace: 0 } },
    "volume-backups": { mode: "act" },
    // A set is drilled in the night that made it.
    "backup-drill": { mode: "act" },
    // The embedded AWS makes a gp2 volume for every instance: the night is not about them.
    "gp3-volumes": { config: { types: ["io1"] } },
    "any-event": { on: [{ source: "my.app" }] },
  },
} satisfies Settings<typeof registry>;
