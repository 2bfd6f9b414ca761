/**
 * Two folders that everything is found from. The package's is where Nightshift's own code lies; the
 * project's is where a team keeps its settings, its units, and what is made from them. In
 * Nightshift's own repository they are the same.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** Where `aws/`, `functions/`, `handlers/` and `testing/` of Nightshift lie. */
export const packageRoot = resolve(import.meta.dirname, "..", "..");

/** `.ts` in the repository, `.js` in the package that is made of it. */
export const codeExtension = import.meta.filename.endsWith(".ts") ? ".ts" : ".js";

/** A file of Nightshift's own code, as it lies here: `packageFile("handlers/unit.ts")`. */
export const packageFile = (path: string): string =>
  join(packageRoot, path.replace(/\.ts$/, codeExtension));

export const settingsName = "nightshift.config.ts";

/** The nearest folder with settings, from `folder` upward. */
export function settingsFolder(folder: string): string | undefined {
  if (existsSync(join(folder, settingsName))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : settingsFolder(parent);
}

/** @returns the nearest folder with settings from `start` upward; where there are none, `start` */
export function findProject(start: string): string {
  const above = settingsFolder(start);
  if (above !== undefined) return above;
  return existsSync(join(packageRoot, settingsName)) ? packageRoot : start;
}

/** Where `nightshift.config.ts`, `functions/`, `dist/`, `.nightshift/` and `.venv/` lie. */
export const projectRoot = findProject(process.cwd());

export const defaultSettings = join(projectRoot, settingsName);

/** As people see it from where they are. */
export const shownPath = (file: string): string => {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
};
