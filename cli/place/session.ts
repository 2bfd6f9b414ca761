/** What every verb begins with: the settings that hold, and where they hold. */
import { resolve } from "node:path";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Common } from "../io/options.ts";
import { defaultSettings, projectRoot } from "../io/paths.ts";
import type { Surroundings } from "./account.ts";

export interface Session {
  readonly around: Surroundings;
  readonly settings: ParsedSettings;
  /** Absolute path of the file that they come from. */
  readonly file: string;
}

/** The settings file: as given, else the running embedded AWS's own, else the repository's. */
export function fileOf({ settings }: Common, { embedded }: Surroundings): string {
  if (settings) return resolve(settings);
  if (embedded?.settings) return resolve(projectRoot, embedded.settings);
  return defaultSettings;
}

/** @throws {SettingsError} */
export async function openSession(options: Common): Promise<Session> {
  const [{ surroundings }, { loadSettings }] = await Promise.all([
    import("./account.ts"),
    import("./settings.ts"),
  ]);
  const around = await surroundings();
  const file = fileOf(options, around);
  return { around, file, settings: await loadSettings(file) };
}
