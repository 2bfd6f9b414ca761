import type { TextOptions } from "../../messages/render/text.ts";
import type { ParsedSettings } from "../../settings/settings.ts";

/** How times and commands in texts are written. */
export const textOptions = ({ timeZone }: Pick<ParsedSettings, "timeZone">): TextOptions => ({
  timeZone,
  command: "npx nightshift",
});
