/**
 * Whether a schedule of EventBridge Scheduler is due at a given time. What needs no calendar ahead
 * needs no library: this goes into every unit's bundle.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
import type { WallTime } from "./wall-clock.ts";

/** One field of `cron(…)`. */
interface CronField {
  readonly last: number;
  readonly names?: readonly string[];
  /** The number of the first name. */
  readonly first: number;
  valueAt(wall: Date): number;
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN"].concat(
  ...["JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
);
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fields: readonly CronField[] = [
  { first: 0, last: 59, valueAt: (wall) => wall.getUTCMinutes() },
  { first: 0, last: 23, valueAt: (wall) => wall.getUTCHours() },
  { first: 1, last: 31, valueAt: (wall) => wall.getUTCDate() },
  { first: 1, last: 12, names: months, valueAt: (wall) => wall.getUTCMonth() + 1 },
  { first: 1, last: 7, names: weekdays, valueAt: (wall) => wall.getUTCDay() + 1 },
  { first: 1970, last: 2199, valueAt: (wall) => wall.getUTCFullYear() },
];

function numberOf(text: string, { names = [], first }: CronField): number {
  const named = names.indexOf(text.toUpperCase());
  return named < 0 ? Number(text) : named + first;
}

/** One of the parts between commas. `L`, `W` and `#` need the calendar, and are believed. */
function partAllows(part: string, field: CronField, value: number): boolean {
  const [range = "", step = "1"] = part.split("/");
  const isAll = range === "*" || range === "?";
  const [from = "", to] = isAll ? [String(field.first), String(field.last)] : range.split("-");
  const lowest = numberOf(from, field);
  const open = part.includes("/") ? field.last : lowest;
  const highest = to === undefined ? open : numberOf(to, field);
  if ([lowest, highest, Number(step)].some(Number.isNaN)) return true;
  return value >= lowest && value <= highest && (value - lowest) % Number(step) === 0;
}

/**
 * @param schedule `cron(0 2 * * ? *)`; for a rate, which counts from when it was made, always true
 * @param wall what the clocks show in the schedule's time zone
 */
export function isDueAt(schedule: string, wall: WallTime): boolean {
  const written = /^cron\((.+)\)$/.exec(schedule)?.[1];
  if (written === undefined) return true;
  if (wall % 60_000 !== 0) return false;
  const parts = written.trim().split(/\s+/);
  return fields.every((field, index) => {
    const value = field.valueAt(new Date(wall));
    return (parts[index] ?? "*").split(",").some((part) => partAllows(part, field, value));
  });
}
