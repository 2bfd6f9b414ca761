/**
 * When something is to run, by the clocks of a place. A day's windows are those that begin on it:
 * one over midnight belongs to the day before, also where the day after is a holiday. A time that
 * the clocks skip comes after the gap, one that they show twice is the first of the two.
 */
import { dayLength, instantOf, readClockTime, wallTimeAt } from "../../sdk/wall-clock.ts";
import { type Weekday, weekdayOf, weekdays } from "../../sdk/weekdays.ts";

/** A stretch of the days that it names. */
export interface HoursWindow {
  readonly days: readonly Weekday[];
  /** `07:00`. */
  readonly from: string;
  /** `20:00`; not later than `from`: on the day after. `24:00` is the end of the day. */
  readonly until: string;
}

export interface Timetable {
  /** IANA name. */
  readonly timeZone: string;
  /** On in these, off otherwise. None overlaps another. */
  readonly on: readonly HoursWindow[];
  /** `2026-12-25`: no window begins on these. */
  readonly holidays: ReadonlySet<string>;
}

/** A time in which it is all on, or all off. */
export interface Period {
  readonly is: "on" | "off";
  readonly from: Date;
  /** The first moment after it. */
  readonly until: Date;
}

interface Stretch {
  readonly from: number;
  readonly until: number;
}

/**
 * How many days to each side periods are looked for, from near to far: what began or ends beyond the
 * last is taken to begin or end there. Longer than any holidays.
 */
const reaches = [5, 12] as const;
const farthest = 70;

/** Milliseconds after midnight; `undefined` for what no clock shows. */
export const readEndTime = (text: string): number | undefined =>
  text === "24:00" ? dayLength : readClockTime(text);

/** Milliseconds after the midnight that its day begins with. */
function boundsOf({ from, until }: HoursWindow): Stretch {
  const begin = readClockTime(from) ?? 0;
  const end = readEndTime(until) ?? 0;
  return { from: begin, until: end > begin ? end : end + dayLength };
}

/** What touches is one. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const all: Stretch[] = [];
  for (const each of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && each.from <= last.until)
      all[all.length - 1] = { from: last.from, until: Math.max(last.until, each.until) };
    else all.push(each);
  }
  return all;
}

function windowsOn(day: number, { on, timeZone, holidays }: Timetable): Stretch[] {
  const weekday = weekdays[weekdayOf(day)];
  if (holidays.has(new Date(day).toISOString().slice(0, 10))) return [];
  return on
    .filter(({ days }) => days.some((each) => each === weekday))
    .map(boundsOf)
    .map(({ from, until }) => ({
      from: instantOf(day + from, timeZone).getTime(),
      until: instantOf(day + until, timeZone).getTime(),
    }))
    .filter(({ from, until }) => until > from);
}

function periodWithin(now: Date, timetable: Timetable, reach: number): Period {
  const at = now.getTime();
  const today = Math.floor(wallTimeAt(now, timetable.timeZone) / dayLength) * dayLength;
  const days = Array.from({ length: 2 * reach + 1 }, (_, nth) => today + (nth - reach) * dayLength);
  const on = joined(days.flatMap((day) => windowsOn(day, timetable)));
  const current = on.find(({ from, until }) => from <= at && at < until);
  if (current) return { is: "on", from: new Date(current.from), until: new Date(current.until) };
  const before = on.findLast(({ until }) => until <= at);
  const next = on.find(({ from }) => from > at);
  return {
    is: "off",
    from: new Date(before?.until ?? at - reach * dayLength),
    until: new Date(next?.from ?? at + reach * dayLength),
  };
}

/** No window of a day that was not looked at can reach it: none lasts longer than a day. */
const isWithin = (moment: Date, now: Date, reach: number): boolean =>
  Math.abs(moment.getTime() - now.getTime()) < (reach - 3) * dayLength;

/** The period that a moment lies in. */
export function periodAt(now: Date, timetable: Timetable): Period {
  for (const reach of reaches) {
    const period = periodWithin(now, timetable, reach);
    if (isWithin(period.from, now, reach) && isWithin(period.until, now, reach)) return period;
  }
  return periodWithin(now, timetable, farthest);
}

const weekLength = 7 * dayLength;

/** Of a week without holidays, counted from Monday's midnight; ends may lie in the week after. */
const inWeek = (windows: readonly HoursWindow[]): Stretch[] =>
  windows
    .flatMap((window) => {
      const { from, until } = boundsOf(window);
      return window.days.map((day) => {
        const midnight = weekdays.indexOf(day) * dayLength;
        return { from: midnight + from, until: midnight + until };
      });
    })
    .sort((a, b) => a.from - b.from);

/** What of a week without holidays it is off, from 0 to 1. */
export function partOff(windows: readonly HoursWindow[]): number {
  const on = inWeek(windows).reduce((sum, { from, until }) => sum + until - from, 0);
  return Math.max(0, 1 - on / weekLength);
}

/** `monday 18:00`. */
function shownInWeek(moment: number): string {
  const inside = moment % weekLength;
  const clock = new Date(inside % dayLength).toISOString().slice(11, 16);
  return `${weekdays[Math.floor(inside / dayLength)]} ${clock}`;
}

/**
 * What is wrong with windows together: two at one time, or less than an hour between two, in which
 * nothing would be stopped.
 * @param leastOff milliseconds
 * @returns what is wrong, in words; nothing where they stand well together
 */
export function problemOfWindows(
  windows: readonly HoursWindow[],
  leastOff: number,
): string | undefined {
  const all = inWeek(windows);
  const [first] = all;
  if (!first) return undefined;
  const next = { from: first.from + weekLength, until: first.until + weekLength };
  for (const [at, { until }] of all.entries()) {
    const following = all[at + 1] ?? next;
    const gap = following.from - until;
    const where = shownInWeek(following.from);
    if (gap < 0)
      return `has two windows at one time: that which begins on ${where} begins before the one before it ends, on ${shownInWeek(until)}. Make them one`;
    if (gap > 0 && gap < leastOff)
      return `is off from ${shownInWeek(until)} until ${where} only: that is too short to stop anything. Leave at least an hour, or make the two windows one`;
  }
  return undefined;
}
