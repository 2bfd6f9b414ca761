import type { Open } from "../channels.ts";
import { webhook } from "./webhook.ts";

export const open: Open<"webhook"> = (name, { url, secret }, ports) =>
  webhook({ name, url, secret, ...ports });
