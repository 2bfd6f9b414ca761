/** The list of features, made from the folders at the top: a feature is a folder with `feature.ts`. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Generated, identifierOf, importOf, lazilyFrom } from "../../cli/new/written.ts";

/** In `settings/` the file of that name says what a feature is. */
const frame = "settings";

/** Folders at the top that hold this file, by name. */
const foldersWith = (root: string, file: string): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== frame)
    .map(({ name }) => name)
    .filter((name) => existsSync(join(root, name, file)))
    .sort();

const importsOf = (folders: readonly string[], file: string): string =>
  folders.map((name) => importOf(identifierOf(name), `./${name}/${file}`)).join("");

/** What features are, for whoever deploys, parses settings, or lists them. */
function declared(root: string): Generated {
  const folders = foldersWith(root, "feature.ts");
  const text = `/**
 * The features that are there. Made by \`npm run generate\` from their folders: lib, the command line
 * and the bundle step know features from here alone.
 */
${importsOf(folders, "feature.ts")}${importOf("type { Feature }", "./settings/feature.ts")}
export const features: readonly Feature[] = [${folders.map(identifierOf).join(", ")}];
`;
  return { file: "features.ts", text };
}

/** What features do within functions that are not their own. */
function running(root: string): Generated {
  const loads = foldersWith(root, "run.ts").map((name) => lazilyFrom(`./${name}/run.ts`));
  const text = `/** What features do within functions that are not their own. Made by \`npm run generate\`. */
${importOf("type { FeaturesAtRun }", "./messages/feature-at-run.ts")}
export const featuresAtRun: FeaturesAtRun = [${loads.join(", ")}];
`;
  return { file: "features.run.ts", text };
}

/** The verbs that features add to the command line. */
function verbs(root: string): Generated {
  const folders = foldersWith(root, "cli.ts");
  const text = `/** The verbs that features add to the command line. Made by \`npm run generate\`. */
${importOf("type { FeatureVerbs }", "./cli/io/verbs.ts")}${importsOf(folders, "cli.ts")}
export const featureVerbs: readonly FeatureVerbs[] = [${folders.map(identifierOf).join(", ")}];
`;
  return { file: "features.cli.ts", text };
}

/** What features add to the night of `npm start`. */
function nights(root: string): Generated {
  const folders = foldersWith(root, "night.ts").filter((name) => name !== "testing");
  const names = folders.map(identifierOf);
  const text = `/** What features add to the night of \`npm start\`. Made by \`npm run generate\`. */
${importsOf(folders, "night.ts")}${importOf("type { NightFeature }", "./testing/night/feature.ts")}
export const nightFeatures: readonly NightFeature[] = [${names.join(", ")}];

/** What the night's settings say of them. */
export const nightSettings = { ${names.map((name) => `...${name}.settings`).join(", ")} };
`;
  return { file: "features.night.ts", text };
}

/**
 * A list for each who needs features, so that none loads what another needs.
 * @param root the repository's folder
 */
export const featureLists = (root: string): Generated[] => [
  declared(root),
  running(root),
  verbs(root),
  nights(root),
];
