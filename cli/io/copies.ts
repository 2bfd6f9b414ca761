/**
 * Whether the command that runs is the one that the project has: the package that `npm` installed
 * there, once, for the Node that it was built on.
 */
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isFields } from "../../sdk/fields.ts";
import { codeExtension, packageRoot } from "./paths.ts";

interface Copy {
  /** Folder of its code. */
  readonly folder: string;
  readonly version: string;
  /** The Node that it was built on; a checkout is not built. */
  readonly builtOn?: string | undefined;
}

function copyIn(folder: string): Copy {
  const described: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!isFields(described)) throw new Error(`${folder}/package.json describes no package`);
  const { version, builtOn } = described;
  return {
    folder,
    version: String(version),
    builtOn: typeof builtOn === "string" ? builtOn : undefined,
  };
}

/** The copy that a file's `import "nightshift"` finds; nothing where it finds none. */
function seenFrom(file: string): Copy | undefined {
  try {
    return copyIn(realpathSync(dirname(createRequire(file).resolve("nightshift/package.json"))));
  } catch {
    return undefined;
  }
}

/** The folder of the package that runs: a built one keeps its code in `build/`. */
const installed = realpathSync(codeExtension === ".ts" ? packageRoot : dirname(packageRoot));

const major = (version: string): string => version.split(".")[0] ?? "";

/**
 * What is wrong with the package that runs, with the remedy; nothing where all is well.
 * @param files the project's own files that import Nightshift
 * @param running version of the Node that runs it
 */
export function wrongCopy(
  files: readonly string[],
  running: string = process.versions.node,
): string | undefined {
  const here = copyIn(packageRoot);
  if (here.builtOn && major(here.builtOn) !== major(running))
    return `this Nightshift was built on Node ${here.builtOn}, and runs on ${running}. Install the one that was built for your Node, or let \`npx nightshift\` start it: it brings the pinned Node`;
  for (const file of files) {
    const seen = seenFrom(file);
    if (seen && seen.folder !== installed)
      return `there are two copies of Nightshift: the command is ${here.version} from ${installed}, and ${file} uses ${seen.version} from ${seen.folder}. Keep one: run the project's own as \`npx nightshift\` in its folder, remove any other from package.json and from node_modules/ below functions/, and run \`npm install\``;
  }
  return undefined;
}
