/**
 * Writes what is made from folders, from names and from data. `node tools/generate.ts`; a test says
 * when one is stale.
 */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { unitRegistry } from "../cli/new/registry.ts";
import { unitsByFamily } from "../cli/new/units-by-family.ts";
import type { Generated } from "../cli/new/written.ts";
import { channelLists } from "./generated/channels.ts";
import { featureLists } from "./generated/features.ts";
import { shippedServiceControlPolicy } from "./generated/service-control-policy.ts";
import { tokenPatterns } from "./generated/token-patterns.ts";

/** The lists that are made from folders, each by its own function. */
export const generatedIn = (root: string): Generated[] => [
  ...channelLists(root),
  unitRegistry(root),
  unitsByFamily(root),
  ...featureLists(root),
  tokenPatterns(root),
];

/** Beside the lists, what is made from names. */
export const allGenerated = (root: string): Generated[] => [
  ...generatedIn(root),
  shippedServiceControlPolicy(),
];

if (import.meta.main) {
  const root = resolve(import.meta.dirname, "..");
  for (const { file, text } of allGenerated(root)) {
    writeFileSync(join(root, file), text);
    console.log(file);
  }
}
