/**
 * What clocks on the wall show in a time zone, and when they show it; right over daylight-saving
 * changes.
 */

/**
 * A time on the wall, without a zone, as milliseconds since 1970 if it were UTC: comparable, and
 * days can be added.
 */
export type WallTime = number;

export const dayLength = 86_400_000;

/**
 * Whether it is an IANA name. Not by `Intl.supportedValuesOf`, which lacks the names that places
 * have now: Asia/Kolkata, Europe/Kyiv.
 */
export function isTimeZone(name: string): boolean {
  try {
    return /^[A-Z]/.test(name) && Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();
function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const numeric = {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  } as const;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    ...numeric,
  });
  formats.set(timeZone, format);
  return format;
}

/** What the clocks show at an instant. */
export function wallTimeAt(at: Date, timeZone: string): WallTime {
  const shown: Record<string, number> = {};
  for (const { type, value } of formatIn(timeZone).formatToParts(at)) shown[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = shown;
  return (
    Date.UTC(year, month - 1, day, hour, minute, second) + (((at.getTime() % 1000) + 1000) % 1000)
  );
}

const offsetAt = (instant: number, timeZone: string): number =>
  wallTimeAt(new Date(instant), timeZone) - instant;

/**
 * When the clocks show it. A time that they show twice is the first of the two; one that they skip
 * is as much later as they skip: what is due at 02:30 is then due at 03:30. Temporal's
 * `compatible`.
 */
export function instantOf(wall: WallTime, timeZone: string): Date {
  const before = offsetAt(wall - dayLength, timeZone);
  const after = offsetAt(wall + dayLength, timeZone);
  const shown = [wall - before, wall - after].filter(
    (instant) => wallTimeAt(new Date(instant), timeZone) === wall,
  );
  return new Date(shown.length ? Math.min(...shown) : wall - before);
}

/** How far the clocks were put forward (or, below zero, back) within a day around an instant. In milliseconds. */
export function changeAround(at: Date, timeZone: string): number {
  const instant = at.getTime();
  return offsetAt(instant + dayLength, timeZone) - offsetAt(instant - dayLength, timeZone);
}

/** Whether the clocks show the same once more after it: they are put back within that time. */
export function isShownAgain(at: Date, timeZone: string): boolean {
  const change = changeAround(at, timeZone);
  const wall = wallTimeAt(at, timeZone);
  return change < 0 && wallTimeAt(new Date(at.getTime() - change), timeZone) === wall;
}

/**
 * `2026-12-24T09:00`, or a day alone, which is its midnight; `undefined` for what no calendar has.
 */
export function readWallTime(text: string): WallTime | undefined {
  const [, day, time = "00:00"] =
    /^(\d{4}-\d{2}-\d{2})(?:T((?:[01]\d|2[0-3]):[0-5]\d))?$/.exec(text) ?? [];
  if (!day) return undefined;
  const wall = Date.parse(`${day}T${time}Z`);
  return !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(day) ? wall : undefined;
}

/** `09:00`, in milliseconds after midnight; `undefined` for what no clock shows. */
export function readClockTime(text: string): number | undefined {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour && minute ? (Number(hour) * 60 + Number(minute)) * 60_000 : undefined;
}
