/** What shows messages as a channel would, without sending them. Made by `npm run generate`. */
import type { Previews } from "./preview.ts";

export const previews: Previews = {
  slack: () => import("./slack/preview.ts"),
};
