import type { AnyAutomation } from "../sdk/automation.ts";
import type { UnitSettings } from "../settings/settings.ts";
import { beginOnLambda } from "./begin.ts";
import { settingsBeside } from "./lambda.ts";
import { serveUnit } from "./unit.ts";

/**
 * The function of an automation that begins flows, as Lambda loads it.
 * @param folder where the bundle and its `settings.json` lie
 */
export function serveUnitWithFlows(unit: AnyAutomation, folder: string = import.meta.dirname) {
  const settings = settingsBeside(folder) as UnitSettings;
  return serveUnit(unit, folder, ({ clients }) => ({
    beginFlow: beginOnLambda(clients, settings),
  }));
}
