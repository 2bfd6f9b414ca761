/**
 * The endpoint for Slack: a Function URL without IAM, so that the signature is the only door
 * (rule: slack-endpoint). It checks who asks, opens dialogs while Slack still waits, and hands
 * everything else over.
 */
import * as z from "zod/mini";
import { takeCommand } from "./commanded.ts";
import type { Endpoint, SlackRequest } from "./endpoint-parts.ts";
import { parsedJson } from "./parsed-json.ts";
import { urlVerification } from "./payload.ts";
import { takePress } from "./pressed.ts";
import { readRequest } from "./read-request.ts";
import { firstSeen } from "./remembered.ts";
import { takeForm } from "./sent-in.ts";
import { mostBytes, type RawRequest, requestKey, tokenOf } from "./signed-request.ts";
import { signersOf } from "./signers.ts";
import { jsonAnswer, nothingShown, refusedRequest, type UrlAnswer } from "./url-answer.ts";

const url = z.object({
  headers: z._default(z.record(z.string(), z.union([z.string(), z.undefined()])), {}),
  body: z._default(z.string(), ""),
  isBase64Encoded: z._default(z.boolean(), false),
});
const notUnderstood = (): UrlAnswer => refusedRequest(400, "not understood");

interface Received {
  readonly signed: RawRequest;
  readonly contentType: string | undefined;
}

function received(event: unknown): Received {
  const { headers, body, isBase64Encoded } = url.parse(event);
  const header = (wanted: string) =>
    Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
  const signed = {
    timestamp: header("x-slack-request-timestamp"),
    signature: header("x-slack-signature"),
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  };
  return { signed, contentType: header("content-type") };
}

/** @returns what the Function URL answers: 401 for what is not Slack's, 200 for everything else that is understood */
export function slackHandler(endpoint: Endpoint) {
  const { store, clock, log } = endpoint;

  return async (event: unknown): Promise<UrlAnswer> => {
    const { signed, contentType } = received(event);
    if (signed.body.length > mostBytes) return refusedRequest(413, "too large");
    const { verdict, from } = await signersOf(endpoint, signed, clock.now());
    if (verdict === "unreadable") return refusedRequest(503, "not ready");
    if (verdict !== "genuine") {
      log.warn("A request that is not Slack's is refused", { verdict });
      return refusedRequest(401, "not signed by Slack");
    }
    // A verified request, seen before: somebody else sends it again.
    if (!(await firstSeen(store, tokenOf(signed), clock.now()))) {
      log.warn("A request of Slack that was here before is refused", { verdict: "replayed" });
      return refusedRequest(401, "seen before");
    }
    const text = signed.body.toString("utf8");
    if (contentType?.startsWith("application/json")) return challenged(text);
    return take({ endpoint, signed, from, key: requestKey(signed) }, text);
  };
}

/** Slack asks once whether the address is ours. */
function challenged(text: string): UrlAnswer {
  const asked = urlVerification.safeParse(parsedJson(text));
  return asked.success ? jsonAnswer({ challenge: asked.data.challenge }) : notUnderstood();
}

async function take(request: SlackRequest, body: string): Promise<UrlAnswer> {
  const ask = readRequest(body);
  switch (ask?.kind) {
    case "check":
      return nothingShown;
    case "press":
      return takePress(request, ask.payload);
    case "form":
      return takeForm(request, ask.payload);
    case "command":
      return takeCommand(request, ask.payload);
    default:
      return notUnderstood();
  }
}
