/**
 * What there is, without loading a unit: `dist/manifest.json`, made anew when it is missing or
 * older than its sources.
 */
import type { Manifest, ManifestUnit } from "../../settings/manifest.ts";
import { freshManifest, isStale } from "../bundle/stale.ts";
import type { Io } from "../io/io.ts";
import { defaultSettings, shownPath } from "../io/paths.ts";
import { known } from "./units.ts";

/** @throws {SettingsError} when the settings are wrong */
export async function manifestOf(file: string, io: Pick<Io, "say">): Promise<Manifest> {
  if (file !== defaultSettings) return described(file);
  if (isStale()) io.say("bundling first: dist/ is missing or older than its sources");
  return freshManifest();
}

/**
 * Of other settings than those that are deployed nothing is bundled: their units are loaded and
 * described here.
 */
async function described(file: string): Promise<Manifest> {
  const [{ configure }, { describeShared }, { withLines }, { readSettings }, { registry }] =
    await Promise.all([
      import("../bundle/units.ts"),
      import("../bundle/shared.ts"),
      import("../bundle/where.ts"),
      import("./settings.ts"),
      import("../../functions/registry.ts"),
    ]);
  const given = await readSettings(file);
  const { settings, units } = await withLines(file, shownPath(file), () =>
    configure(registry, given, { name: shownPath(file) }),
  );
  const unbundled = { bundle: "", hash: "" };
  return {
    version: 1,
    settingsFile: file,
    settings,
    units: units.map(({ file: _, shown: __, ...unit }) => ({ ...unit, ...unbundled })),
    shared: await describeShared(settings, () => ""),
  };
}

/** @throws {UsageError} when there is no such unit: before anything is bundled for a word that was mistyped */
export async function manifestWith(
  id: string,
  file: string,
  io: Pick<Io, "say">,
): Promise<{ readonly manifest: Manifest; readonly unit: ManifestUnit }> {
  known(id);
  const manifest = await manifestOf(file, io);
  const unit = manifest.units.find((one) => one.id === id);
  if (!unit) throw new Error(`the manifest lacks ${id}, which the registry names: bundle again`);
  return { manifest, unit };
}
