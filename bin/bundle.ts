/**
 * Bundles what the settings deploy, and writes `dist/manifest.json`:
 * `node bin/bundle.ts [--settings FILE] [--out FOLDER]`. Exits with 2 when the settings are wrong.
 */
import { parseArgs } from "node:util";
import { bundle } from "../cli/bundle/bundle.ts";
import { SettingsError } from "../settings/settings.ts";

const { values } = parseArgs({
  options: { settings: { type: "string" }, out: { type: "string" } },
});
try {
  await bundle(values, (line) => console.error(line));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
