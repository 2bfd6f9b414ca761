/** Reads a calendar at an address, where the settings are read: never in a deployed function. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inOneLine } from "../sdk/errors.ts";
import { exchange } from "../sdk/exchange.ts";
import { type HolidayCalendar, readHolidays } from "../sdk/holiday-calendar.ts";
import { after, before, days, type Span } from "../sdk/time.ts";

/** What is this young is not asked for again: a command reads the settings each time. */
const young = days(1);
/** What is older stands for nothing, where the address does not answer. */
const oldest = days(30);
/** A calendar of a country's holidays has some ten thousand bytes. */
const mostBytes = 1_000_000;
const mostMilliseconds = 15_000;

/** Where what was read is kept, and what the time is. */
export interface CalendarPlace {
  /** Where `.nightshift/` lies; default: the working directory. */
  readonly folder?: string;
  readonly now?: Date;
}

type Kept = { readonly text: string; readonly at: Date } | undefined;

function keptIn(file: string): Kept {
  try {
    return { text: readFileSync(file, "utf8"), at: statSync(file).mtime };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") throw error;
    return undefined;
  }
}

/** Whole, or not at all: another command may read it meanwhile. */
function keep(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

/** A clock that was set back makes nothing young for as long as it was ahead. */
const isYounger = ({ at }: NonNullable<Kept>, span: Span, now: Date): boolean =>
  at > before(now, span) && at <= after(now, young);

const isLoopback = ({ hostname }: URL): boolean => hostname === "127.0.0.1";

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url))) return url;
  throw new Error("must be an address that begins with https://");
}

async function answerOf(url: URL): Promise<string> {
  const signal = AbortSignal.timeout(mostMilliseconds);
  const { status, headers, body } = await exchange({
    url,
    method: "GET",
    headers: { accept: "text/calendar, text/plain" },
    mostBytes,
    signal,
  });
  if (status === 200) return body.toString("utf8");
  const { location } = headers;
  throw new Error(
    location === undefined
      ? `answers ${status}, not a calendar`
      : `sends on to ${inOneLine(location)}: name that address, if it is the right one`,
  );
}

const wrong = (file: string, problem: string): HolidayCalendar => ({ file, days: [], problem });

function readAs(file: string, text: string): HolidayCalendar {
  const read = readHolidays(text);
  return "problem" in read ? wrong(file, read.problem) : { file, days: read.days };
}

/**
 * The days that a calendar at an address names: `await holidaysAt("https://example.com/a.ics")`. It is
 * read when the settings are, so a deployment holds the days of its own day; what was read is kept
 * in `.nightshift/calendars/` for a day, and for thirty where the address does not answer. What is
 * wrong with it is said where the settings are checked, by the field that it stands in; what is kept
 * never takes the place of an answer that is no calendar.
 * @param address `https:` alone; a redirect is refused, and says where to
 */
export async function holidaysAt(
  address: string,
  { folder = process.cwd(), now = new Date() }: CalendarPlace = {},
): Promise<HolidayCalendar> {
  const place = join(folder, ".nightshift", "calendars");
  const file = join(place, `${createHash("sha256").update(address).digest("hex")}.ics`);
  let kept: Kept;
  try {
    const url = addressOf(address);
    kept = keptIn(file);
    if (kept && isYounger(kept, young, now)) return readAs(address, kept.text);
    const text = await answerOf(url);
    const calendar = readAs(address, text);
    if (calendar.problem === undefined) keep(place, file, text);
    return calendar;
  } catch (error) {
    if (kept && isYounger(kept, oldest, now)) return readAs(address, kept.text);
    return wrong(address, `cannot be read: ${inOneLine(error)}`);
  }
}
