/** What a settings file exports, as it is written. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { NotPossible } from "../../sdk/errors.ts";
import { SettingsError } from "../../settings/settings.ts";
import { wrongCopy } from "../io/copies.ts";
import { defaultSettings, shownPath } from "../io/paths.ts";
import { thrownIn } from "../io/thrown.ts";

/**
 * @throws {SettingsError} where the file is missing or cannot be read
 * @throws {NotPossible} where another copy of Nightshift than the one that runs is meant
 */
export async function exportedBy(file: string): Promise<unknown> {
  const name = shownPath(file);
  if (!existsSync(file))
    throw new SettingsError(
      file === defaultSettings
        ? `there is no ${name} here, nor in a folder above: go to the folder that has one, or make one with \`nightshift init\``
        : `the settings file ${name} does not exist`,
    );
  const wrong = wrongCopy([file]);
  if (wrong) throw new NotPossible(wrong);
  try {
    return ((await import(pathToFileURL(file).href)) as { default?: unknown }).default;
  } catch (error) {
    throw new SettingsError(`the settings file ${name} cannot be read: ${thrownIn(error)}`, {
      cause: error,
    });
  }
}
