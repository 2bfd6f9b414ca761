/** The registry's automations and reports, each with its fixture. */
import { join } from "node:path";
import { registry } from "../../functions/registry.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { AnyReport } from "../../sdk/report.ts";
import {
  IncompleteUnit,
  keptBy,
  type UnitFolder,
  unitFolders,
  unitIn,
} from "../../testing/contract/loaded.ts";
import type { AutomationFixture, ReportFixture } from "../../testing/fixture.ts";

export type WithFixture =
  | {
      readonly kind: "automation";
      readonly unit: AnyAutomation;
      readonly fixture: AutomationFixture;
    }
  | { readonly kind: "report"; readonly unit: AnyReport; readonly fixture: ReportFixture };

/** `nightshift check` asks for one alone. */
const only = process.env.NIGHTSHIFT_UNIT;

async function loaded(folder: UnitFolder): Promise<WithFixture[]> {
  try {
    const unit = await unitIn(folder);
    const kept = await keptBy(folder, unit);
    return kept.kind === "signal" ? [] : [{ ...kept, unit } as WithFixture];
  } catch (error) {
    // Its own contract fails with the remedy; the others' tests run.
    if (error instanceof IncompleteUnit) return [];
    throw error;
  }
}

export async function loadedUnits(): Promise<WithFixture[]> {
  const folders = unitFolders(join(import.meta.dirname, "../../functions")).filter(
    ({ id, shown }) => id in registry && (only === undefined || shown === only),
  );
  return (await Promise.all(folders.map(loaded))).flat();
}
