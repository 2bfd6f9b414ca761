/**
 * Every unit with what the settings say of it. The bundle step alone loads them all: nothing else
 * pays for ten SDK clients.
 */

import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import { features } from "../../features.ts";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { partitionOf } from "../../sdk/arn.ts";
import type { Read, Write } from "../../sdk/call.ts";
import { isFlow } from "../../sdk/flow.ts";
import { allOfThem } from "../../sdk/named.ts";
import type { Pattern } from "../../sdk/pattern.ts";
import type { Occasion } from "../../sdk/signal.ts";
import { days } from "../../sdk/time.ts";
import type { Reads, Schedule, Trigger } from "../../sdk/unit.ts";
import { sharedNames } from "../../settings/feature.ts";
import type {
  ManifestFlows,
  ManifestOperation,
  ManifestTrigger,
  ManifestUnit,
} from "../../settings/manifest.ts";
import { meantIn } from "../../settings/meant.ts";
import { shared } from "../../settings/names.ts";
import { parseSettings } from "../../settings/parse.ts";
import { type ParsedSettings, parseConfig, SettingsError } from "../../settings/settings.ts";
import { projectRoot } from "../io/paths.ts";
import { readsFrom, unitFrom } from "./load-unit.ts";
import { type LoadUnit, projectOf, type Registry, type UnitSource } from "./project.ts";

/** A unit as the manifest has it, but for its bundle. */
export type DescribedUnit = Omit<ManifestUnit, "bundle" | "hash"> & {
  /** Absolute. */
  readonly file: string;
  /** As people see it. */
  readonly shown: string;
};

export interface Configured {
  readonly settings: ParsedSettings;
  readonly units: readonly DescribedUnit[];
}

/** A declared read as the manifest has it. */
export const operationOf = ({ operation, grants }: Read): ManifestOperation => ({
  operation,
  grants,
});
const changeOf = ({
  operation,
  grants,
  parts,
  back,
  irreversible,
  uncertain,
  undoneBy,
}: Write): ManifestOperation => ({
  operation,
  grants,
  ...(parts && {
    changing: parts.flatMap((part) => (part.kind === "write" ? [part.operation] : [])),
  }),
  back,
  ...(irreversible !== undefined && { irreversible }),
  ...(uncertain !== undefined && { uncertain }),
  undoneBy: undoneBy.map((write) => write.operation),
});

const byOperation = <T extends { readonly operation: string }>(operations: readonly T[]): T[] => [
  ...new Map(operations.map((one) => [one.operation, one])).values(),
];

const schedule = /^(rate\((1 minute|1 hour|\d+ (minutes|hours))\)|cron\((\S+ ){5}\S+\))$/;

function fromTrigger(trigger: Trigger, timeZone: string): ManifestTrigger {
  if (trigger.kind === "event") return { kind: "event", pattern: trigger.pattern };
  const { schedule: text, window } = trigger;
  return {
    kind: "sweep",
    schedule: text,
    timeZone: trigger.timeZone ?? timeZone,
    windowMinutes: window ? Math.max(1, Math.ceil(window.seconds / 60)) : null,
  };
}

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

/** The longest that Lambda lets a durable execution be. */
const longestFlow = days(366);

/** @throws {SettingsError} for a flow that could not be carried */
function flowsOf(unit: AnyUnit): ManifestFlows | undefined {
  const flows = unit.kind === "automation" ? unit.writes.filter(isFlow) : [];
  if (!flows.length) return undefined;
  for (const { operation, longest, writes } of flows) {
    if (!(longest.seconds >= 1 && longest.seconds <= longestFlow.seconds))
      throw new SettingsError(
        `units.${unit.id}: ${operation} may take ${longest.seconds} seconds: its \`longest\` must be between a second and 366 days`,
      );
    const inner = writes.find(isFlow);
    if (inner)
      throw new SettingsError(
        `units.${unit.id}: ${operation} writes ${inner.operation}, and a flow writes calls alone`,
      );
  }
  const writes = flows.flatMap((flow) => [...flow.writes]);
  return {
    longest: Math.max(...flows.map(({ longest }) => longest.seconds)),
    reads: byOperation(flows.flatMap(({ reads }) => [...reads])).map(operationOf),
    writes: byOperation(writes).map(changeOf),
    undoes: byOperation(writes.flatMap(({ undoneBy }) => undoneBy)).map(changeOf),
  };
}

