import type { OpenChannel } from "../channels.ts";
import type { WebhookSetting } from "./setting.ts";
import { webhook } from "./webhook.ts";

const open: OpenChannel<WebhookSetting> = (name, { url, secret }, ports) =>
  webhook({ name, url, secret, ...ports });

export default open;
