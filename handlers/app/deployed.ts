/** What is deployed, as the functions that belong to no single unit know it. */
import type { AnyUnit } from "../../sdk/any-unit.ts";
import type { ParsedSettings, UnitSettings } from "../../settings/settings.ts";
import type { WatchedUnit } from "./watch/late.ts";

export interface DeployedUnits {
  readonly settings: ParsedSettings;
  /** Each enabled unit's part of the settings, by id. */
  readonly units: Readonly<Record<string, UnitSettings>>;
  /** The schedules that are deployed, by unit and region. */
  readonly watched: readonly WatchedUnit[];
  /** Ids of automations and reports. */
  readonly reporting: readonly string[];
}

/** A unit with its part of the settings. */
export interface DeployedUnit {
  readonly unit: AnyUnit;
  readonly settings: UnitSettings;
}

/** The family of each unit, by its id. */
export const familiesOf = ({
  units,
}: Pick<DeployedUnits, "units">): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(units).map(([id, { family }]) => [id, family]));
