/**
 * When a plan of AWS Backup was last due. It needs the few days alone that jobs are known of: no
 * library that looks through all years, which would be a tenth of this unit's bundle.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
import { isDueAt } from "../../../sdk/cron-fields.ts";
import { dayLength, instantOf, type WallTime, wallTimeAt } from "../../../sdk/wall-clock.ts";
import { weekdays } from "../../../sdk/weekdays.ts";

const minute = 60_000;
const dayOf = (wall: WallTime): number => new Date(wall).getUTCDate();
const weekdayOf = (wall: WallTime): number => new Date(wall).getUTCDay();

/** The first of its month. */
const monthOf = (wall: WallTime): WallTime => {
  const at = new Date(wall);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
};
const lengthOf = (wall: WallTime): number => {
  const at = new Date(wall);
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
};

/** The working day nearest to a day of its month, and in that month. */
function workingDay(wall: WallTime, day: number): number {
  const last = lengthOf(wall);
  const weekday = weekdayOf(monthOf(wall) + (day - 1) * dayLength);
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === last ? day - 2 : day + 1;
  return day;
}

/** `L`, `L-3`, `LW` and `15W`; nothing of what is a number, a range or a step. */
function dayByCalendar(part: string, wall: WallTime): boolean | undefined {
  const [, day, fromLast, ofWork] = /^(?:(\d{1,2})|L(?:-(\d{1,2}))?)(W)?$/i.exec(part) ?? [];
  const isLast = /^L/i.test(part);
  if (!isLast && !ofWork) return undefined;
  const named = isLast ? lengthOf(wall) - Number(fromLast ?? 0) : Number(day);
  return dayOf(wall) === (ofWork ? workingDay(wall, named) : named);
}

/** Sunday is 1, or `SUN`. */
function weekdayNumber(text: string): number {
  const at = weekdays.findIndex((name) => name.slice(0, 3) === text.toLowerCase());
  if (at < 0) return Number(text);
  return ((at + 1) % 7) + 1;
}

/** `6L`, `FRIL`, `2#1`; nothing of what is a number, a range or a step. */
function weekdayByCalendar(part: string, wall: WallTime): boolean | undefined {
  if (part.toUpperCase() === "L") return weekdayOf(wall) === 6;
  const [, name = "", last, nth] = /^([a-z]{3}|\d)(?:(L)|#(\d))$/i.exec(part) ?? [];
  if (!last && nth === undefined) return undefined;
  if (weekdayOf(wall) + 1 !== weekdayNumber(name)) return false;
  if (last) return dayOf(wall) > lengthOf(wall) - 7;
  return Math.ceil(dayOf(wall) / 7) === Number(nth);
}

interface CronParts {
  readonly minute: string;
  readonly hour: string;
  readonly day: string;
  readonly month: string;
  readonly weekday: string;
  readonly year: string;
}

function partsOf(schedule: string): CronParts | undefined {
  const written = /^cron\((.+)\)$/.exec(schedule)?.[1]?.trim().split(/\s+/);
  if (!written || written.length < 5) return undefined;
  const [minutes = "", hour = "", day = "", month = "", weekday = "", year = "*"] = written;
  return { minute: minutes, hour, day, month, weekday, year };
}

function isDueOn({ day, month, weekday, year }: CronParts, wall: WallTime): boolean {
  const fits = (fields: string) => isDueAt(`cron(${fields})`, wall);
  return (
    fits(`* * * ${month} ? ${year}`) &&
    day.split(",").some((part) => dayByCalendar(part, wall) ?? fits(`* * ${part} * ? *`)) &&
    weekday.split(",").some((part) => weekdayByCalendar(part, wall) ?? fits(`* * ? * ${part} *`))
  );
}

interface Within {
  readonly since: Date;
  readonly until: Date;
}

/**
 * @param schedule `cron(0 5 ? * * *)`; a plan of AWS Backup knows no others
 * @param timeZone IANA name
 * @returns the last time before `until`; nothing where that was before `since`
 */
export function lastDueIn(
  schedule: string,
  timeZone: string,
  { since, until }: Within,
): Date | undefined {
  const parts = partsOf(schedule);
  if (!parts) return undefined;
  const latest = wallTimeAt(until, timeZone);
  const earliest = wallTimeAt(since, timeZone) - dayLength;
  for (let day = Math.floor(latest / dayLength) * dayLength; day > earliest; day -= dayLength) {
    if (!isDueOn(parts, day)) continue;
    for (let wall = day + dayLength - minute; wall >= day; wall -= minute) {
      if (wall > latest || !isDueAt(`cron(${parts.minute} ${parts.hour} * * ? *)`, wall)) continue;
      const at = instantOf(wall, timeZone);
      if (at < until) return at < since ? undefined : at;
    }
  }
  return undefined;
}
