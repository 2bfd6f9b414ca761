import type { Open } from "../channels.ts";
import { slackWebhook } from "./slack-webhook.ts";

export const open: Open<"slack-webhook"> = (name, { url }, { text, ...ports }) =>
  slackWebhook({ name, url, ...ports }, text);
