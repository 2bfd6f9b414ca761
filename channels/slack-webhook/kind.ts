import type { OpenChannel } from "../channels.ts";
import type { SlackWebhookSetting } from "./setting.ts";
import { slackWebhook } from "./slack-webhook.ts";

const open: OpenChannel<SlackWebhookSetting> = (name, { url }, { text, ...ports }) =>
  slackWebhook({ name, url, ...ports }, text);

export default open;
