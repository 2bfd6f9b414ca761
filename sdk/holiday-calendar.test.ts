import { describe, expect, test } from "vitest";
import { readHolidays } from "./holiday-calendar.ts";

const calendar = (...events: string[]) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    ...events.flatMap((event) => ["BEGIN:VEVENT", event, "END:VEVENT"]),
    "END:VCALENDAR",
  ].join("\r\n");
const event = (...lines: string[]) => lines.join("\r\n");

describe("the days that a file names", () => {
  test.each<[what: string, text: string, days: readonly string[]]>([
    [
      "a day in each line, with what people write beside it",
      "# Bavaria\n2026-12-26 St Stephen's\n\n2026-12-25,Christmas\r\n2026-12-25",
      ["2026-12-25", "2026-12-26"],
    ],
    [
      "whole days of an iCalendar file, whose end is the day after",
      calendar(
        event("SUMMARY:Christmas", "DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261227"),
      ),
      ["2026-12-25", "2026-12-26"],
    ],
    [
      "an event without an end is one day",
      calendar(event("DTSTART;VALUE=DATE:20270101")),
      ["2027-01-01"],
    ],
    [
      "one over the end of the year, and of a leap year's February",
      calendar(
        event("DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270102"),
        event("DTSTART;VALUE=DATE:20280228", "DTEND;VALUE=DATE:20280301"),
      ),
      ["2026-12-31", "2027-01-01", "2028-02-28", "2028-02-29"],
    ],
    [
      "one with a time counts for its day",
      calendar(event("DTSTART;TZID=Europe/Berlin:20261224T000000", "DTEND:20261224T235900")),
      ["2026-12-24"],
    ],
    [
      "one that ends within a day has that day too, one that ends at midnight has not",
      calendar(
        event("DTSTART:20261224T120000", "DTEND:20261226T120000"),
        event("DTSTART:20261230T000000", "DTEND:20270101T000000"),
      ),
      ["2026-12-24", "2026-12-25", "2026-12-26", "2026-12-30", "2026-12-31"],
    ],
    [
      "long lines that go on, a mark at the beginning, and what was cancelled",
      `\uFEFF${calendar(
        event("SUMMARY:A name that is\r\n  folded", "DTSTART;VALUE=\r\n DATE:20261225"),
        event("DTSTART;VALUE=DATE:20261226", "STATUS:CANCELLED"),
      )}`,
      ["2026-12-25"],
    ],
  ])("%s", (_, text, days) => expect(readHolidays(text)).toEqual({ days }));
});

describe("what cannot be read is said, and never an empty list", () => {
  test.each<[what: string, text: string, problem: string]>([
    ["nothing at all", "", "it names no day"],
    ["a calendar without events", calendar(), "it names no day"],
    ["a day that there is not", "2026-02-30", "line 1 must begin with a day"],
    ["a day in another order", "2026-12-25\n25.12.2026", 'says "25.12.2026"'],
    [
      "one that comes again each year",
      calendar(event("SUMMARY:New Year", "DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY")),
      'the event "New Year" repeats by a rule',
    ],
    ["an event without a begin", calendar(event("UID:7")), 'the event "7" has no DTSTART'],
    [
      "an end that is no day",
      calendar(event("DTSTART;VALUE=DATE:20260101", "DTEND:soon")),
      "has a DTEND that is no day",
    ],
    [
      "one that says how long it lasts in place of its end",
      calendar(event("DTSTART;VALUE=DATE:20261224", "DURATION:P3D")),
      "write its end as DTEND",
    ],
    [
      "a time in UTC, which is the next day elsewhere",
      calendar(event("DTSTART:20261224T230000Z", "DTEND:20261225T230000Z")),
      "which day that is depends on the place",
    ],
    [
      "an event of two years",
      calendar(event("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20280101")),
      "lasts longer than a year",
    ],
    [
      "a file that was cut",
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260101\r\n",
      "it was cut",
    ],
    ["a page of the web", "<!doctype html><html>", "line 1 must begin with a day"],
  ])("%s", (_, text, problem) => {
    const read = readHolidays(text);
    expect("problem" in read && read.problem).toContain(problem);
  });
});
