/**
 * Whether a time slot is one that a schedule of ours really has: whoever may invoke a unit's
 * function is not thereby its scheduler.
 */

import { isDueAt } from "../sdk/cron-fields.ts";
import { NotPossible } from "../sdk/errors.ts";
import { after, minutes } from "../sdk/time.ts";
import { changeAround, wallTimeAt } from "../sdk/wall-clock.ts";
import type { UnitSchedule } from "../settings/settings.ts";

/** A slot as it was handed over, and the schedule that it names. */
export interface GivenSlot {
  readonly at: Date;
  readonly sweep: number;
  /** The ARN of its schedule, as the slot says. */
  readonly schedule: string;
  /** The ARN that this sweep's schedule has. */
  readonly expected: string;
}

/** EventBridge Scheduler is on time, and its clock is right. */
const clocksDiffer = minutes(1);

function isTimeOf({ schedule, timeZone }: UnitSchedule, at: Date): boolean {
  const wall = wallTimeAt(at, timeZone);
  if (isDueAt(schedule, wall)) return true;
  // Around a change of the clocks a schedule may be taken earlier or later than by us, by as much.
  const change = changeAround(at, timeZone);
  if (!change) return false;
  return [wall - change, wall + change].some((moved) => isDueAt(schedule, moved));
}

/**
 * @param schedules of the unit, as deployed
 * @throws {NotPossible} where it has no such schedule, or that is not due then, or that is to come
 */
export function assertDue(slot: GivenSlot, schedules: readonly UnitSchedule[], now: Date): void {
  const { at, sweep, schedule, expected } = slot;
  const own = schedules.find((each) => each.sweep === sweep);
  const what = `the slot ${at.toISOString()} of ${schedule}`;
  if (!own || schedule !== expected)
    throw new NotPossible(`${what} is of no schedule of this unit: nothing is done`);
  if (at > after(now, clocksDiffer))
    throw new NotPossible(`${what} is still to come: nothing is done`);
  if (!isTimeOf(own, at))
    throw new NotPossible(
      `${what} is no time of its schedule, ${own.schedule} in ${own.timeZone}: nothing is done. To start it now: \`npx nightshift run\``,
    );
}