/**
 * The regions that its calls elsewhere may go to.
 * @throws {SettingsError} for one of another partition: no credentials are known in both
 */
function elsewhereOf(
  unit: AnyUnit,
  config: object,
  { home }: ParsedSettings,
): readonly string[] | undefined {
  const reach = unit.kind === "automation" ? unit.elsewhere : undefined;
  if (!reach) return undefined;
  const regions = [...new Set(reach.regions(config as never))];
  const apart = regions.filter((region) => partitionOf(region) !== partitionOf(home));
  if (apart.length)
    throw new SettingsError(
      `units.${unit.id}.config.${reach.field}: ${apart.join(", ")} is in another partition of AWS than ${home}: nothing gets from one to the other. Leave it out`,
    );
  return regions;
}

/**
 * What its settings name, for the ARN templates of its calls. `{account}` and `{region}` stand for one.
 * @throws {SettingsError} for what would name more than one thing
 */
function namedOf(unit: AnyUnit, config: object): ManifestUnit["named"] {
  const named = unit.kind === "automation" ? unit.named?.(config as never) : undefined;
  const loose = Object.values(named ?? {})
    .filter((names) => names !== allOfThem)
    .flat()
    .filter((name) => /[*?{}]/.test(name.replace(/\{(account|region)\}/g, "")));
  if (loose.length)
    throw new SettingsError(
      `units.${unit.id}.config: ${loose.join(", ")} may stand for many names, and its role is to be granted on one: name it in full`,
    );
  return named;
}

function describe(
  { unit, reads }: ReadUnit,
  { file, shown }: UnitSource,
  settings: ParsedSettings,
  name: string,
): DescribedUnit {
  const { enabled = true, mode = "watch", formerly, config, on } = settings.units[unit.id] ?? {};
  if (mode === "retired" && unit.kind !== "automation")
    throw new SettingsError(
      `units.${unit.id}.mode: a ${unit.kind} changes nothing that could be taken back; set enabled: false to have it no more`,
    );
  if (formerly && unit.kind !== "automation")
    throw new SettingsError(
      `units.${unit.id}.formerly: a ${unit.kind} did nothing that could be taken back; leave it out`,
    );
  const triggers = triggersOf(unit, on, settings.timeZone);
  const writes = unit.kind === "automation" ? unit.writes : [];
  const undoes =
    unit.kind === "automation"
      ? byOperation([...writes.flatMap(({ undoneBy }) => undoneBy), ...(unit.undoes ?? [])])
      : [];
  const back = undoes.find(isFlow);
  if (back)
    throw new SettingsError(
      `units.${unit.id}: ${back.operation} takes something back, and an undo does not wait: declare a call in its place`,
    );
  const flows = flowsOf(unit);
  const parsed = parseConfig(unit, config, name, meantIn);
  const elsewhere = elsewhereOf(unit, parsed, settings);
  const named = namedOf(unit, parsed);
  const caps = unit.kind === "automation" ? unit.caps?.(parsed) : undefined;
  return {
    id: unit.id,
    kind: unit.kind,
    family: unit.family,
    protects: unit.kind === "automation" && unit.protects === true,
    ...(unit.kind === "automation" && unit.exemptByName && { exemptByName: true }),
    file,
    shown,
    summary: unit.summary,
    scope: unit.scope ?? "region",
    ...(unit.everywhere && { everywhere: true }),
    ...(unit.central && { central: true }),
    ...(elsewhere && { elsewhere }),
    ...(named && { named }),
    ...(caps && { caps }),
    on: mode === "retired" ? [] : triggers,
    enabled,
    mode: unit.kind === "automation" ? mode : "watch",
    ...(formerly?.length && { formerly }),
    fallback: unit.kind === "signal" && unit.fallback === true,
    configSchema: z.toJSONSchema(unit.config, { io: "input", unrepresentable: "any" }),
    config: parsed,
    reads: reads.map(operationOf),
    writes: writes.map(changeOf),
    ...(flows && { flows }),
    ...(unit.kind !== "signal" && unit.remembers && { remembers: unit.remembers }),
    ...(unit.kind === "report" && unit.readsSavings && { readsSavings: true as const }),
    ...(unit.kind === "report" && unit.readsPast && { readsPast: true as const }),
    undoes: undoes.map(changeOf),
    lost: unit.kind === "automation" ? (unit.lost ?? []) : [],
  };
}

