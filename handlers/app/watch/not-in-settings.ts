/**
 * What runs and is not in the settings: schedules of ours that start a unit which this deployment
 * does not know. Functions themselves are not listed: that takes a right on all of the account's.
 */
import { listSchedules } from "../../../aws/scheduler/schedule.ts";
import type { WatchdogFinding } from "../../../ledger/findings.ts";
import { count } from "../../../sdk/counted.ts";
import type { Names } from "../../../settings/names.ts";
import type { Look } from "./deployment.ts";

/** `<unit>-<sweep>-<region>`; timers of incidents, in the same group, have a full stop in theirs. */
const sweepName = /^(?<unit>[^.]+)-\d+-[a-z]{2}(?:-[a-z]+)+-\d$/;

/** @param known ids of the units that the settings deploy */
export async function notInSettings(
  look: Look,
  home: string,
  names: Names,
  known: readonly string[],
): Promise<WatchdogFinding[]> {
  const strays = new Map<string, string[]>();
  for await (const { Name = "", State } of look(home)(
    listSchedules({ GroupName: names.scheduleGroup }),
  )) {
    const unit = sweepName.exec(Name)?.groups?.unit;
    if (unit === undefined || known.includes(unit) || State !== "ENABLED") continue;
    strays.set(unit, [...(strays.get(unit) ?? []), Name]);
  }
  return [...strays].map(([unit, schedules]) => ({
    key: `not in settings ${unit}`,
    title: `${unit} runs and is not in the settings: ${count(schedules.length, "schedule")} of it`,
    severity: "warning",
    affected: [names.function(unit)],
    facts: {
      schedules: schedules.join(", "),
      "so what": "it goes on acting by the settings that it was deployed with",
      "what now":
        "`npx nightshift deploy` removes what the settings no longer name, and says what keeps it",
    },
  }));
}
