/**
 * Every unit with what the settings say of it. The bundle step alone loads them all: nothing else
 * pays for ten SDK clients.
 */

import { existsSync, readdirSync } from "node:fs";
import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import type { Read, Write } from "../../sdk/call.ts";
import type { Pattern } from "../../sdk/pattern.ts";
import type { Occasion } from "../../sdk/signal.ts";
import type { Schedule, Trigger } from "../../sdk/unit.ts";
import type { ManifestOperation, ManifestTrigger, ManifestUnit } from "../../settings/manifest.ts";
import { optional, shared } from "../../settings/names.ts";
import { parseSettings } from "../../settings/parse.ts";
import { type ParsedSettings, parseConfig, SettingsError } from "../../settings/settings.ts";

export type Registry = Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;

/** Where a unit's file lies: `functions/<family>/<id>/index.ts`. */
export interface UnitSource {
  readonly family: string;
  readonly file: string;
}

/** A unit as the manifest has it, but for its bundle. */
export type DescribedUnit = Omit<ManifestUnit, "bundle" | "hash"> & { readonly file: string };

export interface Configured {
  readonly settings: ParsedSettings;
  readonly units: readonly DescribedUnit[];
}

function sourcesBelow(root: string): Map<string, UnitSource> {
  const found = new Map<string, UnitSource>();
  for (const { name: family } of readdirSync(`${root}/functions`, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory(),
  ))
    for (const id of readdirSync(`${root}/functions/${family}`))
      if (existsSync(`${root}/functions/${family}/${id}/index.ts`))
        found.set(id, { family, file: `functions/${family}/${id}/index.ts` });
  return found;
}

/** A declared read as the manifest has it. */
export const operationOf = ({ operation, grants }: Read): ManifestOperation => ({
  operation,
  grants,
});
const changeOf = ({
  operation,
  grants,
  back,
  irreversible,
  undoneBy,
}: Write): ManifestOperation => ({
  operation,
  grants,
  back,
  ...(irreversible !== undefined && { irreversible }),
  undoneBy: undoneBy.map((write) => write.operation),
});

const byOperation = <T extends { readonly operation: string }>(operations: readonly T[]): T[] => [
  ...new Map(operations.map((one) => [one.operation, one])).values(),
];

const schedule = /^(rate\((1 minute|1 hour|\d+ (minutes|hours))\)|cron\((\S+ ){5}\S+\))$/;

const fromTrigger = (trigger: Trigger, timeZone: string): ManifestTrigger =>
  trigger.kind === "event"
    ? { kind: "event", pattern: trigger.pattern }
    : {
        kind: "sweep",
        schedule: trigger.schedule,
        timeZone: trigger.timeZone ?? timeZone,
        windowMinutes: trigger.window ? Math.max(1, Math.ceil(trigger.window.seconds / 60)) : null,
      };

const patternOf = ({ source, detailType, where }: Occasion): Pattern => ({
  source: [source],
  ...(detailType !== undefined && { "detail-type": [detailType] }),
  ...(where && { detail: where }),
});

/**
 * The settings' `on` in place of the unit's own: other occasions for a signal, another schedule for
 * all its sweeps.
 */
function triggersOf(unit: AnyUnit, on: unknown, timeZone: string): ManifestTrigger[] {
  if (unit.kind === "signal") {
    if (typeof on === "string")
      throw new SettingsError(
        `units.${unit.id}.on: a signal starts from events, like [{ source: "aws.health" }], not from a schedule`,
      );
    return ((on as readonly Occasion[] | undefined) ?? unit.on).map((occasion) => ({
      kind: "event",
      pattern: patternOf(occasion),
    }));
  }
  const own = unit.on.map((trigger) => fromTrigger(trigger, timeZone));
  if (on === undefined) return own;
  if (typeof on !== "string" || !schedule.test(on))
    throw new SettingsError(
      `units.${unit.id}.on: must be a schedule, like cron(0 2 * * ? *) or rate(4 hours)`,
    );
  // In place, because a slot names its sweep by its index; the unit's other sweeps go.
  const first = own.findIndex(({ kind }) => kind === "sweep");
  const chosen: ManifestTrigger = {
    kind: "sweep",
    timeZone,
    windowMinutes: null,
    ...(own[first] as object | undefined),
    schedule: on as Schedule,
  };
  return first < 0
    ? [...own, chosen]
    : own.filter(({ kind }, index) => index === first || kind === "event").with(first, chosen);
}

