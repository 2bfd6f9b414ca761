/**
 * Parses the settings, bundles what they deploy, and writes down for all others what there is:
 * `dist/manifest.json`. `node bin/bundle.ts [--settings FILE] [--out FOLDER]`; exits with 2 when
 * the settings are wrong.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type Bundle, type Packed, pack } from "../cli/bundle/pack.ts";
import { describeShared, watchedOf } from "../cli/bundle/shared.ts";
import { configure, type DescribedUnit, type Registry } from "../cli/bundle/units.ts";
import { withLines } from "../cli/bundle/where.ts";
import type { Manifest } from "../settings/manifest.ts";
import { type Optional, type Shared, sharedOf } from "../settings/names.ts";
import { type ParsedSettings, SettingsError, settingsOf } from "../settings/settings.ts";

const root = resolve(import.meta.dirname, "..");

export interface BundleOptions {
  /** Default export: the settings. Default `nightshift.config.ts`. */
  readonly settings?: string;
  /** Default `dist`. */
  readonly out?: string;
}

const imported = (file: string): string => JSON.stringify(resolve(root, file));

const carrying = ({ file }: DescribedUnit): string => `import unit from ${imported(file)};
import { serveUnit } from ${imported("handlers/unit.ts")};
export const handler = serveUnit(unit);`;

const signalling = (
  signals: readonly DescribedUnit[],
): string => `${signals.map(({ file }, index) => `import s${index} from ${imported(file)};`).join("\n")}
import { serveSignals } from ${imported("handlers/signals.ts")};
export const handler = serveSignals([${signals.map((_, index) => `s${index}`).join(", ")}]);`;

/** What undo loads from: automations that are deployed, each when it is needed. */
const registryOf = (automations: readonly DescribedUnit[]): string =>
  `export const registry = {\n${automations.map(({ id, file }) => `${JSON.stringify(id)}: () => import(${imported(file)}),`).join("\n")}\n};`;

/** The kinds of channels that the settings name, each when it is needed. */
const kindsOf = ({ channels }: ParsedSettings): string =>
  `export const kinds = {\n${[...new Set(Object.values(channels).map(({ kind }) => kind))].map((kind) => `${JSON.stringify(kind)}: () => import(${imported(`channels/${kind}/kind.ts`)}),`).join("\n")}\n};`;

/** Entry points that belong to a feature lie in its folder. */
const entryFolders: Partial<Record<Shared | Optional, string>> = {
  incidents: "oncall/handlers",
  slack: "channels/slack/handlers",
  "slack-work": "channels/slack/handlers",
};
const standing = (name: Shared | Optional): string =>
  `export { handler } from ${imported(`${entryFolders[name] ?? "handlers"}/${name}.ts`)};`;

async function read(file: string): Promise<unknown> {
  const path = resolve(root, file);
  if (!existsSync(path))
    throw new SettingsError(`${file} does not exist; copy nightshift.config.ts`);
  try {
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  } catch (error) {
    throw new SettingsError(
      `${file} cannot be read: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
}

function describeSizes(sizes: readonly (readonly [string, Packed])[]): string {
  const width = Math.max(...sizes.map(([name]) => name.length));
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KB`.padStart(8);
  return sizes
    .map(
      ([name, { bytes, gzipped }]) =>
        `${name.padEnd(width)}${kilobytes(bytes)}${kilobytes(gzipped)} gzipped`,
    )
    .join("\n");
}

/** Another bundle step may do the same at this moment; the last one stays. */
function moveIntoPlace(made: string, target: string): void {
  for (let attempt = 1; ; attempt += 1)
    try {
      if (existsSync(target)) renameSync(target, `${made}.old`);
      renameSync(made, target);
      break;
    } catch (error) {
      if (attempt === 10) throw error;
    } finally {
      rmSync(`${made}.old`, { recursive: true, force: true });
    }
}

/**
 * Bundles everything that the settings deploy.
 * @returns the manifest, as written to `<out>/manifest.json`
 * @throws {SettingsError}
 */
export async function bundle(
  { settings: file = "nightshift.config.ts", out = "dist" }: BundleOptions = {},
  say: (line: string) => void = () => {},
): Promise<Manifest> {
  const given = await read(file);
  const { registry } = (await import("../functions/registry.ts")) as { registry: Registry };
  const { settings, units } = await withLines(resolve(root, file), file, () =>
    configure(registry, given, file, root, new Date()),
  );

  const target = resolve(root, out);
  // Built beside it and moved into place, so that whoever reads meanwhile sees the old or the new,
  // never half of it.
  const building = `${target}.${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  try {
    const carried = units.filter(({ enabled }) => enabled);
    const folderOf = (unit: DescribedUnit) =>
      unit.kind === "signal" ? "functions/signals" : `functions/${unit.id}`;
    const ids = units.map(({ id }) => id);
    const partOf = (unit: DescribedUnit) => settingsOf(settings, unit, ids);
    const partsOf = (some: readonly DescribedUnit[]) =>
      Object.fromEntries(some.map((unit) => [unit.id, partOf(unit)]));
    const bundles = new Map<string, Bundle>();
    for (const unit of carried.filter(({ kind }) => kind !== "signal"))
      bundles.set(folderOf(unit), { source: carrying(unit), settings: partOf(unit) });
    const signals = carried.filter(({ kind }) => kind === "signal");
    const all = {
      settings,
      units: partsOf(carried),
      watched: watchedOf({ settings, units }),
      reporting: carried.filter(({ kind }) => kind !== "signal").map(({ id }) => id),
    };
    for (const name of sharedOf(settings))
      bundles.set(`functions/${name}`, {
        ...(name === "signals"
          ? { source: signalling(signals), settings: partsOf(signals) }
          : { source: standing(name), settings: all }),
        instead: {
          "functions/registry.ts": registryOf(carried.filter(({ kind }) => kind === "automation")),
          "channels/kinds.ts": kindsOf(settings),
        },
      });
    const packed = new Map(
      await Promise.all(
        [...bundles].map(
          async ([folder, one]) =>
            [folder, await pack(root, `${building}/${folder}`, one)] as const,
        ),
      ),
    );
    say(
      describeSizes(
        [...packed].map(([folder, sizes]) => [folder.replace("functions/", ""), sizes]),
      ),
    );

    const manifest: Manifest = {
      version: 1,
      settingsFile: relative(root, resolve(root, file)),
      settings: settings satisfies ParsedSettings,
      units: units.map((unit) => {
        const { file: _, ...described } = unit;
        return {
          ...described,
          bundle: folderOf(unit),
          hash: packed.get(folderOf(unit))?.hash ?? "",
        };
      }),
      shared: await describeShared(settings, (folder) => packed.get(folder)?.hash ?? ""),
    };
    const carries = Object.fromEntries(
      [...packed].map(([folder, { packages }]) => [folder, packages]),
    );
    writeFileSync(`${building}/packages.json`, `${JSON.stringify(carries, null, 2)}\n`);
    writeFileSync(`${building}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
    moveIntoPlace(building, target);
    return manifest;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

if (import.meta.main) {
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
}
