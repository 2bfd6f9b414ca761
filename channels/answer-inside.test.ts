/** What channels answer with a status of success although they did not take the message. */
import { describe, expect, test } from "vitest";
import { clockAt, seconds } from "../sdk/time.ts";
import { messages } from "../test/messages.ts";
import type { Channel } from "./channel.ts";
import type { HttpAnswer, Outside } from "./outside.ts";
import { pagerduty } from "./pagerduty/pagerduty.ts";
import type { Secrets } from "./secrets.ts";
import { slackWebhook } from "./slack-webhook/slack-webhook.ts";
import { teams } from "./teams/teams.ts";
import { Undelivered } from "./undelivered.ts";
import { webhook } from "./webhook/webhook.ts";

const clock = clockAt(new Date("2026-11-21T02:08:00Z"));
const text = { timeZone: "UTC" };
const secrets = {
  read: async () => "https://example.com/hook/aaaaaaaaaaaaaaaaaaaaaaaa",
  renewed: async () => false,
} as unknown as Secrets;

function channel(kind: Kind, answer: HttpAnswer): Channel {
  const outside: Outside = { post: async () => answer };
  const at = "secretsmanager:x" as const;
  const parts = { name: kind, secrets, outside, clock, url: at, secret: at };
  switch (kind) {
    case "teams":
      return teams(parts, text);
    case "slack-webhook":
      return slackWebhook(parts, text);
    case "pagerduty":
      return pagerduty({ ...parts, routingKey: at, url: "https://example.com" }, text);
    case "webhook":
      return webhook(parts);
  }
}
type Kind = "teams" | "slack-webhook" | "pagerduty" | "webhook";

/** @returns `taken`, `again`, or `no`: it will be refused again */
async function verdict(kind: Kind, status: number, body: string, after?: string) {
  const headers = { "retry-after": after };
  try {
    await channel(kind, { status, headers, body }).send(messages["a bare signal"]);
    return "taken";
  } catch (error) {
    if (!(error instanceof Undelivered)) throw error;
    return error.again ? "again" : "no";
  }
}

const teamsSays = (status: number) =>
  `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0,server=msgapi,cv=x.0..`;
const page = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";

describe("an answer of success counts by what it says", () => {
  test.each([
    ["teams", 200, "1", "taken"],
    ["teams", 202, "", "taken"],
    ["teams", 200, '{"statusCode":202,"body":{"id":"1700000000000"}}', "taken"],
    ["teams", 200, teamsSays(429), "again"],
    ["teams", 200, teamsSays(500), "again"],
    ["teams", 200, teamsSays(413), "no"],
    ["teams", 200, teamsSays(403), "no"],
    ["teams", 200, teamsSays(404), "no"],
    ["teams", 200, "Webhook Bad Request - Null or empty event: delivery failed", "again"],
    ["teams", 202, '{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"off"}}', "again"],
    ["teams", 200, '{"error":{"code":429,"message":"wait"}}', "again"],
    ["teams", 200, page, "again"],
    ["slack-webhook", 200, "ok", "taken"],
    ["slack-webhook", 200, "ok\n", "taken"],
    ["slack-webhook", 200, '{"ok":true}', "taken"],
    ["slack-webhook", 200, '{"success":true}', "taken"],
    ["slack-webhook", 200, "no_service", "no"],
    ["slack-webhook", 200, "channel_is_archived", "no"],
    ["slack-webhook", 200, "no_active_hooks", "no"],
    ["slack-webhook", 200, "invalid_token", "no"],
    ["slack-webhook", 200, "rollup_error", "again"],
    ["slack-webhook", 200, '{"ok":false,"error":"channel_not_found"}', "again"],
    ["slack-webhook", 404, "no_service", "no"],
    ["slack-webhook", 410, "channel_is_archived", "no"],
    ["slack-webhook", 403, "action_prohibited", "no"],
    ["slack-webhook", 500, "rollup_error", "again"],
    ["pagerduty", 202, '{"status":"success","message":"Event processed"}', "taken"],
    ["pagerduty", 202, '{"status":"invalid event","errors":["x"]}', "again"],
    ["pagerduty", 400, '{"status":"invalid event","message":"Event object is invalid"}', "no"],
    ["pagerduty", 429, '{"status":"throttle exceeded"}', "again"],
    ["pagerduty", 200, '{"status":"success"}', "no"],
    ["webhook", 204, "", "taken"],
    ["webhook", 200, "OK", "taken"],
    ["webhook", 200, "an error is what I was told of", "taken"],
    ["webhook", 200, '{"error":null,"errors":[],"code":0,"status":"ok"}', "taken"],
    ["webhook", 200, '{"success":true,"error":false}', "taken"],
    ["webhook", 200, '{"error":"database is locked"}', "again"],
    ["webhook", 200, '{"errors":[{"message":"Unauthorized"}],"data":null}', "again"],
    // A Lambda function behind an API Gateway that maps nothing.
    ["webhook", 200, '{"errorMessage":"x is not defined","errorType":"ReferenceError"}', "again"],
    ["webhook", 200, '{"statusCode":401,"body":"no"}', "no"],
    ["webhook", 200, '{"statusCode":503,"body":"no"}', "again"],
    ["webhook", 200, '{"errcode":40035,"errmsg":"invalid"}', "again"],
    ["webhook", 200, '{"errcode":0,"errmsg":"ok"}', "taken"],
    ["webhook", 200, '{"status":"failed"}', "again"],
    ["webhook", 202, page, "again"],
  ] as const)("%s %i %s: %s", async (kind, status, body, expected) => {
    expect(await verdict(kind, status, body)).toBe(expected);
  });

  test("what it says is in the error, and how long to wait", async () => {
    const headers = { "retry-after": "7" };
    const sending = channel("teams", { status: 200, headers, body: teamsSays(429) }).send(
      messages["a bare signal"],
    );
    await expect(sending).rejects.toMatchObject({
      message: expect.stringContaining("HTTP error 429"),
      after: seconds(7),
      status: 429,
    });
  });
});
