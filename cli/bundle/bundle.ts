/**
 * Parses the settings, bundles what they deploy, and writes down for all others what there is:
 * `dist/manifest.json`.
 */
import { existsSync, globSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { concurrently } from "../../sdk/concurrently.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Manifest } from "../../settings/manifest.ts";
import { flowFunction } from "../../settings/names.ts";
import { SettingsError, type UnitSchedule } from "../../settings/settings.ts";
import { wrongCopy } from "../io/copies.ts";
import { packageFile, packageRoot, projectRoot, settingsName } from "../io/paths.ts";
import { thrownIn } from "../io/thrown.ts";
import { pricesBeside, readPrices, tableSource } from "../prices/file.ts";
import { bundleCache } from "./cache.ts";
import {
  beginning,
  carrying,
  carryingFlows,
  kindsOf,
  registryOf,
  signalling,
  standing,
  withoutNeedless,
} from "./entries.ts";
import { type Bundle, type Packed, pack } from "./pack.ts";
import type { Registry } from "./project.ts";
import { deployedOf, describeShared } from "./shared.ts";
import { type Configured, configure, type DescribedUnit } from "./units.ts";
import { withLines } from "./where.ts";

export interface BundleOptions {
  /** Default export: the settings. Default `nightshift.config.ts`; relative to the project. */
  readonly settings?: string;
  /** Default `dist`. */
  readonly out?: string;
}

async function read(file: string): Promise<unknown> {
  const path = resolve(projectRoot, file);
  if (!existsSync(path))
    throw new SettingsError(
      `${file} does not exist in ${projectRoot}: go to the folder that has one, or make one with \`nightshift init\``,
    );
  try {
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  } catch (error) {
    throw new SettingsError(`${file} cannot be read: ${thrownIn(error)}`, { cause: error });
  }
}

/** @throws {NotPossible} where settings and units use another copy of Nightshift than this one */
function checkCopies(): void {
  const own = globSync("functions/*/*/index.ts", { cwd: projectRoot });
  const files = [settingsName, ...own].map((file) => resolve(projectRoot, file));
  const wrong = projectRoot === packageRoot ? undefined : wrongCopy(files);
  if (wrong) throw new NotPossible(wrong);
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

const folderOf = (unit: DescribedUnit): string =>
  unit.kind === "signal" ? "functions/signals" : `functions/${unit.id}`;

const folderOfFlows = ({ id }: DescribedUnit): string => `functions/${flowFunction(id)}`;

/** By which the unit's own function knows the slots that are real. */
const schedulesOf = ({ on }: DescribedUnit): UnitSchedule[] =>
  on.flatMap((trigger, sweep) => {
    if (trigger.kind !== "sweep") return [];
    return [{ sweep, schedule: trigger.schedule, timeZone: trigger.timeZone }];
  });

/** The prices of the project's own file, in place of none. */
function pricesInstead(settings: string, { settings: parsed }: Configured): Record<string, string> {
  const regions = [parsed.home, ...parsed.regions];
  const source = tableSource(readPrices(pricesBeside(settings)), regions);
  return source === undefined ? {} : { [packageFile("aws/pricing/table.ts")]: source };
}

/** What is to be bundled, by the folder that it goes to. */
function bundlesOf(
  { settings, units }: Configured,
  prices: Readonly<Record<string, string>>,
): ReadonlyMap<string, Bundle> {
  const carried = units.filter(({ enabled }) => enabled);
  const [signals, working] = [
    carried.filter(({ kind }) => kind === "signal"),
    carried.filter(({ kind }) => kind !== "signal"),
  ];
  const all = deployedOf({ settings, units });
  const parts = new Map(Object.entries(all.units));
  const instead = {
    [packageFile("functions/registry.ts")]: registryOf(
      carried.filter(({ kind }) => kind === "automation"),
    ),
    [packageFile("channels/kinds.ts")]: kindsOf(settings),
    ...prices,
  };
  return new Map<string, Bundle>([
    ...working.map((unit): [string, Bundle] => [
      folderOf(unit),
      {
        source: unit.flows ? beginning(unit) : carrying(unit),
        settings: { ...parts.get(unit.id), schedules: schedulesOf(unit) },
        instead: { ...withoutNeedless(unit), ...prices },
        onlyBegins: unit.flows !== undefined,
      },
    ]),
    ...working
      .filter(({ flows }) => flows)
      .map((unit): [string, Bundle] => [
        folderOfFlows(unit),
        {
          source: carryingFlows(unit, settings),
          settings: parts.get(unit.id),
          instead: prices,
        },
      ]),
    ...settings.functions.map((name): [string, Bundle] => [
      `functions/${name}`,
      name === "signals"
        ? {
            source: signalling(signals),
            settings: Object.fromEntries(signals.map(({ id }) => [id, parts.get(id)])),
            instead,
          }
        : { source: standing(name), settings: all, instead, onlyUndoes: name === "undo" },
    ]),
  ]);
}

async function manifestOf(
  file: string,
  { settings, units }: Configured,
  packed: ReadonlyMap<string, Packed>,
): Promise<Manifest> {
  const hashOf = (folder: string) => packed.get(folder)?.hash ?? "";
  return {
    version: 1,
    settingsFile: relative(projectRoot, resolve(projectRoot, file)),
    settings,
    units: units.map((unit) => {
      const { file: _, shown: __, ...described } = unit;
      return { ...described, bundle: folderOf(unit), hash: hashOf(folderOf(unit)) };
    }),
    shared: await describeShared(settings, hashOf),
  };
}

/**
 * Bundles everything that the settings deploy.
 * @returns the manifest, as written to `<out>/manifest.json`
 * @throws {SettingsError}
 */
export async function bundle(
  { settings: file = settingsName, out = "dist" }: BundleOptions = {},
  say: (line: string) => void = () => {},
): Promise<Manifest> {
  checkCopies();
  const exported = await read(file);
  const { registry } = (await import("../../functions/registry.ts")) as { registry: Registry };
  const configured = await withLines(resolve(projectRoot, file), file, () =>
    configure(registry, exported, { name: file, now: new Date() }),
  );

  const target = resolve(projectRoot, out);
  // Built beside it and moved into place, so that whoever reads meanwhile sees the old or the new,
  // never half of it. Where nothing looks for sources, also if this is killed.
  const building = join(dirname(target), ".nightshift", `${basename(target)}.${process.pid}`);
  rmSync(building, { recursive: true, force: true });
  try {
    const cache = bundleCache();
    const wholeClients = configured.settings.deployment.awsClients === "whole";
    const packed = new Map(
      await concurrently(
        bundlesOf(configured, pricesInstead(resolve(projectRoot, file), configured)),
        async ([folder, wanted]) =>
          [
            folder,
            await pack(`${building}/${folder}`, { ...wanted, wholeClients }, cache),
          ] as const,
        // The bundler itself uses every core; more at once only take memory.
        { concurrency: 4 },
      ),
    );
    cache.prune(new Date());
    say(
      describeSizes(
        [...packed].map(([folder, sizes]) => [folder.replace("functions/", ""), sizes]),
      ),
    );
    const manifest = await manifestOf(file, configured, packed);
    const carries = Object.fromEntries(
      [...packed].map(([folder, { packages }]) => [folder, packages]),
    );
    const sizes = Object.fromEntries(
      [...packed].map(([folder, { gzipped, parts }]) => [folder, { zipped: gzipped, parts }]),
    );
    writeFileSync(`${building}/sizes.json`, `${JSON.stringify(sizes, null, 2)}\n`);
    writeFileSync(`${building}/packages.json`, `${JSON.stringify(carries, null, 2)}\n`);
    writeFileSync(`${building}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
    moveIntoPlace(building, target);
    return manifest;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}
