/**
 * Builds the package: `build/`, JavaScript and types in the layout of the repository, for Node
 * strips no types below `node_modules`. `npm pack` runs it before it packs (`prepack`).
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const build = join(root, "build");

interface Packaged {
  readonly name: string;
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}
const packaged = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Packaged;

/** What a team needs of it: all that runs, and nothing that only tests Nightshift itself. */
const code = [
  ...["sdk", "aws", "functions", "settings", "ledger", "messages", "engine", "channels", "oncall"],
  ...["ingest", "handlers", "lib", "cli", "testing", "bin", "exports"],
];
const verbatim = [
  "tools/setup.mjs",
  "testing/*.py",
  "testing/requirements.txt",
  "functions/**/*.{md,json}",
];

/** @throws where this Node is not the pinned one: what it builds is held to the same major version */
function checkNode(): string {
  const pinned = packaged.dependencies.node ?? packaged.devDependencies.node;
  if (process.versions.node !== pinned)
    throw new Error(
      `The package is built on the pinned Node ${pinned}, and this is ${process.versions.node}: run \`npm pack\`, which brings its own.`,
    );
  return pinned;
}

function compile(): void {
  const config = join(root, ".nightshift", "tsconfig.build.json");
  mkdirSync(dirname(config), { recursive: true });
  const options = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      incremental: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: root,
      outDir: build,
      paths: {},
    },
    include: [...code.map((folder) => join(root, folder, "**/*.ts")), join(root, "features*.ts")],
    exclude: [...["**/*.test.ts", "cli/init/template"].map((path) => join(root, path))],
  };
  writeFileSync(config, JSON.stringify(options));
  const { status, stdout } = spawnSync(process.execPath, [tsc(), "-p", config], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The package does not compile:\n${stdout}`);
}

const tsc = (): string => join(root, "node_modules", "typescript", "bin", "tsc");

function copy(): void {
  for (const path of verbatim.flatMap((pattern) => globSync(pattern, { cwd: root })))
    cpSync(join(root, path), join(build, path));
  // With what a pattern does not see: files whose names begin with a point.
  const template = "cli/init/template";
  cpSync(join(root, template), join(build, template), { recursive: true });
}

/** Says of itself what it was built on; `cli/io/copies.ts` reads it. */
function describe(node: string): void {
  const { name, version, dependencies, devDependencies } = packaged;
  const own = {
    ...{ name, version, type: "module", sideEffects: false, builtOn: node },
    ...{ dependencies, devDependencies },
  };
  writeFileSync(join(build, "package.json"), `${JSON.stringify(own, null, 2)}\n`);
}

const node = checkNode();
rmSync(build, { recursive: true, force: true });
compile();
copy();
describe(node);
