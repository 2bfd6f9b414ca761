/**
 * The lists of channels, made from the folders below `channels/`: a kind is a folder with
 * `setting.ts` and `kind.ts`.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Generated, identifierOf, quotedKey } from "../../cli/new/written.ts";

/** The folders that hold all of these files, by name. */
function foldersWith(root: string, ...files: readonly string[]): string[] {
  return readdirSync(join(root, "channels"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => files.every((file) => existsSync(join(root, "channels", name, file))))
    .sort();
}

const heading = (says: string): string => `/** ${says} Made by \`npm run generate\`. */\n`;

const imports = (kinds: readonly string[]): string =>
  kinds.map((kind) => `import ${identifierOf(kind)} from "./${kind}/setting.ts";\n`).join("");

/** Broken where it is wider than the formatter lets it be. */
function tuple(name: string, elements: readonly string[]): string {
  const short = `export const ${name} = [${elements.join(", ")}] as const;\n`;
  if (short.length <= 101) return short;
  return `export const ${name} = [\n${elements.map((element) => `  ${element},\n`).join("")}] as const;\n`;
}

function declarations(kinds: readonly string[]): string {
  const names = kinds.map(identifierOf);
  return [
    heading("What each kind of channel says of itself."),
    imports(kinds),
    "\n",
    tuple("channelDeclarations", names),
    "\n/** How each is written in the settings. */\n",
    tuple(
      "channelSchemas",
      names.map((name) => `${name}.schema`),
    ),
  ].join("");
}

const lazy = (folders: readonly string[], file: string): string =>
  folders.map((name) => `  ${quotedKey(name)}: () => import("./${name}/${file}"),\n`).join("");

const kindsList = (kinds: readonly string[]): string =>
  `${heading("Every kind of channel, loaded when the settings name it; the bundle step leaves out the others.")}import type { Kinds } from "./channels.ts";

export const kinds: Kinds = {
${lazy(kinds, "kind.ts")}};
`;

const previewsList = (folders: readonly string[]): string =>
  `${heading("What shows messages as a channel would, without sending them.")}import type { Previews } from "./preview.ts";

export const previews: Previews = {
${lazy(folders, "preview.ts")}};
`;

const fakesList = (folders: readonly string[]): string =>
  `${heading("A server for each kind of channel that refuses what the real one refuses, for tests.")}export const fakes = {
${lazy(folders, "fake.ts")}};
`;

/** @param root the repository's folder */
export function channelLists(root: string): Generated[] {
  const kinds = foldersWith(root, "setting.ts", "kind.ts");
  const previews = foldersWith(root, "preview.ts");
  return [
    { file: "channels/declarations.ts", text: declarations(kinds) },
    { file: "channels/kinds.ts", text: kindsList(kinds) },
    { file: "channels/previews.ts", text: previewsList(previews) },
    { file: "channels/fakes.ts", text: fakesList(foldersWith(root, "fake.ts")) },
  ];
}
