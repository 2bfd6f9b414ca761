/** The settings file, for what runs here: the same parser as the bundle step's. */

import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import { features } from "../../features.ts";
import { registry as shipped } from "../../functions/registry.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { meantIn } from "../../settings/meant.ts";
import type { Mode } from "../../settings/mode.ts";
import { parseSettings } from "../../settings/parse.ts";
import {
  type ParsedSettings,
  parseConfig,
  settingsOf,
  type UnitSettings,
} from "../../settings/settings.ts";
import { projectOf } from "../bundle/project.ts";
import { projectRoot, shownPath } from "../io/paths.ts";
import { exportedBy } from "./exported.ts";
import { unitIds } from "./units.ts";

/** @throws {SettingsError} that names every wrong field, or says that the file is missing or cannot be read */
export async function loadSettings(file: string): Promise<ParsedSettings> {
  const exported = await readSettings(file);
  try {
    const { registry, settings } = projectOf(shipped, exported, shownPath(file), projectRoot);
    return parseSettings(settings, {
      features,
      units: Object.keys(registry),
      file: shownPath(file),
    });
  } catch (error) {
    // The parser of the language is loaded only where there is something to say.
    const { withLines } = await import("../bundle/where.ts");
    return withLines(file, shownPath(file), () => Promise.reject(error));
  }
}

/** A settings file's default export, as it is written. */
export async function readSettings(file: string): Promise<unknown> {
  z.config(en());
  return exportedBy(file);
}

/**
 * A unit's own part, with what the command line says over it.
 * @throws {SettingsError} that names the wrong key of the config, and where it comes from
 */
export function partOf(
  unit: AnyUnit,
  settings: ParsedSettings,
  file: string,
  over: {
    readonly mode?: Mode | undefined;
    readonly config?: Readonly<Record<string, unknown>>;
  } = {},
): UnitSettings {
  const own = settingsOf(settings, unit, unitIds);
  parseConfig(unit, own.config, shownPath(file), meantIn);
  const config = { ...own.config, ...over.config };
  if (over.config) parseConfig(unit, config, "--config", meantIn);
  return { ...own, config, mode: over.mode ?? own.mode };
}
