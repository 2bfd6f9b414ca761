/** A unit's folder, loaded: what is missing is said with its remedy, and fails that unit alone. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyUnit } from "../../sdk/any-unit.ts";
import { isFields } from "../../sdk/fields.ts";
import type { AutomationFixture, ReportFixture } from "../fixture.ts";

/** What its folder holds, by the kind of the unit. Signals have sample events and no fixture. */
export type Kept =
  | { readonly kind: "automation"; readonly fixture: AutomationFixture }
  | { readonly kind: "report"; readonly fixture: ReportFixture }
  | { readonly kind: "signal" };

export interface UnitFolder {
  /** Absolute. */
  readonly path: string;
  readonly id: string;
  readonly family: string;
  /** `functions/<family>/<id>`, as people see it. */
  readonly shown: string;
}

/** @param path of `functions/<family>/<id>` */
export function unitFolder(path: string): UnitFolder {
  const [id, family] = [basename(path), basename(dirname(path))];
  return { path, id, family, shown: `functions/${family}/${id}` };
}

/** Every folder that is to hold a unit: two below `functions`. */
export const unitFolders = (functions: string): UnitFolder[] =>
  readdirSync(functions, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((family) =>
      readdirSync(join(functions, family.name), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => unitFolder(join(functions, family.name, entry.name))),
    );

/** A folder that lacks something: says what, and how to mend it. */
export class IncompleteUnit extends Error {
  override readonly name = "IncompleteUnit";
}

const inWords = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);

async function exportsOf({ path, shown }: UnitFolder, file: string): Promise<object> {
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(join(path, file)).href)) as object;
  } catch (error) {
    throw new IncompleteUnit(`${shown}/${file} cannot be loaded: ${inWords(error)}`);
  }
}

const isUnit = (value: unknown): value is AnyUnit =>
  isFields(value) &&
  typeof value.id === "string" &&
  (value.kind === "automation" || value.kind === "report" || value.kind === "signal");

/** @throws {IncompleteUnit} with the remedy */
export async function unitIn(folder: UnitFolder): Promise<AnyUnit> {
  const { path, shown } = folder;
  if (!existsSync(join(path, "index.ts")))
    throw new IncompleteUnit(
      `${shown} has no index.ts: write one with \`export default automation({ … })\`, or report or signal, or remove the folder`,
    );
  const { default: unit } = (await exportsOf(folder, "index.ts")) as { readonly default?: unknown };
  if (!isUnit(unit))
    throw new IncompleteUnit(
      `${shown}/index.ts exports no unit by default: write \`export default automation({ … })\`, or report or signal`,
    );
  return unit;
}

const lacks: Readonly<Record<"automation" | "report", readonly string[]>> = {
  automation: ["seed", "look", "wrong", "held"],
  report: ["seed", "told"],
};

async function fixtureIn(folder: UnitFolder, kind: keyof typeof lacks): Promise<object> {
  const { path, shown } = folder;
  const type = kind === "automation" ? "AutomationFixture" : "ReportFixture";
  const remedy = `\`export const fixture: ${type} = { ${lacks[kind].join(", ")} }\``;
  if (!existsSync(join(path, "fixture.ts")))
    throw new IncompleteUnit(
      `${shown} has no fixture.ts: write one with ${remedy}, the small account that it is tested in`,
    );
  const { fixture } = (await exportsOf(folder, "fixture.ts")) as { readonly fixture?: unknown };
  const missing = isFields(fixture)
    ? lacks[kind].filter((name) => !(name in fixture))
    : ["fixture"];
  if (missing.length)
    throw new IncompleteUnit(`${shown}/fixture.ts lacks ${missing.join(", ")}: it is ${remedy}`);
  return fixture as object;
}

/**
 * What a unit of this kind is tested with.
 * @throws {IncompleteUnit} with the remedy
 */
export async function keptBy(folder: UnitFolder, { kind }: AnyUnit): Promise<Kept> {
  if (kind === "signal") return { kind };
  // Its fields are there; that they are of the right types is the compiler's business.
  return { kind, fixture: await fixtureIn(folder, kind) } as Kept;
}

/** Its sample events, by file. */
export function eventsIn({ path }: UnitFolder): ReadonlyMap<string, object> {
  const folder = join(path, "events");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return new Map(
    files
      .filter((file) => file.endsWith(".json"))
      .sort()
      .map((file) => [file, JSON.parse(readFileSync(join(folder, file), "utf8")) as object]),
  );
}
