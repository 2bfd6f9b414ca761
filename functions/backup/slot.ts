/**
 * When a backup is due. A slot has the name of a time on the wall, so that it is the same one
 * whatever the hour is called in UTC: one that the clocks skip comes after the gap, one that they
 * show twice comes once.
 */
import {
  dayLength,
  instantOf,
  readClockTime,
  type WallTime,
  wallTimeAt,
} from "../../sdk/wall-clock.ts";
import { type Weekday, weekdayOf, weekdays } from "../../sdk/weekdays.ts";

/** How often, and when by the clocks of a place. Months and years begin on their first day. */
export interface Rhythm {
  readonly every: "hour" | "day" | "week" | "month" | "year";
  /** `01:30`; of each hour the minutes alone. */
  readonly at: string;
  readonly weekday: Weekday;
  /** IANA name. */
  readonly timeZone: string;
}

export interface BackupSlot {
  /** `2026-11-21`; of each hour `2026-11-21T05`. */
  readonly name: string;
  readonly from: Date;
}

const hourLength = 3_600_000;

const floored = (wall: WallTime, offset: number, length: number): WallTime =>
  Math.floor((wall - offset) / length) * length + offset;

/** The last time on the wall, at or before this one, at which it is due. */
function dueBy(wall: WallTime, { every, at, weekday }: Rhythm): WallTime {
  const offset = readClockTime(at) ?? 0;
  if (every === "hour") return floored(wall, offset % hourLength, hourLength);
  const day = floored(wall, offset, dayLength) - offset;
  if (every === "day") return day + offset;
  if (every === "week") {
    const since = (weekdayOf(day) - weekdays.indexOf(weekday) + 7) % 7;
    return day - since * dayLength + offset;
  }
  const date = new Date(day);
  const month = every === "month" ? date.getUTCMonth() : 0;
  return Date.UTC(date.getUTCFullYear(), month, 1) + offset;
}

const named = (wall: WallTime, { every }: Rhythm): string =>
  new Date(wall).toISOString().slice(0, every === "hour" ? 13 : 10);

/** The slot that a moment lies in: the last that was due by then. */
export function slotAt(now: Date, rhythm: Rhythm): BackupSlot {
  // Where the clocks are put back, what is due later by the wall may have been due already.
  let wall = dueBy(wallTimeAt(now, rhythm.timeZone) + dayLength, rhythm);
  while (instantOf(wall, rhythm.timeZone) > now) wall = dueBy(wall - 1, rhythm);
  return { name: named(wall, rhythm), from: instantOf(wall, rhythm.timeZone) };
}

const isName = /^\d{4}-\d{2}-\d{2}(T([01]\d|2[0-3]))?$/;

/** @returns the time on the wall that a slot is named after; nothing where it is no slot's name */
export function wallOfSlot(name: string): WallTime | undefined {
  if (!isName.test(name)) return undefined;
  const wall = Date.parse(name.length === 10 ? `${name}T00:00Z` : `${name}:00Z`);
  return Number.isNaN(wall) ? undefined : wall;
}