function describe(
  unit: AnyUnit,
  { file }: UnitSource,
  settings: ParsedSettings,
  name: string,
): DescribedUnit {
  const { enabled = true, mode = "watch", config, on } = settings.units[unit.id] ?? {};
  const writes = unit.kind === "automation" ? unit.writes : [];
  const undoes =
    unit.kind === "automation"
      ? byOperation([...writes.flatMap(({ undoneBy }) => undoneBy), ...(unit.undoes ?? [])])
      : [];
  const flow = [...writes, ...undoes].find(({ operation }) => operation.startsWith("flow:"));
  if (enabled && flow)
    throw new SettingsError(
      `units.${unit.id}: its ${flow.operation} cannot be carried yet; set enabled: false`,
    );
  return {
    id: unit.id,
    kind: unit.kind,
    family: unit.family,
    protects: unit.kind === "automation" && unit.protects === true,
    file,
    summary: unit.summary,
    scope: unit.scope ?? "region",
    on: triggersOf(unit, on, settings.timeZone),
    enabled,
    mode: unit.kind === "automation" ? mode : "watch",
    fallback: unit.kind === "signal" && unit.fallback === true,
    configSchema: z.toJSONSchema(unit.config, { io: "input", unrepresentable: "any" }),
    config: parseConfig(unit, config, name),
    reads: (unit.reads ?? []).map(operationOf),
    writes: writes.map(changeOf),
    undoes: undoes.map(changeOf),
    lost: unit.kind === "automation" ? (unit.lost ?? []) : [],
  };
}

/** Names that would be mistaken for those of other roles and functions. */
const taken = (id: string): boolean =>
  [...shared, ...optional].some((name) => id === name || id.startsWith(`${name}-`));

/**
 * Loads all units and parses the settings with each unit's own schema.
 * @param name of the settings file, for messages
 * @param now where given, what has ended by then is refused
 * @throws {SettingsError} that names everything that is wrong, not only the first
 */
export async function configure(
  registry: Registry,
  given: unknown,
  name: string,
  root: string,
  now?: Date,
): Promise<Configured> {
  z.config(en());
  const wrong: string[] = [];
  const collect = <T>(attempt: () => T): T | undefined => {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      wrong.push(...error.message.split("\n").filter((line) => !line.endsWith(" is not valid:")));
      return undefined;
    }
  };
  const sources = sourcesBelow(root);
  const loaded = await Promise.all(
    Object.entries(registry).map(
      async ([id, load]) => [id, (await load()).default as AnyUnit] as const,
    ),
  );
  const settings = collect(() => parseSettings(given, Object.keys(registry), name, now));
  // Where the frame is wrong the units' own parts are still checked, each by itself.
  const parts = (given as { units?: Readonly<Record<string, { config?: unknown }>> } | undefined)
    ?.units;
  const units = loaded.flatMap(([id, unit]) => {
    const source = sources.get(id);
    if (!source || unit.id !== id)
      throw new Error(
        `functions/registry.ts names ${id}, but there is no functions/<family>/${id}/index.ts that declares it`,
      );
    if (taken(id))
      throw new Error(
        `${source.file}: an id must not begin with the name of a shared function (${shared.join(", ")})`,
      );
    const described = collect(() =>
      settings
        ? describe(unit, source, settings, name)
        : void parseConfig(unit, parts?.[id]?.config, name),
    );
    return described ? [described] : [];
  });
  if (!settings || wrong.length)
    throw new SettingsError(`${name} is not valid:\n${wrong.join("\n")}`);
  return { settings, units };
}
