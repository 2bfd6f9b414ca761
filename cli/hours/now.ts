/** What schedules say at a moment, what keeps on what, and what units last did by them. */
import { type ScheduleNow, schedulesNow, withKept } from "../../functions/hours/hours-of.ts";
import { actionById } from "../../ledger/actions.ts";
import { runOf } from "../../ledger/ids.ts";
import { type KeptHours, keptHoursAt } from "../../ledger/kept-hours.ts";
import type { Place } from "../../ledger/keys.ts";
import type { Store } from "../../ledger/store.ts";
import { tracesAt } from "../../ledger/traces.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import type { HoursUnit } from "./schedules.ts";

/** Where it is looked. */
export interface HoursLook {
  readonly units: readonly HoursUnit[];
  readonly places: readonly Pick<Place, "account" | "region">[];
  readonly store: Store;
  readonly now: Date;
}

/** A schedule of one unit. */
export interface FollowedSchedule extends ScheduleNow {
  readonly unit: string;
  readonly mode: string;
  /** The regions in which it is kept on, where that is not all of them. */
  readonly keptIn?: readonly string[];
}

/** What a unit last did to a target. */
export interface LastDone {
  readonly unit: string;
  readonly target: string;
  readonly region: string;
  readonly at: Date;
  readonly because: string;
}

export interface HoursShown {
  readonly schedules: readonly FollowedSchedule[];
  /** Those that are not over. */
  readonly kept: readonly KeptHours[];
  /** The newest first. */
  readonly done: readonly LastDone[];
  /** How many more there are. */
  readonly older: number;
}

/** What was done longer ago is left to `history`. */
const mostShown = 50;
/** How many actions are read at once. */
const concurrency = 8;

/** As it is in all regions: kept on until the first of them is no more. */
function asKept(
  schedule: ScheduleNow,
  { places, now }: HoursLook,
  kept: readonly KeptHours[],
): ScheduleNow & Pick<FollowedSchedule, "keptIn"> {
  const own = kept.filter((each) => each.schedule === schedule.name);
  const [first] = own.toSorted((a, b) => a.until.getTime() - b.until.getTime());
  if (!first) return schedule;
  const keptIn = [...new Set(own.map(({ region }) => region))];
  return keptIn.length < places.length ? { ...schedule, keptIn } : withKept(schedule, first, now);
}

function schedulesOf(look: HoursLook, kept: readonly KeptHours[]): FollowedSchedule[] {
  return look.units.flatMap(({ id: unit, mode, schedules }) =>
    [...schedulesNow(schedules, { now: look.now }).byName.values()].map((schedule) => ({
      ...asKept(schedule, look, kept),
      unit,
      mode,
    })),
  );
}

async function lastDone({ units, places, store, now }: HoursLook) {
  const asked = units.flatMap(({ id: unit }) =>
    places.map((place) => tracesAt(store, { ...place, unit }, now)),
  );
  const traces = (await Promise.all(asked)).flat();
  traces.sort((a, b) => b.at.getTime() - a.at.getTime());
  const shown = await concurrently(
    traces.slice(0, mostShown),
    async ({ unit, target, region, at, action: id }): Promise<LastDone> => {
      const record = await actionById(store, "unit", { unit, run: runOf(id), id });
      return { unit, target, region, at, because: record?.because ?? "" };
    },
    { concurrency },
  );
  return { done: shown, older: traces.length - shown.length };
}

export async function hoursNow(look: HoursLook): Promise<HoursShown> {
  const { store, places, now } = look;
  const all = await Promise.all(places.map((place) => keptHoursAt(store, place)));
  const kept = all.flat().filter(({ until }) => until > now);
  return { schedules: schedulesOf(look, kept), kept, ...(await lastDone(look)) };
}
