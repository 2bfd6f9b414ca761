/**
 * Whether `dist/` is older than what it is made from, and making it again. Loads no unit: the
 * bundle step runs by itself.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { NotPossible } from "../../sdk/errors.ts";
import { calendarFolder } from "../../settings/holidays.ts";
import type { Manifest } from "../../settings/manifest.ts";
import { SettingsError } from "../../settings/settings.ts";
import { packageFile, packageRoot, projectRoot, settingsName } from "../io/paths.ts";
import { pricesName } from "../prices/file.ts";

/** What of Nightshift's own code goes into bundles, or decides what does. */
const packageSources = [
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
  "bin",
];
/** The last is written by npm whenever it installs something: a package's files have no time. */
const projectSources = [
  "functions",
  calendarFolder,
  pricesName,
  "package-lock.json",
  "tsconfig.json",
  "node_modules/.package-lock.json",
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
  /** Default `nightshift.config.ts`; relative to the project. */
  readonly settings?: string | undefined;
  /** Default `dist`. */
  readonly out?: string | undefined;
}

const read = (out: string): Manifest | undefined => {
  const file = resolve(projectRoot, out, "manifest.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : undefined;
};

/** Whether the bundles are missing, older than their sources, or made with other settings. */
export function isStale({ settings = settingsName, out = "dist" }: Dist = {}): boolean {
  const made = resolve(projectRoot, out, "manifest.json");
  if (!existsSync(made)) return true;
  if (read(out)?.settingsFile !== relative(projectRoot, resolve(projectRoot, settings)))
    return true;
  const since = statSync(made).mtimeMs;
  const sources = [
    ...packageSources.map((path) => join(packageRoot, path)),
    ...[...projectSources, settings].map((path) => resolve(projectRoot, path)),
  ];
  return sources.some((source) => newest(source) > since);
}

/**
 * The manifest, made anew when it is stale.
 * @throws {SettingsError} when the settings are wrong
 * @throws {NotPossible} when bundling fails for another reason, with what it said
 */
export function freshManifest({ settings = settingsName, out = "dist" }: Dist = {}): Manifest {
  if (isStale({ settings, out })) {
    const { status, stderr } = spawnSync(
      process.execPath,
      [packageFile("bin/bundle.ts"), "--settings", settings, "--out", out],
      { cwd: projectRoot, encoding: "utf8" },
    );
    if (status === 2) throw new SettingsError(stderr.trim());
    if (status !== 0) throw new NotPossible(`bundling failed: ${stderr.trim()}`);
  }
  const manifest = read(out);
  if (!manifest) throw new Error(`bundling left no ${out}/manifest.json`);
  return manifest;
}
