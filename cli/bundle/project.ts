/** Which units a project has: those that Nightshift ships, and its own. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isFields } from "../../sdk/fields.ts";
import { SettingsError } from "../../settings/settings.ts";
import { codeExtension, packageRoot } from "../io/paths.ts";

export type LoadUnit = () => Promise<{ readonly default: unknown }>;
export type Registry = Readonly<Record<string, LoadUnit>>;

/** Where a unit's file lies: `functions/<family>/<id>/index.ts`. */
export interface UnitSource {
  readonly family: string;
  /** Absolute. */
  readonly file: string;
  /** As people see it, from the folder that holds `functions/`. */
  readonly shown: string;
}

export interface Project {
  readonly registry: Registry;
  readonly sources: ReadonlyMap<string, UnitSource>;
  /** The settings as written, without what says which units there are. */
  readonly settings: unknown;
}

/** The folders of units below `root`, by id. */
function sourcesBelow(root: string, extension: string): Map<string, UnitSource> {
  const functions = join(root, "functions");
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const foldersIn = (path: string) =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(path) : [];
  return new Map(
    foldersIn(functions).flatMap((family) =>
      foldersIn(join(functions, family)).flatMap((id): [string, UnitSource][] => {
        const shown = `functions/${family}/${id}/index${extension}`;
        const file = join(root, shown);
        return isFile(file) ? [[id, { family, file, shown }]] : [];
      }),
    ),
  );
}

/** What is wrong with `own`, one line for each. */
function problemsOfOwn(own: Readonly<Record<string, unknown>>, shipped: Registry): string[] {
  return Object.entries(own).flatMap(([id, load]) => {
    if (id in shipped)
      return `own.${id}: Nightshift ships a unit with this id. Give yours another one, in its folder's name and in its index.ts too; leave it out of \`own\` where the shipped one is meant`;
    if (typeof load !== "function")
      return `own.${id}: must be a function that imports ./functions/<family>/${id}/index.ts`;
    return [];
  });
}

/** The shipped units that `shipped` names, by their ids or families. */
function chosenOf(
  chosen: unknown,
  registry: Registry,
  sources: ReadonlyMap<string, UnitSource>,
): { readonly ids: readonly string[]; readonly wrong: readonly string[] } {
  const ids = Object.keys(registry);
  if (chosen === undefined) return { ids, wrong: [] };
  const families = new Set(ids.flatMap((id) => sources.get(id)?.family ?? []));
  if (!Array.isArray(chosen) || !chosen.every((name) => typeof name === "string"))
    return { ids, wrong: ['shipped: must be a list of families and ids, like ["security"]'] };
  const wrong = chosen.flatMap((name, at) =>
    families.has(name) || ids.includes(name)
      ? []
      : `shipped[${at}]: Nightshift ships no unit or family ${name}; the families are ${[...families].sort().join(", ")}`,
  );
  const isChosen = (id: string) =>
    chosen.includes(id) || chosen.includes(sources.get(id)?.family ?? "");
  return { ids: ids.filter(isChosen), wrong };
}

/**
 * Takes apart what a settings file exports: which units there are, and what is set for them.
 * @param shipped the registry of what Nightshift ships
 * @param name of the file, for messages
 * @param root the folder that holds the project's `functions/`
 * @throws {SettingsError} that names everything that is wrong with the list of units
 */
export function projectOf(
  shipped: Registry,
  exported: unknown,
  name: string,
  root: string,
): Project {
  const shippedSources = sourcesBelow(packageRoot, codeExtension);
  if (!isFields(exported))
    return { registry: shipped, sources: shippedSources, settings: exported };
  const { own = {}, shipped: chosen, ...settings } = exported;
  if (!isFields(own))
    throw new SettingsError(`${name} is not valid:\nown: must name units by their ids`);
  const { ids, wrong } = chosenOf(chosen, shipped, shippedSources);
  const problems = [...problemsOfOwn(own, shipped), ...wrong];
  if (problems.length) throw new SettingsError(`${name} is not valid:\n${problems.join("\n")}`);
  const ownSources = Object.keys(own).length ? sourcesBelow(root, ".ts") : new Map();
  return {
    registry: {
      ...Object.fromEntries(Object.entries(shipped).filter(([id]) => ids.includes(id))),
      ...(own as Registry),
    },
    sources: new Map([...ownSources, ...shippedSources]),
    settings,
  };
}
