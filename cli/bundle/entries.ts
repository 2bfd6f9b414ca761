/** The entries of bundles, and the lists of what is deployed. */
import { features } from "../../features.ts";
import { ownSources } from "../../ingest/own-shapes.ts";
import type { Leaf } from "../../sdk/pattern.ts";
import type { FlowPort } from "../../settings/deployment.ts";
import { functionsOf } from "../../settings/feature.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { packageFile } from "../io/paths.ts";
import type { DescribedUnit } from "./units.ts";

const quoted = (text: string): string => JSON.stringify(text);
const own = (path: string): string => quoted(packageFile(path));

/** The function of one automation or report. */
export const carrying = ({ file }: DescribedUnit): string => `import unit from ${quoted(file)};
import { serveUnit } from ${own("handlers/unit.ts")};
export const handler = serveUnit(unit);`;

/** The function of an automation that begins flows. */
export const beginning = ({ file }: DescribedUnit): string => `import unit from ${quoted(file)};
import { serveUnitWithFlows } from ${own("handlers/unit-with-flows.ts")};
export const handler = serveUnitWithFlows(unit);`;

const fromTrail = "AWS API Call via CloudTrail";

/** Whether one of these could be what a field of an event has to be. */
const mayBe = (wanted: unknown, known: (value: string) => boolean): boolean =>
  !Array.isArray(wanted) ||
  (wanted as readonly Leaf[]).some((leaf) => typeof leaf !== "string" || known(leaf));

/**
 * Whether something can start a unit that services publish past EventBridge, in a shape of its own.
 * What CloudTrail tells of, nothing else does.
 */
const startsByOwnShapes = ({ on }: Pick<DescribedUnit, "on">): boolean =>
  on.some(
    (trigger) =>
      trigger.kind === "event" &&
      mayBe(trigger.pattern.source, (source) => ownSources.has(source)) &&
      mayBe(trigger.pattern["detail-type"], (detailType) => detailType !== fromTrail),
  );

/** What is in the place of files of ours in the bundle of one unit. */
export function withoutNeedless(
  unit: Pick<DescribedUnit, "on" | "readsPast">,
): Readonly<Record<string, string>> {
  const none = `export { noShapes as ownShapes } from ${own("ingest/no-own-shapes.ts")};`;
  const noPast = `export { noPast as pastReader } from ${own("engine/run/no-past.ts")};`;
  return {
    ...(!startsByOwnShapes(unit) && { [packageFile("ingest/own-shapes.ts")]: none }),
    ...(!unit.readsPast && { [packageFile("engine/run/past.ts")]: noPast }),
  };
}

const flowHandlers: { readonly [K in FlowPort]: readonly [serve: string, file: string] } = {
  durable: ["serveDurableFlows", "handlers/flow-durable.ts"],
  timers: ["serveTimedFlows", "handlers/flow-timers.ts"],
};

/** The function that carries an automation's flows. */
export function carryingFlows({ file }: DescribedUnit, { deployment }: ParsedSettings): string {
  const [serve, handler] = flowHandlers[deployment.flows];
  return `import unit from ${quoted(file)};
import { ${serve} } from ${own(handler)};
export const handler = ${serve}(unit);`;
}

/** The function of all signals. */
export function signalling(signals: readonly DescribedUnit[]): string {
  const imports = signals.map(({ file }, index) => `import s${index} from ${quoted(file)};`);
  return [
    ...imports,
    `import { serveSignals } from ${own("handlers/signals.ts")};`,
    `export const handler = serveSignals([${signals.map((_, index) => `s${index}`).join(", ")}]);`,
  ].join("\n");
}

/** What undo loads from: automations that are deployed, each when it is needed. */
export function registryOf(automations: readonly DescribedUnit[]): string {
  const lines = automations.map(({ id, file }) => `${quoted(id)}: () => import(${quoted(file)}),`);
  return `export const registry = {\n${lines.join("\n")}\n};`;
}

/** The kinds of channels that the settings name, each when it is needed. */
export function kindsOf({ channels }: ParsedSettings): string {
  const kinds = [...new Set(Object.values(channels).map(({ kind }) => kind))];
  const lines = kinds.map(
    (kind) => `${quoted(kind)}: () => import(${own(`channels/${kind}/kind.ts`)}),`,
  );
  return `export const kinds = {\n${lines.join("\n")}\n};`;
}

const added = functionsOf(features);

/** A function that belongs to no single unit. Where a feature has it, the feature says its entry. */
export const standing = (name: string): string =>
  `export { handler } from ${own(added[name]?.entry ?? `handlers/${name}.ts`)};`;
