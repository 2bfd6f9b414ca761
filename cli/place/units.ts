/** Units by id, each loaded only when it is asked for. */
import { registry as shipped } from "../../functions/registry.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { UsageError } from "../../sdk/errors.ts";
import { type Project, projectOf } from "../bundle/project.ts";
import { closest } from "../io/closest.ts";
import { defaultSettings, projectRoot, shownPath } from "../io/paths.ts";
import { exportedBy } from "./exported.ts";

/** By the project's own settings; where they are wrong, whoever reads them next says so. */
async function projectHere(): Promise<Project> {
  try {
    const exported = await exportedBy(defaultSettings);
    return projectOf(shipped, exported, shownPath(defaultSettings), projectRoot);
  } catch {
    return projectOf(shipped, undefined, shownPath(defaultSettings), projectRoot);
  }
}

const project = await projectHere();
export const unitIds: readonly string[] = Object.keys(project.registry);

/** @throws {UsageError} that suggests what was probably meant */
export function known(id: string, among: readonly string[] = unitIds): string {
  if (among.includes(id)) return id;
  const meant = closest(id, among);
  throw new UsageError(
    `there is no unit "${id}"${meant ? `; did you mean ${meant}?` : "."} \`npx nightshift list\` shows them all.`,
  );
}

/** @throws {UsageError} when there is no such unit */
export async function loadUnit(id: string): Promise<AnyUnit> {
  known(id);
  return (await project.registry[id]?.())?.default as AnyUnit;
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
