/**
 * Bundles what the settings deploy, and writes `dist/manifest.json`:
 * `node bin/bundle.ts [--settings FILE] [--out FOLDER]`. Exits with 2 when the settings are wrong, with 1
 * when it fails otherwise.
 */
import { parseArgs } from "node:util";
import { bundle } from "../cli/bundle/bundle.ts";
import { failureOf } from "../cli/io/failure.ts";

const { values } = parseArgs({
  options: { settings: { type: "string" }, out: { type: "string" } },
});
try {
  await bundle(values, (line) => console.error(line));
} catch (error) {
  const { message, exitCode } = failureOf(error);
  console.error(message);
  if (process.env.NIGHTSHIFT_DEBUG) console.error(error);
  process.exitCode = exitCode;
}
