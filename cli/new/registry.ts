/** The registry of what Nightshift ships. */
import { unitList } from "../../cli/bundle/unit-list.ts";
import type { Generated } from "./written.ts";

/** @param root the repository's folder */
export const unitRegistry = (root: string): Generated => ({
  file: "functions/registry.ts",
  text: unitList(root, { command: "npm run generate", from: "../sdk/registry.ts" }),
});
