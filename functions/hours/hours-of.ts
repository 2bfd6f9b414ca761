/** Which hours a thing has, by its tags: nothing is stopped because of a tag that is not understood. */
import type { KeptOn } from "../../sdk/automation.ts";
import { closest } from "../../sdk/closest.ts";
import { before, minutes, type Span } from "../../sdk/time.ts";
import { instantOf, readWallTime, wallTimeAt } from "../../sdk/wall-clock.ts";
import { type HoursSchedule, holidaysOf, listedTargets } from "./schedules.ts";
import { type Period, partOff, periodAt, type Timetable } from "./timetable.ts";

/**
 * The tag by which a person keeps a thing on for longer: its value is a time by the clocks of the
 * schedule's place, like `2026-11-21T22:00`.
 */
export const onUntilTag = "nightshift:hours-on-until";

/** What a schedule says now. */
export interface ScheduleNow {
  readonly name: string;
  readonly timeZone: string;
  readonly period: Period;
  /** Whether what was stopped is started again. */
  readonly starts: boolean;
  /** How long before the schedule says on it counts as on: `period` has that in it. */
  readonly lead: Span;
  /** Of a week without holidays, from 0 to 1. */
  readonly partOff: number;
  /** Who keeps it on now, where the schedule itself says off. */
  readonly keptBy?: string;
}

/** What all schedules of the settings say now. */
export interface SchedulesNow {
  readonly byName: ReadonlyMap<string, ScheduleNow>;
  /** The names of schedules, by the ids of what the settings name. */
  readonly listed: ReadonlyMap<string, string>;
  /** What people keep on for longer, and kept. */
  readonly keptOn: readonly KeptOn[];
}

/** When it is, and what is known beside schedules. */
export interface HoursMoment {
  readonly now: Date;
  /** How long before a schedule says on things are started that others need. */
  readonly lead?: Span;
  readonly keptOn?: readonly KeptOn[];
}

const noLead = minutes(0);

/** On already so long before the schedule says it; nothing of it where nothing is started. */
function ledPeriod(now: Date, timetable: Timetable, lead: Span): Period {
  const period = periodAt(now, timetable);
  if (period.is === "on" || lead.seconds === 0) return period;
  const begins = before(period.until, lead);
  return now < begins ? { ...period, until: begins } : periodAt(period.until, timetable);
}

export function schedulesNow(
  schedules: Readonly<Record<string, HoursSchedule>>,
  { now, lead = noLead, keptOn = [] }: HoursMoment,
): SchedulesNow {
  const all = Object.entries(schedules).map(([name, schedule]) => {
    const { timeZone, on, starts } = schedule;
    const ahead = starts ? lead : noLead;
    const timetable = { timeZone, on, holidays: new Set(holidaysOf(schedule)) };
    const period = ledPeriod(now, timetable, ahead);
    return [name, { name, timeZone, period, starts, lead: ahead, partOff: partOff(on) }] as const;
  });
  return { byName: new Map(all), listed: listedTargets(schedules), keptOn };
}

/** The hours of one thing, or why they cannot be known; `undefined`: it has none. */
export type HoursNow =
  | { readonly hours: ScheduleNow; readonly unclear?: never }
  | { readonly unclear: string; readonly hours?: never }
  | undefined;

/** What is asked of. */
export interface HoursAsked {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The tag that names the schedule. */
  readonly tag: string;
  readonly schedules: SchedulesNow;
  readonly now: Date;
}

function unknownName(tag: string, value: string, names: readonly string[]): string {
  const known = names.length
    ? `the settings have ${names.join(", ")}`
    : "the settings have no schedules";
  const meant = closest(value.trim().toLowerCase(), names);
  const hint = meant ? `; ${meant} is probably meant` : "";
  return `its tag ${tag} says "${value}", which is no schedule: ${known}${hint}. It is neither stopped nor started until that is mended`;
}

/** Until when it is kept on, by a tag or in the ledger; there it is known by whom. */
type Kept = Pick<KeptOn, "until"> & Partial<Pick<KeptOn, "by">>;

/** While somebody keeps it on, and its time off begins when that ends. */
export function withKept(schedule: ScheduleNow, { until: end, by }: Kept, now: Date): ScheduleNow {
  const { period } = schedule;
  if (period.is === "on" || end <= period.from) return schedule;
  if (end <= now) return { ...schedule, period: { ...period, from: end } };
  const until = end < period.until ? end : period.until;
  const kept = { ...schedule, period: { is: "on", from: period.from, until } as const };
  return by === undefined ? kept : { ...kept, keptBy: by };
}

function keptByTag(value: string, timeZone: string): Kept | { readonly unclear: string } {
  const wall = value.includes("T") ? readWallTime(value.trim()) : undefined;
  if (wall !== undefined) return { until: instantOf(wall, timeZone) };
  return {
    unclear: `its tag ${onUntilTag} says "${value}", which is no time like 2026-11-21T22:00: it is neither stopped nor started until that is mended`,
  };
}

/** `2026-11-21T22:00`, as a clock there shows it. */
export const shownWall = (at: Date, timeZone: string): string =>
  new Date(wallTimeAt(at, timeZone)).toISOString().slice(0, 16);

export function hoursOf({ id, tags, tag, schedules, now }: HoursAsked): HoursNow {
  const { byName, listed, keptOn } = schedules;
  const set = listed.get(id);
  const value = tags[tag] ?? set;
  if (value === undefined) return undefined;
  const schedule = byName.get(value);
  if (!schedule) return { unclear: unknownName(tag, value, [...byName.keys()]) };
  if (set !== undefined && set !== value)
    return {
      unclear: `its tag ${tag} says "${value}", and the settings name it in the schedule ${set}: it is neither stopped nor started until it has one`,
    };
  const kept: Kept[] = keptOn.filter((each) => each.schedule === value || each.target === id);
  const worn = tags[onUntilTag];
  const byTag = worn === undefined ? undefined : keptByTag(worn, schedule.timeZone);
  if (byTag && "unclear" in byTag) return byTag;
  const [longest] = [...kept, ...(byTag ? [byTag] : [])].sort(latestFirst);
  return { hours: longest ? withKept(schedule, longest, now) : schedule };
}

const latestFirst = (a: Kept, b: Kept): number => b.until.getTime() - a.until.getTime();
