import * as z from "zod/mini";
import { channelFeature } from "../../settings/feature.ts";
import { secretField } from "../../settings/secret-field.ts";
import type { PagerDutySetting } from "./setting.ts";

declare module "../../settings/sections.ts" {
  interface ChannelKinds {
    readonly pagerduty: PagerDutySetting;
  }
}

export default channelFeature<PagerDutySetting>({
  kind: "pagerduty",
  schema: z.strictObject({
    kind: z.literal("pagerduty"),
    routingKey: secretField,
    region: z.optional(z.enum(["us", "eu"])),
  }),
  secrets: ({ routingKey }) => [routingKey],
});
