/** Reads a calendar of a project's, beside its settings. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type HolidayCalendar, readHolidays } from "../sdk/holiday-calendar.ts";

/** A deployment is made anew when something in it changes. */
export const calendarFolder = "calendars";

/** The file in the nearest folder that has it, from `folder` upward. */
function textOf(folder: string, file: string): string | undefined {
  try {
    return readFileSync(join(folder, file), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : textOf(parent, file);
}

function readCalendar(file: string, folder: string) {
  const [, name] = /^calendars\/([\w.-]+)$/.exec(file) ?? [];
  if (name === undefined || name === "." || name === "..")
    return {
      problem: `must lie in ${calendarFolder}/ beside the settings, like ${calendarFolder}/bavaria.ics`,
    };
  try {
    const text = textOf(folder, file);
    if (text === undefined)
      return { problem: "is not there: put the file there, or leave out `holidays`" };
    return readHolidays(text);
  } catch (error) {
    return { problem: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * The days that a calendar names: `holidays("calendars/bavaria.ics")`, an iCalendar file or a text
 * with a day like `2026-12-25` in each line. What is wrong with it is said where the settings are
 * checked, by the field that it stands in.
 */
export function holidays(file: string, folder = process.cwd()): HolidayCalendar {
  const read = readCalendar(file, folder);
  return "problem" in read ? { file, days: [], problem: read.problem } : { file, days: read.days };
}
