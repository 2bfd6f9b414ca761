/** Until when somebody keeps something on, as people write it. */
import { readEndTime } from "../../functions/hours/timetable.ts";
import { UsageError } from "../../sdk/errors.ts";
import { after, days, inWords } from "../../sdk/time.ts";
import { dayLength, instantOf, readWallTime, wallTimeAt } from "../../sdk/wall-clock.ts";
import { spanOf } from "../io/options.ts";

/** Longer is no evening any more: an exemption, or another schedule. */
const longest = days(14);

/** A moment, or what clocks show, for which a place is needed. */
type Written = Date | ((timeZone: string) => Date);

/** The next time that clocks show it. */
const nextAt = (clock: number, now: Date) => (timeZone: string) => {
  const midnight = Math.floor(wallTimeAt(now, timeZone) / dayLength) * dayLength;
  const today = instantOf(midnight + clock, timeZone);
  return today > now ? today : instantOf(midnight + dayLength + clock, timeZone);
};

const zonedTime = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** With its zone. A day that no month has is none: `Date` would take it for one of the next month. */
function momentOf(text: string): Date | undefined {
  const [, wall = ""] = zonedTime.exec(text) ?? [];
  const moment = new Date(text);
  const isTime = readWallTime(wall) !== undefined && !Number.isNaN(moment.getTime());
  return isTime ? moment : undefined;
}

function written(text: string, now: Date): Written {
  if (/^\d+[a-z]+$/i.test(text)) return after(now, spanOf(text, "--until"));
  const clock = readEndTime(text);
  if (clock !== undefined) return nextAt(clock, now);
  const wall = text.includes("T") ? readWallTime(text) : undefined;
  if (wall !== undefined) return (timeZone) => instantOf(wall, timeZone);
  const moment = momentOf(text);
  if (moment) return moment;
  throw new UsageError(
    `--until ${text} is no time: write it like 22:00, 2026-11-21T22:00, 2026-11-21T22:00Z or 3h`,
  );
}

function inOneZone(show: (timeZone: string) => Date, text: string, zones: readonly string[]): Date {
  const [timeZone, ...others] = zones;
  if (timeZone !== undefined && others.length === 0) return show(timeZone);
  const which =
    timeZone === undefined ? "no schedule says one" : `schedules are in ${zones.join(", ")}`;
  throw new UsageError(
    `--until ${text} needs a time zone, and ${which}: write it like 2026-11-21T22:00Z, or how long, like 3h`,
  );
}

/**
 * @param zones those of the schedules that it may be about
 * @throws {UsageError} for what is no time, is over, or is too far
 */
export function untilOf(text: string, now: Date, zones: readonly string[]): Date {
  const read = written(text, now);
  const until = read instanceof Date ? read : inOneZone(read, text, [...new Set(zones)]);
  if (until <= now) throw new UsageError(`--until ${text} is over: give a time that is to come`);
  if (until > after(now, longest))
    throw new UsageError(
      `--until ${text} is more than ${inWords(longest)} ahead: exempt it (\`npx nightshift exempt\`), or change its schedule`,
    );
  return until;
}
