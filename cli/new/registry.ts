/** The registry, made from the folders below `functions/`: a unit is a folder with `index.ts`. */
import { globSync } from "node:fs";
import { type Generated, keyOf } from "./written.ts";

const heading = [
  "/** All units, by the folders that they lie in. Made by `npm run generate`. */",
  'import { units } from "../sdk/registry.ts";',
  "",
  "export const registry = units({",
];

const entry = (path: string): string => {
  const [, family = "", id = "", file = ""] = path.split("/");
  return `  ${keyOf(id)}: () => import("./${family}/${id}/${file}"),\n`;
};

/** @param root the repository's folder */
export function unitRegistry(root: string): Generated {
  const paths = globSync("functions/*/*/index.ts", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
  return {
    file: "functions/registry.ts",
    text: `${heading.join("\n")}\n${paths.map(entry).join("")}});\n`,
  };
}
