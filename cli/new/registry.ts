/** The lists of units: of what Nightshift ships, and of a project's own. */
import { unitList } from "../../cli/bundle/unit-list.ts";
import { projectRoot } from "../io/paths.ts";
import type { Generated } from "./written.ts";

/** @param root the repository's folder */
export const unitRegistry = (root: string): Generated => ({
  file: "functions/registry.ts",
  text: unitList(root, { command: "npm run generate", from: "../sdk/registry.ts" }),
});

/** The project's own, as `npx nightshift generate` writes it. */
export const ownRegistry = (): Generated => ({
  file: "functions/registry.ts",
  text: unitList(projectRoot, { command: "npx nightshift generate", from: "nightshift" }),
});
