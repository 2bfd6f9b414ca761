/** All units, by the folders that they lie in. Made by `npx nightshift generate`. */
import { units } from "nightshift";

export const registry = units({
  "short-logs": () => import("./logs/short-logs/index.ts"),
});
