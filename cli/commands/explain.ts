/** `explain ID`: what, when, allowed what, how it is taken back; from the manifest alone. */

import { count } from "../../sdk/counted.ts";
import { plain } from "../../sdk/plain.ts";
import { inWords } from "../../sdk/time.ts";
import { endText } from "../../settings/freeze.ts";
import type { Manifest, ManifestOperation, ManifestUnit } from "../../settings/manifest.ts";
import { lookedAt } from "../../settings/statements.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import type { Common } from "../io/options.ts";
import { triggerText } from "../io/words.ts";
import { manifestWith } from "../place/manifest.ts";
import { fileOf } from "../place/session.ts";
import { modeOf } from "./list.ts";

export async function explainCommand(id: string, options: Common, io: Io): Promise<number> {
  const { surroundings } = await import("../place/account.ts");
  const { manifest, unit } = await manifestWith(id, fileOf(options, await surroundings()), io);
  io.print(options.json ? json(explained(unit, manifest)) : text(unit, manifest, io));
  return exit.done;
}

/** What can hold a change of an automation, in the order in which it is asked. */
function guards(unit: ManifestUnit, { settings }: Manifest): readonly string[] {
  const { id, protects, kind, exemptByName } = unit;
  if (kind !== "automation") return [];
  const { coolDown, breaker, longestSecurityExemption, exempt } = settings;
  const caps = { ...settings.caps, ...unit.caps };
  const named = exemptByName
    ? ` with from=${id} (an exemption that does not name it counts for nothing)`
    : "";
  const tag = protects
    ? `the tag nightshift:exempt with an end within ${inWords(longestSecurityExemption)}`
    : `the tag nightshift:exempt${named}`;
  const frozen = settings.freezes
    .filter(({ units }) => units?.includes(id) ?? true)
    .map((freeze) => `from ${freeze.from.replace("T", " ")} until ${endText(freeze)}`);
  const freezes = frozen.length
    ? `nothing is changed ${frozen.join(", nor ")}`
    : "the settings have none";
  const inSettings = exempt.length
    ? `, or one of ${count(exempt.length, "entry", "entries")} in the settings`
    : ", or the settings";
  return [
    "kill switch: nothing is changed while it is on, or cannot be read",
    `freeze: ${freezes}`,
    "own echo: an event that Nightshift itself has caused starts nothing",
    `exemption: ${tag}, on the target or what contains it${inSettings}, or \`npx nightshift exempt\``,
    "managed: what another service manages is left to it",
    "hold: what was undone is left alone",
    `cool-down: not within ${inWords(coolDown)} of the last change of the same target, but for what ends that change: a start its own stop`,
    ...(unit.flows
      ? [
          "back-off: what failed twice one after the other begins after a day, from then on after two, or when a person starts it",
        ]
      : []),
    "loop: what another automation has changed back within a day is left so until a person decides",
    `cap: at most ${caps.changes} changes a day, and no more than ${caps.percent} % of what was looked at or ${caps.floor}, whichever is more; over it nothing is done and a person is asked`,
    `breaker: after ${count(breaker, "failed run")} in a row it only watches`,
  ];
}

function back(write: ManifestOperation, unit: ManifestUnit): string {
  const way = wayBackOf(write, unit);
  return write.uncertain === undefined ? way : `${way}, but not for certain: ${write.uncertain}`;
}

function wayBackOf(
  { back: way, irreversible, undoneBy = [] }: ManifestOperation,
  { writes, undoes }: ManifestUnit,
): string {
  if (irreversible !== undefined) return `cannot be taken back: ${irreversible}`;
  if (way === "inverse") return `taken back by ${undoneBy.join(" or ")}`;
  const inverses = new Set(writes.flatMap((write) => write.undoneBy ?? []));
  const others = undoes.map(({ operation }) => operation).filter((name) => !inverses.has(name));
  return others.length
    ? `taken back by ${others.join(" or ")}`
    : "each proposal says how it is taken back";
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly byDefault: unknown;
  readonly description: string | null;
}

type Schema = {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
};

function typeText({ type, enum: values, const: only, items, anyOf }: Schema): string {
  if (values) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (only !== undefined) return JSON.stringify(only);
  if (anyOf) return anyOf.map(typeText).join(" | ");
  if (type !== "array") return String(type ?? "anything");
  return `list of ${items ? typeText(items) : "anything"}`;
}

const fields = ({ configSchema }: ManifestUnit): Field[] =>
  Object.entries((configSchema as Schema).properties ?? {}).map(([name, schema]) => ({
    name,
    type: typeText(schema),
    byDefault: schema.default ?? null,
    description: schema.description ?? null,
  }));

const explained = (unit: ManifestUnit, manifest: Manifest): object => ({
  id: unit.id,
  kind: unit.kind,
  family: unit.family,
  summary: unit.summary,
  mode: modeOf(unit),
  scope: unit.scope,
  on: unit.on,
  reads: unit.reads.map(({ operation }) => operation),
  writes: unit.writes.map(({ operation, irreversible, undoneBy = [] }) => ({
    operation,
    undoneBy,
    irreversible: irreversible ?? null,
  })),
  undoes: unit.undoes.map(({ operation }) => operation),
  lost: unit.lost,
  config: unit.config,
  configSchema: unit.configSchema,
  guards: guards(unit, manifest),
});

function startsOf({ on, fallback, mode }: ManifestUnit): readonly string[] {
  if (mode === "retired")
    return ["nothing: it is retired, and changes nothing more. What it did can be taken back"];
  const windows = on.map((trigger) => {
    const minutes = trigger.kind === "sweep" ? trigger.windowMinutes : null;
    return `${triggerText(trigger)}${minutes ? `, within ${count(minutes, "minute")}` : ""}`;
  });
  return fallback ? [...windows, "every event that no other signal takes"] : windows;
}

function kindText(unit: ManifestUnit): string {
  const mode = modeOf(unit);
  return [unit.kind, unit.family, ...(mode === null ? [] : [`mode ${mode}`])].join(", ");
}

function text(unit: ManifestUnit, manifest: Manifest, io: Io): string {
  const { config, writes, reads, lost, scope } = unit;
  const { home } = manifest.settings;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length
      ? [[io.paint("bold", title), ...lines.map((line) => `    ${plain(line)}`)].join("\n")]
      : [];
  const places =
    scope === "global" && !unit.everywhere
      ? `${home}, for the whole account`
      : lookedAt(unit, manifest.settings).join(", ");
  const fieldText = ({ name, type, byDefault, description }: Field): string => {
    const now = JSON.stringify((config as Readonly<Record<string, unknown>>)[name] ?? null);
    const about = description ? `: ${description}` : "";
    return `${name}: ${now} (${type}; default ${JSON.stringify(byDefault)})${about}`;
  };
  return [
    `${io.paint("bold", plain(unit.id))} (${kindText(unit)})\n    ${plain(unit.summary)}`,
    ...section("Starts on", startsOf(unit)),
    ...section("Looks in", unit.kind === "signal" ? [] : [places]),
    ...section(
      "May look with",
      reads.map(({ operation }) => operation),
    ),
    ...section(
      "May change with",
      writes.map((write) => `${write.operation}; ${back(write, unit)}`),
    ),
    ...section("What undo cannot bring back", lost),
    ...section("Config", fields(unit).map(fieldText)),
    ...section("Can be held by", guards(unit, manifest)),
  ].join("\n\n");
}
