import { expect, test } from "vitest";
import type { SecretRef } from "../../settings/secret-ref.ts";
import type { ChannelSetting } from "../declared.ts";
import type { Secrets } from "../secrets.ts";
import { apiFor, slackApps } from "./apps.ts";

const secrets = (): Secrets & { asked: SecretRef[] } => {
  const asked: SecretRef[] = [];
  return {
    asked,
    read: async (ref) => {
      asked.push(ref);
      return `what lies at ${ref}`;
    },
    renewed: async (ref) => asked.push(ref) > 0,
  };
};
const team = (channel: string, more: object = {}): ChannelSetting => ({
  kind: "slack",
  team: "T0",
  app: "A0",
  channel,
  token: "ssm:/token",
  signingSecret: "ssm:/secret",
  ...more,
});
const channels = {
  one: team("C1"),
  two: team("C2"),
  other: team("C3", { app: "A1", signingSecret: "ssm:/other" }),
  pager: { kind: "pagerduty", routingKey: "ssm:/key" },
} as const;

test("each app is asked for its secret once, in however many channels it stands, and nothing is read before", async () => {
  const from = secrets();
  const apps = slackApps(channels, from);
  expect([apps.map(({ app }) => app), from.asked]).toEqual([["A0", "A1"], []]);
  expect(await Promise.all(apps.map(({ signingSecret }) => signingSecret()))).toEqual([
    "what lies at ssm:/secret",
    "what lies at ssm:/other",
  ]);
});
test("whoever used an app that the settings do not name gets no answer through another", async () => {
  await expect(apiFor(channels, secrets())({ team: "T0", user: "U0", app: "A9" })).rejects.toThrow(
    "no Slack app A9",
  );
  expect(await apiFor(channels, secrets())({ team: "T0", user: "U0", app: "A1" })).toHaveProperty(
    "whisper",
  );
});