/** Names that would be mistaken for those of other roles and functions. */
const taken = (id: string): boolean =>
  sharedNames(features).some((name) => id === name || id.startsWith(`${name}-`));

/** Where settings come from. */
export interface UnitPlace {
  /** Of the settings file, for messages. */
  readonly name: string;
  /** The folder that holds `functions/` with the project's own units. Default: the project's. */
  readonly project?: string;
  /** Where there is one, what has ended by then is refused. */
  readonly now?: Date;
}

/** A unit, and what it reads. */
interface ReadUnit {
  readonly unit: AnyUnit;
  readonly reads: Reads;
}

/** @throws {SettingsError} as `unitFrom` does, or where its id is taken by what is shared */
async function checked(id: string, load: LoadUnit, source?: UnitSource): Promise<ReadUnit> {
  const unit = await unitFrom(id, load, source);
  if (taken(id))
    throw new SettingsError(
      `own.${id}: an id must not begin with the name of a shared function (${shared.join(", ")}). Rename it`,
    );
  return { unit, reads: await readsFrom(unit, source) };
}

/**
 * Loads all units and parses the settings with each unit's own schema.
 * @param shipped the registry of what Nightshift ships; the project's own units come from `exported`
 * @param exported what the settings file exports
 * @throws {SettingsError} that names everything that is wrong, not only the first
 */
export async function configure(
  shipped: Registry,
  exported: unknown,
  { name, project: root = projectRoot, now }: UnitPlace,
): Promise<Configured> {
  z.config(en());
  const project = projectOf(shipped, exported, name, root);
  const wrong: string[] = [];
  const note = (error: unknown): void => {
    if (!(error instanceof SettingsError)) throw error;
    wrong.push(...error.message.split("\n").filter((line) => !line.endsWith(" is not valid:")));
  };
  const collect = <T>(attempt: () => T): T | undefined => {
    try {
      return attempt();
    } catch (error) {
      note(error);
      return undefined;
    }
  };
  const loaded = await Promise.allSettled(
    Object.entries(project.registry).map(([id, load]) =>
      checked(id, load, project.sources.get(id)),
    ),
  );
  const settings = collect(() =>
    parseSettings(project.settings, {
      features,
      units: Object.keys(project.registry),
      file: name,
      now,
    }),
  );
  // Where the frame is wrong the units' own parts are still checked, each by itself.
  const parts = (
    project.settings as { units?: Readonly<Record<string, { config?: unknown }>> } | undefined
  )?.units;
  const units = loaded.flatMap((loading) => {
    if (loading.status === "rejected") {
      note(loading.reason);
      return [];
    }
    const { unit } = loading.value;
    const source = project.sources.get(unit.id);
    const described = collect(() =>
      settings && source
        ? describe(loading.value, source, settings, name)
        : void parseConfig(unit, parts?.[unit.id]?.config, name, meantIn),
    );
    return described ? [described] : [];
  });
  if (!settings || wrong.length)
    throw new SettingsError(`${name} is not valid:\n${wrong.join("\n")}`);
  const automations = units.filter(({ kind }) => kind === "automation").map(({ id }) => id);
  return { settings, units: units.map((unit) => withOthers(unit, automations)) };
}

function withOthers(unit: DescribedUnit, automations: readonly string[]): DescribedUnit {
  if (unit.kind !== "automation") return unit;
  return { ...unit, others: automations.filter((id) => id !== unit.id) };
}
