import type { OpenChannel } from "../channels.ts";
import { pagerduty } from "./pagerduty.ts";
import type { PagerDutySetting } from "./setting.ts";

const open: OpenChannel<PagerDutySetting> = (
  name,
  { routingKey, region },
  { text, urls, ...ports },
) => pagerduty({ name, routingKey, region, url: urls?.pagerduty, ...ports }, text);

export default open;
