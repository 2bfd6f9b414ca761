/** The list of units, made from the folders below `functions/`: a unit is a folder with `index.ts`. */
import { globSync } from "node:fs";

/** As Biome writes a key. */
const keyOf = (name: string): string => (/^[a-z]\w*$/i.test(name) ? name : JSON.stringify(name));
const lazilyFrom = (file: string): string => `() => import(${JSON.stringify(file)})`;

const entry = (path: string): string => {
  const [, family = "", id = "", file = ""] = path.split("/");
  return `  ${keyOf(id)}: ${lazilyFrom(`./${family}/${id}/${file}`)},\n`;
};

/** Who makes it, and where `units` comes from. */
interface UnitListOptions {
  readonly command: string;
  readonly from: string;
}

/**
 * @param root the folder that holds `functions/`
 * @returns the text of `functions/registry.ts`
 */
export function unitList(root: string, { command, from }: UnitListOptions): string {
  const paths = globSync("functions/*/*/index.ts", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
  return [
    `/** All units, by the folders that they lie in. Made by \`${command}\`. */\n`,
    `import { units } from ${JSON.stringify(from)};\n\n`,
    "export const registry = units({\n",
    ...paths.map(entry),
    "});\n",
  ].join("");
}
