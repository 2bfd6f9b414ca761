/** Units by id, each loaded only when it is asked for. */
import { usePrices } from "../../aws/pricing/prices.ts";
import { registry as shipped } from "../../functions/registry.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { closest } from "../../sdk/closest.ts";
import { UsageError } from "../../sdk/errors.ts";
import { unitFrom } from "../bundle/load-unit.ts";
import { type Project, projectOf } from "../bundle/project.ts";
import { defaultSettings, projectRoot, shownPath } from "../io/paths.ts";
import { pricesBeside, priceTableOf, readPrices } from "../prices/file.ts";
import { exportedBy } from "./exported.ts";

interface Here {
  readonly project: Project;
  /** Why the settings do not say which units there are; the shipped ones are then all that is known. */
  readonly wrong?: unknown;
}

/** By the project's own settings; where they are wrong, whoever reads them next says so. */
async function projectHere(): Promise<Here> {
  const name = shownPath(defaultSettings);
  try {
    return { project: projectOf(shipped, await exportedBy(defaultSettings), name, projectRoot) };
  } catch (wrong) {
    return { project: projectOf(shipped, undefined, name, projectRoot), wrong };
  }
}

const { project, wrong } = await projectHere();
export const unitIds: readonly string[] = Object.keys(project.registry);

/** Of a unit that is there, and that the settings do not have. */
function leftOut(id: string): string | undefined {
  const settings = shownPath(defaultSettings);
  if (id in shipped)
    return `Nightshift ships ${id}, and \`shipped\` in ${settings} leaves it out: name it there`;
  const source = project.sources.get(id);
  if (!source) return undefined;
  return `${source.shown} is there, and \`own\` in ${settings} does not name it: \`npx nightshift generate\` writes the list of your units`;
}

/**
 * @throws {UsageError} that suggests what was probably meant
 * @throws whatever is wrong with the settings, where they do not say which units there are
 */
export function known(id: string, among: readonly string[] = unitIds): string {
  if (among.includes(id)) return id;
  if (wrong !== undefined) throw wrong;
  const missing = leftOut(id);
  if (missing !== undefined) throw new UsageError(missing);
  const meant = closest(id, among);
  throw new UsageError(
    `there is no unit "${id}"${meant ? `; did you mean ${meant}?` : "."} \`npx nightshift list\` shows them all.`,
  );
}

/**
 * Units and commands go by what the project's `prices.json` says from now on.
 * @throws {SettingsError} when that is broken
 */
export const knowPrices = (): void =>
  usePrices(priceTableOf(readPrices(pricesBeside(defaultSettings))));

/**
 * @throws {UsageError} when there is no such unit
 * @throws {SettingsError} when its file has none, or another, or when `prices.json` is broken
 */
export async function loadUnit(id: string): Promise<AnyUnit> {
  const load = project.registry[known(id)];
  knowPrices();
  if (!load) throw new UsageError(`there is no unit "${id}"`);
  return unitFrom(id, load, project.sources.get(id));
}

export interface OwnUnit {
  readonly id: string;
  /** Absolute path of its `index.ts`. */
  readonly file: string;
}

/** The project's own units, and where each lies. */
export const ownUnits = (): readonly OwnUnit[] =>
  unitIds.flatMap((id) => {
    const file = project.sources.get(id)?.file;
    return file !== undefined && !(id in shipped) ? [{ id, file }] : [];
  });

/** The folder that a unit lies in: what is under `security/` takes tags for less. */
export const familyOf = (id: string): string => project.sources.get(id)?.family ?? "";
