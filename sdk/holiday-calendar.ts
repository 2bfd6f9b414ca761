/**
 * Days that a file of a project names, as the settings hold them. The file is read where the
 * settings are, never in a deployed function.
 */
import { endOfDay } from "./tags.ts";

/** What `holidays("calendars/…")` gives. */
export interface HolidayCalendar {
  /** As the settings name it. */
  readonly file: string;
  /** `2026-12-25`, in order. */
  readonly days: readonly string[];
  /** Why it cannot be used, and what to do; then it has no days. */
  readonly problem?: string;
}

/** The days that a text names, or what is wrong with it. */
export type DaysRead = { readonly days: readonly string[] } | { readonly problem: string };

const dayLength = 86_400_000;
/** An event of an iCalendar file lasts no longer: what does is a mistake. */
const mostDays = 366;

const together = (all: readonly DaysRead[]): DaysRead => {
  const wrong = all.find((each) => "problem" in each);
  if (wrong) return wrong;
  const days = all.flatMap((each) => ("days" in each ? each.days : []));
  return { days: [...new Set(days)].sort() };
};

/** A day in each line; what follows it, and a line that begins with `#`, is for people. */
function readLine(line: string, at: number): DaysRead {
  const text = line.trim();
  if (!text || text.startsWith("#")) return { days: [] };
  const [day = ""] = text.split(/[\s,;]/);
  if (endOfDay(day)) return { days: [day] };
  return { problem: `line ${at + 1} must begin with a day like 2026-12-25, and says "${text}"` };
}

/** Of UTC: which day that is depends on a place that the file does not name. */
const isInUtc = (value = ""): boolean => value.endsWith("Z");

/** The first moment after an event: what ends within a day has that day too. */
const isWithinDay = (end = ""): boolean => end.includes("T") && !end.endsWith("T000000");

/** `20261225` as `2026-12-25`; with a time, its day. */
function dayOfEvent(value: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})(?:T\d{6})?$/.exec(value ?? "") ?? [];
  const text = `${year}-${month}-${day}`;
  return endOfDay(text) ? text : undefined;
}

function readEvent(lines: readonly string[]): DaysRead {
  const fieldOf = (name: string): string | undefined => {
    const line = lines.find((each) => {
      const begin = each.slice(0, name.length + 1).toUpperCase();
      return begin === `${name};` || begin === `${name}:`;
    });
    return line?.slice(line.indexOf(":") + 1).trim();
  };
  const name = fieldOf("SUMMARY") ?? fieldOf("UID") ?? "without a name";
  if (fieldOf("RRULE") ?? fieldOf("RDATE"))
    return {
      problem: `the event "${name}" repeats by a rule, which is not read: write each of its days as an event`,
    };
  if (fieldOf("DURATION"))
    return {
      problem: `the event "${name}" has a DURATION, which is not read: write its end as DTEND, the day after its last`,
    };
  if (isInUtc(fieldOf("DTSTART")) || isInUtc(fieldOf("DTEND")))
    return {
      problem: `the event "${name}" has a time in UTC, and which day that is depends on the place: write it as whole days, DTSTART;VALUE=DATE:20261225`,
    };
  const first = dayOfEvent(fieldOf("DTSTART"));
  if (!first) return { problem: `the event "${name}" has no DTSTART with a day in it` };
  // The end of a whole day is the first day after it.
  const end = fieldOf("DTEND");
  const after = end === undefined ? undefined : dayOfEvent(end);
  if (end !== undefined && !after)
    return { problem: `the event "${name}" has a DTEND that is no day` };
  const part = isWithinDay(end) ? 1 : 0;
  const length = after ? (Date.parse(after) - Date.parse(first)) / dayLength + part : 1;
  if (length > mostDays) return { problem: `the event "${name}" lasts longer than a year` };
  const days = Array.from({ length: Math.max(1, length) }, (_, nth) =>
    new Date(Date.parse(first) + nth * dayLength).toISOString().slice(0, 10),
  );
  return { days };
}

/** Long lines go on in the next, after a blank. */
const unfolded = (text: string): string => text.replace(/\r?\n[ \t]/g, "");

function readICalendar(text: string): DaysRead {
  const lines = unfolded(text).split(/\r?\n/);
  const events: string[][] = [];
  let inEvent = false;
  for (const line of lines) {
    if (/^BEGIN:VEVENT\s*$/i.test(line)) {
      events.push([]);
      inEvent = true;
    } else if (/^END:VEVENT\s*$/i.test(line)) inEvent = false;
    else if (inEvent) events.at(-1)?.push(line);
  }
  if (inEvent) return { problem: "it ends within an event: it was cut, so take it anew" };
  const kept = events.filter((event) => !event.some((line) => /^STATUS:CANCELLED/i.test(line)));
  return together(kept.map(readEvent));
}

/** Reads an iCalendar file, or a text with a day in each line. */
export function readHolidays(text: string): DaysRead {
  const plain = text.replace(/^\uFEFF/, "");
  const read = /^BEGIN:VCALENDAR/i.test(plain.trimStart())
    ? readICalendar(plain)
    : together(plain.split(/\r?\n/).map(readLine));
  if ("days" in read && !read.days.length)
    return { problem: "it names no day: that is hardly meant, so leave it out where it is" };
  return read;
}
