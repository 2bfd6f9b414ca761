/** What a settings file exports, as it is written. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { inOneLine } from "../../sdk/errors.ts";
import { SettingsError } from "../../settings/settings.ts";
import { defaultSettings, shownPath } from "../io/paths.ts";

/** @throws {SettingsError} where the file is missing or cannot be read */
export async function exportedBy(file: string): Promise<unknown> {
  const name = shownPath(file);
  if (!existsSync(file))
    throw new SettingsError(
      file === defaultSettings
        ? `there is no ${name} here, nor in a folder above: go to the folder that has one, or make one with \`nightshift init\``
        : `the settings file ${name} does not exist`,
    );
  try {
    return ((await import(pathToFileURL(file).href)) as { default?: unknown }).default;
  } catch (error) {
    throw new SettingsError(`the settings file ${name} cannot be read: ${inOneLine(error)}`, {
      cause: error,
    });
  }
}
