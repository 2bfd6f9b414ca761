/** What `history` and `plans` ask the ledger, and of which units. */
import type { Writer } from "../../ledger/keys.ts";
import type { Store } from "../../ledger/store.ts";
import { unitsKnown } from "../../ledger/units-known.ts";
import { idsOf } from "../../settings/former-ids.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { type FilterOptions, oneOf } from "../io/filters.ts";
import type { Io } from "../io/io.ts";
import type { Common } from "../io/options.ts";
import type { CallerAccount } from "../place/account.ts";
import { familyOf, unitIds } from "../place/units.ts";

export interface HistoryOptions extends Common, FilterOptions {
  readonly target?: string;
  readonly limit?: string;
  /** With the inputs of all calls, as they are sent. */
  readonly verbose?: boolean;
}

/** What is asked for, and where it is looked up and shown. */
export interface HistoryAsked {
  readonly store: Store;
  readonly account: CallerAccount;
  readonly settings: ParsedSettings;
  readonly options: HistoryOptions;
  readonly io: Io;
}

export const writers: readonly Writer[] = ["unit", "undo"];

const idsOfUnit = (id: string, { units }: ParsedSettings) => idsOf(id, units[id] ?? {});

/** Those of the project, by all of their ids, and those that are gone and have left their runs. */
async function unitsEver({ store, settings }: HistoryAsked): Promise<readonly string[]> {
  const ids = unitIds.flatMap((id) => idsOfUnit(id, settings));
  return [...new Set([...ids, ...(await unitsKnown(store))])];
}

/**
 * The units that the filters leave.
 * @throws {UsageError} for a unit or family that there is not and never was
 */
export async function unitsAsked(asking: HistoryAsked): Promise<readonly string[]> {
  const { settings, options, io } = asking;
  const { unit, family, region } = options;
  if (region !== undefined && ![settings.home, ...settings.regions].includes(region))
    io.say(
      `the settings do not name ${region}: they name ${settings.regions.join(", ")}; what was done there before is shown`,
    );
  const ever = await unitsEver(asking);
  oneOf("--unit", unit, ever);
  oneOf("--family", family, [...new Set(unitIds.map(familyOf))]);
  const ofFamily = new Set(
    unitIds.filter((id) => familyOf(id) === family).flatMap((id) => idsOfUnit(id, settings)),
  );
  const asked = unit !== undefined && unitIds.includes(unit) ? idsOfUnit(unit, settings) : [unit];
  return ever.filter(
    (id) =>
      (unit === undefined || asked.includes(id)) && (family === undefined || ofFamily.has(id)),
  );
}
