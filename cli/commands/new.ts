/** `new KIND FAMILY/ID`: a unit's whole folder, which passes everything as written. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { features } from "../../features.ts";
import { UsageError } from "../../sdk/errors.ts";
import { sharedNames } from "../../settings/feature.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { packageRoot, projectRoot } from "../io/paths.ts";
import { ownRegistry, unitRegistry } from "../new/registry.ts";
import { type NewUnit, unitFiles } from "../new/unit-files.ts";
import { unitsByFamily } from "../new/units-by-family.ts";
import { unitIds } from "../place/units.ts";

const kinds = ["automation", "report", "signal"] as const;
/** In kebab-case, and short enough for the names of functions and roles. */
const name = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const longest = 40;

function kindOf(given: string): NewUnit["kind"] {
  const kind = kinds.find((one) => one === given);
  if (!kind) throw new UsageError(`"${given}" is no kind of unit: write ${kinds.join(", ")}`);
  return kind;
}

function placeOf(given: string): { readonly family: string; readonly id: string } {
  const [family = "", id = "", ...more] = given.split("/");
  if (more.length || !name.test(family) || !name.test(id) || id.length > longest)
    throw new UsageError(
      `"${given}" is no <family>/<id>: write both in small letters, digits and hyphens, like cost/idle-volumes; an id has at most ${longest} characters`,
    );
  const function_ = sharedNames(features).find((one) => id === one || id.startsWith(`${one}-`));
  if (function_)
    throw new UsageError(`an id must not begin with ${function_}: a function of Nightshift does`);
  return { family, id };
}

/** How a file of Nightshift is imported from a unit's folder. */
function importing(folder: string): NewUnit["at"] {
  if (projectRoot === packageRoot) return (path) => relative(folder, join(packageRoot, path));
  return (path) => {
    const part = path.replace(/\.ts$/, "");
    if (part.startsWith("aws/")) return `nightshift/${part}`;
    return part.startsWith("testing/") ? "nightshift/testing" : "nightshift";
  };
}

interface Options {
  readonly json?: boolean;
}

/**
 * Writes nothing where anything is in the way.
 * @throws {UsageError} with what to write instead
 */
export async function newCommand(
  given: { readonly kind: string; readonly place: string },
  options: Options,
  io: Io,
): Promise<number> {
  const kind = kindOf(given.kind);
  const { family, id } = placeOf(given.place);
  if (unitIds.includes(id))
    throw new UsageError(`there is a unit ${id} already: give the new one another id`);
  const shown = `functions/${family}/${id}`;
  const folder = join(projectRoot, shown);
  if (existsSync(folder))
    throw new UsageError(`${shown} is there already: remove it, or choose another id`);

  const files = unitFiles({ kind, family, id, at: importing(folder) });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const written = Object.keys(files).map((file) => `${shown}/${file}`);
  written.push(...registered());
  if (options.json) io.print(json({ unit: id, kind, family, written }));
  else io.print(written.join("\n"));
  io.say(next(id, shown));
  return exit.done;
}

/** In a project whose units are listed elsewhere than in `functions/registry.ts` nothing is written. */
function registered(): readonly string[] {
  const lists =
    projectRoot === packageRoot
      ? [unitRegistry(projectRoot), unitsByFamily(projectRoot)]
      : [ownRegistry()];
  const there = lists.filter(({ file }) => existsSync(join(projectRoot, file)));
  for (const { file, text } of there) writeFileSync(join(projectRoot, file), text);
  return there.map(({ file }) => file);
}

function next(id: string, shown: string): string {
  if (projectRoot === packageRoot)
    return `Change ${shown}/index.ts to what it shall do, then \`npm run docs\` and \`npx nightshift check ${id}\`; at the end \`npm run power\`, a minute, for docs/power.md.`;
  if (existsSync(join(projectRoot, ownRegistry().file)))
    return `Change ${shown}/index.ts to what it shall do, then \`npx nightshift check ${id}\`.`;
  const index = `${shown}/index.ts`;
  return `Name it in nightshift.config.ts: own: { "${id}": () => import("./${index}") }. Then change ${shown}/index.ts to what it shall do, and \`npm test\`.`;
}
