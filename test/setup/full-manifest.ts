/** A deployment with on-call and every kind of channel. */
import { features } from "../../features.ts";
import { minutes } from "../../sdk/time.ts";
import { functionsOf } from "../../settings/feature.ts";
import type { Manifest } from "../../settings/manifest.ts";
import { parseSettings } from "../../settings/parse.ts";
import { manifest as without } from "./manifest.ts";

/** Names of the functions that features add. */
export const addedNames = Object.keys(functionsOf(features));
const settings = parseSettings(
  {
    home: "eu-central-1",
    regions: ["eu-central-1", "us-east-1"],
    timeZone: "Europe/Berlin",
    people: { ann: { email: "ann@example.com" } },
    onCall: {
      rotations: {
        primary: {
          people: ["ann"],
          from: "2026-11-02",
          handover: { every: "week", on: "monday", at: "09:00" },
        },
      },
      escalations: [{ steps: [{ after: minutes(15), call: ["primary"] }] }],
      digestAt: "08:30",
    },
    channels: {
      team: {
        kind: "slack",
        team: "T0123ABCD",
        app: "A0123ABCD",
        channel: "C0123ABCD",
        token: "secretsmanager:nightshift/slack#token",
        signingSecret: "secretsmanager:nightshift/slack#signing",
      },
      hook: { kind: "slack-webhook", url: "ssm:/nightshift/hook" },
      pager: { kind: "pagerduty", routingKey: "ssm:/nightshift/pagerduty" },
      payments: { kind: "teams", url: "ssm:/nightshift/payments" },
      mail: { kind: "email", from: "nightshift@example.com", to: ["ann@example.com"] },
      own: { kind: "webhook", url: "ssm:/nightshift/own", secret: "secretsmanager:nightshift/own" },
    },
    routes: [
      { channel: "team" },
      ...["hook", "pager", "payments", "mail", "own"].map((channel) => ({
        channel,
        atLeast: "critical" as const,
      })),
    ],
  },
  { features, units: without.units.map(({ id }) => id) },
);
export const fullManifest: Manifest = {
  ...without,
  settings,
  shared: {
    ...without.shared,
    ...Object.fromEntries(
      addedNames.map((name) => [name, { bundle: `functions/${name}`, hash: "" }]),
    ),
  },
};
