/** Units by id, each loaded only when it is asked for. */

import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { registry } from "../../functions/registry.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { UsageError } from "../../sdk/errors.ts";
import { closest } from "../io/closest.ts";

const loaders: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = registry;
export const unitIds: readonly string[] = Object.keys(registry);

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
  return (await loaders[id]?.())?.default as AnyUnit;
}

const functions = resolve(import.meta.dirname, "..", "..", "functions");
/** The folder that a unit lies in: what is under `security/` takes tags for less. */
export const familyOf = (id: string): string =>
  readdirSync(functions, { withFileTypes: true }).find(
    (entry) => entry.isDirectory() && existsSync(`${functions}/${entry.name}/${id}/index.ts`),
  )?.name ?? "";
