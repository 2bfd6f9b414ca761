/** What makes a project's files: bundles, the list of its units, the schema of its settings. */
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import { count } from "../../sdk/counted.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { fieldsOf, isFields } from "../../sdk/fields.ts";
import { modes } from "../../settings/mode.ts";
import { bundle } from "../bundle/bundle.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { defaultSettings, packageRoot, projectRoot, shownPath } from "../io/paths.ts";
import { ownRegistry } from "../new/registry.ts";
import { exportedBy } from "../place/exported.ts";

/** Installs what the embedded AWS needs. What it says goes to stderr as it comes. */
export async function setUp(): Promise<number> {
  const script = join(packageRoot, "tools", "setup.mjs");
  const child = spawn(process.execPath, [script], { cwd: projectRoot, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code === 0 ? exit.done : exit.failed));
  });
}

const ownFiles = (): string[] =>
  globSync("functions/*/*/index.ts", { cwd: projectRoot }).map((path) => join(projectRoot, path));

export async function bundleProject(io: Io): Promise<number> {
  await bundle({}, (line) => io.say(line));
  return exit.done;
}

/** Nightshift's own list is made by `npm run generate`. */
export async function generate(io: Io): Promise<number> {
  if (projectRoot === packageRoot)
    throw new NotPossible("this is Nightshift's own repository: `npm run generate` makes its list");
  if (!existsSync(defaultSettings))
    throw new NotPossible("there is no nightshift.config.ts here: make one with `nightshift init`");
  const { file: path, text } = ownRegistry();
  const file = join(projectRoot, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) {
    io.say("functions/registry.ts is up to date");
    return exit.done;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  io.say(`functions/registry.ts names ${count(ownFiles().length, "unit")}`);
  return exit.done;
}

/** For editors and for those who write settings by program. */
export async function schema(io: Io): Promise<number> {
  const [{ features }, { settingsSchema }, { configure }, { registry }, { withLines }] =
    await Promise.all([
      import("../../features.ts"),
      import("../../settings/parse.ts"),
      import("../bundle/units.ts"),
      import("../../functions/registry.ts"),
      import("../bundle/where.ts"),
    ]);
  const { own } = fieldsOf(await exportedBy(defaultSettings));
  // Whatever is set: the schema is that of the units.
  const name = shownPath(defaultSettings);
  const { units } = await withLines(defaultSettings, name, () =>
    configure(registry, { home: "us-east-1", ...(isFields(own) && { own }) }, { name }),
  );
  const frame = z.toJSONSchema(settingsSchema(features), { io: "input", unrepresentable: "any" });
  const ofUnits = units.map(({ id, kind, summary, configSchema }) => {
    const mode = { enum: modes, default: "watch" };
    return [
      id,
      {
        description: summary,
        type: "object",
        additionalProperties: false,
        properties: {
          enabled: { type: "boolean", default: true },
          ...(kind === "automation" && {
            mode,
            formerly: { type: "array", items: { type: "string" } },
          }),
          config: configSchema,
          on: {},
        },
      },
    ] as const;
  });
  io.print(
    json({
      ...frame,
      title: "nightshift.config.ts",
      properties: {
        shipped: { type: "array", items: { type: "string" } },
        own: { type: "object" },
        ...frame.properties,
        units: {
          type: "object",
          additionalProperties: false,
          properties: Object.fromEntries(ofUnits),
        },
      },
    }),
  );
  return exit.done;
}
