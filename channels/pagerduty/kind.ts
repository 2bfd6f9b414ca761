import type { Open } from "../channels.ts";
import { pagerduty } from "./pagerduty.ts";

export const open: Open<"pagerduty"> = (name, { routingKey, region }, { text, urls, ...ports }) =>
  pagerduty({ name, routingKey, region, url: urls?.pagerduty, ...ports }, text);
