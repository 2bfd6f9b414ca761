/** The list of features, made from the folders at the top: a feature is a folder with `feature.ts`. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Generated, identifierOf } from "./written.ts";

/** In `settings/` the file of that name says what a feature is. */
const frame = "settings";

const featuresIn = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== frame)
    .map(({ name }) => name)
    .filter((name) => existsSync(join(root, name, "feature.ts")))
    .sort();

/** @param root the repository's folder */
export function featureList(root: string): Generated {
  const folders = featuresIn(root);
  const imports = folders.map(
    (name) => `import ${identifierOf(name)} from "./${name}/feature.ts";\n`,
  );
  const text = `/**
 * The features that are there. Made by \`npm run generate\` from their folders: handlers, lib, the
 * command line and the bundle step know features from here alone.
 */
${imports.join("")}import type { Feature } from "./settings/feature.ts";

export const features: readonly Feature[] = [${folders.map(identifierOf).join(", ")}];
`;
  return { file: "features.ts", text };
}
