import * as z from "zod/mini";
import { channelFeature } from "../../settings/feature.ts";
import { secretField } from "../../settings/secret-field.ts";
import type { TeamsSetting } from "./setting.ts";

declare module "../../settings/sections.ts" {
  interface ChannelKinds {
    readonly teams: TeamsSetting;
  }
}

export default channelFeature<TeamsSetting>({
  kind: "teams",
  schema: z.strictObject({ kind: z.literal("teams"), url: secretField }),
  secrets: ({ url }) => [url],
});
