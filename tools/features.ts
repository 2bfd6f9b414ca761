/**
 * Writes the root's `features.ts`: the features whose folders are there. `npm run generate`; a test
 * finds a list that is stale.
 */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const sources = resolve(import.meta.dirname, "..");

/** Folders at the top and kinds of channels that have a `feature.ts`, in their order by name. */
function foldersOf(root: string): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
      .map(({ name }) => join(folder, name));
  const kinds = existsSync(join(root, "channels")) ? below("channels") : [];
  return [...below("."), ...kinds]
    // In `settings/` it says what a feature is.
    .filter((folder) => folder !== "settings" && existsSync(join(root, folder, "feature.ts")))
    .sort();
}

/** `channels/slack-webhook` is `slackWebhook` among the imports. */
const nameOf = (folder: string): string =>
  (folder.split("/").at(-1) ?? folder).replace(/-(\w)/g, (_, letter: string) =>
    letter.toUpperCase(),
  );

/** The text of `features.ts` for the folders that are there. */
export function featuresText(root: string = sources): string {
  const folders = foldersOf(root);
  const imports = folders.map(
    (folder) => `import ${nameOf(folder)} from "./${folder}/feature.ts";`,
  );
  return `/**
 * The features that are there, made by \`npm run generate\` from their folders: delete a folder, and
 * make it anew. Handlers, lib, the command line and the bundle step know features from here alone.
 */
${imports.join("\n")}
import type { Feature } from "./settings/feature.ts";

export const features: readonly Feature[] = [${folders.map(nameOf).join(", ")}];
`;
}

if (import.meta.main) writeFileSync(join(sources, "features.ts"), featuresText());
