/**
 * Whether `dist/` is older than what it is made from, and making it again. Loads no unit: the
 * bundle step runs by itself.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Manifest } from "../../settings/manifest.ts";
import { SettingsError } from "../../settings/settings.ts";

const root = resolve(import.meta.dirname, "../..");
const sources = [
  "sdk",
  "aws",
  "functions",
  "settings",
  "ledger",
  "messages",
  "engine",
  "channels",
  "oncall",
  "ingest",
  "handlers",
  "lib/iam",
  "cli/bundle",
  "bin/bundle.ts",
  "package-lock.json",
  "tsconfig.json",
];

/** Folders count too: theirs is the time at which a file was taken away. */
function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return path.endsWith(".test.ts") ? 0 : mtimeMs;
  return readdirSync(path).reduce(
    (latest, name) => Math.max(latest, newest(`${path}/${name}`)),
    mtimeMs,
  );
}

export interface Dist {
  /** Default `nightshift.config.ts`. */
  readonly settings?: string | undefined;
  /** Default `dist`. */
  readonly out?: string | undefined;
}

const read = (out: string): Manifest | undefined => {
  const file = resolve(root, out, "manifest.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : undefined;
};

/** Whether the bundles are missing, older than their sources, or made with other settings. */
export function isStale({ settings = "nightshift.config.ts", out = "dist" }: Dist = {}): boolean {
  const made = resolve(root, out, "manifest.json");
  if (!existsSync(made) || read(out)?.settingsFile !== relative(root, resolve(root, settings)))
    return true;
  const since = statSync(made).mtimeMs;
  return [...sources, settings].some((source) => newest(resolve(root, source)) > since);
}

/**
 * The manifest, made anew when it is stale.
 * @throws {SettingsError} when the settings are wrong
 */
export function freshManifest({
  settings = "nightshift.config.ts",
  out = "dist",
}: Dist = {}): Manifest {
  if (isStale({ settings, out })) {
    const { status, stderr } = spawnSync(
      process.execPath,
      [`${root}/bin/bundle.ts`, "--settings", settings, "--out", out],
      { cwd: root, encoding: "utf8" },
    );
    if (status === 2) throw new SettingsError(stderr.trim());
    if (status !== 0) throw new Error(`bundling failed:\n${stderr.trim()}`);
  }
  const manifest = read(out);
  if (!manifest) throw new Error(`bundling left no ${out}/manifest.json`);
  return manifest;
}
