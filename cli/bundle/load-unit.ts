/** One unit from its file, or what is wrong with that file and how to mend it. */
import { type AnyUnit, readsOf } from "../../sdk/any-unit.ts";
import { isFields } from "../../sdk/fields.ts";
import type { Reads } from "../../sdk/unit.ts";
import { SettingsError } from "../../settings/settings.ts";
import { thrownIn } from "../io/thrown.ts";
import type { LoadUnit, UnitSource } from "./project.ts";

const kinds: ReadonlySet<unknown> = new Set(["automation", "report", "signal"]);

async function exportedBy(id: string, load: LoadUnit, { shown }: UnitSource): Promise<unknown> {
  try {
    return (await load()).default;
  } catch (error) {
    throw new SettingsError(`own.${id}: ${shown} cannot be loaded: ${thrownIn(error)}`, {
      cause: error,
    });
  }
}

/**
 * @param source where its file lies; nothing where no folder has the name of its id
 * @throws {SettingsError} with the remedy, where the file is missing, fails, exports no unit, or
 * one of another id
 */
export async function unitFrom(
  id: string,
  load: LoadUnit,
  source: UnitSource | undefined,
): Promise<AnyUnit> {
  if (!source)
    throw new SettingsError(
      `own.${id}: there is no functions/<family>/${id}/index.ts. A unit's folder has the name of its id; \`npx nightshift new\` makes one, and after a folder was moved or removed \`npx nightshift generate\` writes the list anew`,
    );
  const unit = await exportedBy(id, load, source);
  if (!isFields(unit) || !kinds.has(unit.kind))
    throw new SettingsError(
      `own.${id}: ${source.shown} has no unit as its default export: it must read \`export default automation({ … })\`, report or signal`,
    );
  if (unit.id !== id)
    throw new SettingsError(
      `own.${id}: ${source.shown} declares the id ${unit.id}. Folder, id and key in the settings must be the same`,
    );
  return unit as unknown as AnyUnit;
}

/**
 * @param source where its file lies
 * @throws {SettingsError} where what confirms the ends of a signal cannot be loaded
 */
export async function readsFrom(unit: AnyUnit, source: UnitSource | undefined): Promise<Reads> {
  try {
    return await readsOf(unit);
  } catch (error) {
    throw new SettingsError(
      `own.${unit.id}: the \`confirmation\` of ${source?.shown ?? unit.id} cannot be loaded: ${thrownIn(error)}`,
      { cause: error },
    );
  }
}
