/** `config check` and `config show`: the settings as they hold. */

import { count } from "../../sdk/counted.ts";
import { mayChange } from "../../settings/mode.ts";
import type { Configured } from "../bundle/units.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import type { Common } from "../io/options.ts";
import { shownPath } from "../io/paths.ts";
import { fileOf } from "../place/session.ts";

/** With each unit's own schema, as the bundle step parses them; asks no account. */
async function configuredBy(options: Common): Promise<{ file: string; configured: Configured }> {
  const [{ configure }, { withLines }, { readSettings }, { registry }] = await Promise.all([
    import("../bundle/units.ts"),
    import("../bundle/where.ts"),
    import("../place/settings.ts"),
    import("../../functions/registry.ts"),
  ]);
  const file = fileOf(options, {});
  const name = shownPath(file);
  const exported = await readSettings(file);
  const configured = await withLines(file, name, () =>
    configure(registry, exported, { name, now: new Date() }),
  );
  return { file: name, configured };
}

/** @throws {SettingsError} that names every wrong field with its line */
export async function configCheck(options: Common, io: Io): Promise<number> {
  const { file, configured } = await configuredBy(options);
  const { settings, units } = configured;
  const acting = units.filter(({ mode }) => mayChange(mode)).map(({ id, mode }) => ({ id, mode }));
  if (options.json) {
    io.print(json({ file, ok: true, units: units.length, acting }));
    return exit.done;
  }
  const modes = acting.map(({ id, mode }) => `${id} ${mode}`).join(", ") || "none";
  io.print(
    `${file} is right: ${count(units.length, "unit")}, home ${settings.home}; more than watching: ${modes}`,
  );
  return exit.done;
}

/** @throws {SettingsError} */
export async function configShow(options: Common, io: Io): Promise<number> {
  const { configured } = await configuredBy(options);
  const { units, ...settings } = configured.settings;
  const shown = configured.units.map(({ id, kind, family, enabled, mode, config, on }) => {
    const what = { kind, family, enabled, ...(kind === "automation" && { mode }), config, on };
    return [id, what] as const;
  });
  io.print(json({ version: 1, ...settings, units: Object.fromEntries(shown) }));
  return exit.done;
}
