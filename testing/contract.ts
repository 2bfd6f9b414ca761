/**
 * What every unit owes, as tests: of the shipped ones and of a team's own. Each folder is loaded
 * within its own tests, so that one that lacks something fails alone, and says what to do.
 */
import { describe, test } from "vitest";
import type { AnyUnit } from "../sdk/any-unit.ts";
import { automationContract } from "./contract/automation.ts";
import type { Bench } from "./contract/bench.ts";
import { eventsIn, type Kept, keptBy, type UnitFolder, unitIn } from "./contract/loaded.ts";
import { definitionContract, folderContract } from "./contract/owed.ts";
import { reportContract } from "./contract/report.ts";
import { signalContract } from "./contract/signal.ts";

/** A unit that is loaded, with what it is tried on. */
export interface LoadedUnit {
  readonly unit: AnyUnit;
  readonly kept: Kept;
  /** Sample events, by file. */
  readonly events: ReadonlyMap<string, object>;
}

/** Registers what a unit owes that is loaded, by its kind. */
export function unitContract({ unit, kept, events }: LoadedUnit, bench: Bench): void {
  if (bench.mishaps !== "alone") definitionContract(unit);
  if (unit.kind === "automation" && kept.kind === "automation")
    automationContract({ unit, fixture: kept.fixture, bench }, events);
  if (bench.mishaps === "alone") return;
  if (unit.kind === "report" && kept.kind === "report") reportContract(unit, kept.fixture, bench);
  if (unit.kind === "signal") signalContract(unit, events);
}

/** Runs `load`; what it throws fails as a test of this name. */
async function orFails<T>(name: string, load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    test(name, () => {
      throw error;
    });
    return undefined;
  }
}

/**
 * Registers all that the unit in a folder owes.
 * @param folder `functions/<family>/<id>`, by `unitFolder`
 */
export function contractOf(folder: UnitFolder, bench: Bench): void {
  describe(folder.shown, async () => {
    const unit = await orFails("is a unit", () => unitIn(folder));
    if (!unit) return;
    if (bench.mishaps !== "alone") folderContract(folder, unit);
    const kept = await orFails("has what it is tried on", () => keptBy(folder, unit));
    if (kept) unitContract({ unit, kept, events: eventsIn(folder) }, bench);
    else definitionContract(unit);
  });
}
