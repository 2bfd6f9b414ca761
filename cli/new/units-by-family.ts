/** What the package gives as `nightshift/units`. */
import { globSync } from "node:fs";
import { type Generated, identifierOf, lazilyFrom, quotedKey } from "./written.ts";

/** As the formatter has it. */
const widest = 100;

const loading = (path: string): string => {
  const [, , id = ""] = path.split("/");
  const line = `  ${quotedKey(id)}: ${lazilyFrom(`../${path}`)},`;
  return `${line.length > widest ? line.replace("() => ", "() =>\n    ") : line}\n`;
};

/** @param root the repository's folder */
export function unitsByFamily(root: string): Generated {
  const paths = globSync("functions/*/*/index.ts", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
  const families = Map.groupBy(paths, (path) => path.split("/")[1] ?? "");
  const lists = [...families].map(
    ([family, own]) =>
      `\nexport const ${identifierOf(family)} = {\n${own.map(loading).join("")}};\n`,
  );
  return {
    file: "exports/units.ts",
    text: `/** The units that Nightshift ships, by family and id, each loaded when it is asked for. Made by \`npm run generate\`. */\n${lists.join("")}`,
  };
}
