import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import { holidays } from "../../settings/holidays.ts";
import { explainIssues } from "../../settings/settings.ts";
import { holidaysOf, schedulesField } from "./schedules.ts";

z.config(en());

const office = {
  timeZone: "Europe/Berlin",
  on: [{ days: ["monday"], from: "07:00", until: "20:00" }],
};
const settings = z.strictObject({ schedules: schedulesField });
const problems = (schedules: unknown): string => {
  const parsed = settings.safeParse({ schedules });
  return parsed.success ? "" : explainIssues(parsed.error, []);
};
const window = (more: object) => ({ office: { ...office, on: [{ ...office.on[0], ...more }] } });

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "hours-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "calendars"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe("what is wrong with a schedule is said by its field, with what to do", () => {
  test.each<[what: string, schedules: unknown, said: string]>([
    [
      "no time zone",
      { office: { on: office.on } },
      "schedules.office.timeZone: must be an IANA time zone, like Europe/Berlin",
    ],
    [
      "a shorthand for one",
      { office: { ...office, timeZone: "est" } },
      "schedules.office.timeZone: must be an IANA time zone",
    ],
    ["no window", { office: { ...office, on: [] } }, "schedules.office.on: is empty"],
    [
      "an hour that no clock shows",
      window({ from: "24:00" }),
      "schedules.office.on[0].from: must be a time of day",
    ],
    ["a number for an hour", window({ until: 19 }), "schedules.office.on[0].until"],
    [
      "a window without length",
      window({ until: "07:00" }),
      "schedules.office.on[0].until: is the same as `from`",
    ],
    ["a day that there is not", window({ days: ["mon-fri"] }), "schedules.office.on[0].days[0]"],
    ["a day twice", window({ days: ["monday", "monday"] }), "names a day twice"],
    [
      "two windows at one time",
      {
        office: {
          ...office,
          on: [...office.on, { days: ["monday"], from: "19:00", until: "23:00" }],
        },
      },
      "schedules.office.on: has two windows at one time: that which begins on monday 19:00 begins before the one before it ends, on monday 20:00. Make them one",
    ],
    [
      "a holiday that is none",
      { office: { ...office, holidays: ["2026-12-25", "25.12."] } },
      "schedules.office.holidays",
    ],
    ["a misspelt field", { office: { ...office, holiday: [] } }, "holiday"],
    [
      "a name that no tag could be told from another by",
      { "Office Hours": office },
      "must be written in small letters",
    ],
    [
      "two schedules of one thing",
      { office: { ...office, targets: ["i-1"] }, other: { ...office, targets: ["i-1"] } },
      "schedules: office and other both name i-1 in their `targets`: a thing has one schedule, so leave it in one",
    ],
  ])("%s", (_, schedules, said) => expect(problems(schedules)).toContain(said));

  test("what is well said is taken, also whole days and nights", () => {
    const night = { days: ["friday"], from: "22:00", until: "06:00" };
    const whole = { days: ["sunday"], from: "00:00", until: "24:00" };
    expect(problems({ office, other: { ...office, on: [night, whole] } })).toBe("");
    expect(problems({})).toBe("");
  });
});

describe("a calendar beside the settings", () => {
  test("is read, and its days are the schedule's", () => {
    const folder = folderWith({ "calendars/bavaria.txt": "2026-12-25 Christmas\n" });
    const below = join(folder, "calendars");
    for (const from of [folder, below]) {
      const read = settings.parse({
        schedules: { office: { ...office, holidays: holidays("calendars/bavaria.txt", from) } },
      });
      expect(read.schedules.office && holidaysOf(read.schedules.office)).toEqual(["2026-12-25"]);
    }
  });

  test.each<[what: string, file: string, said: string]>([
    [
      "is not there",
      "calendars/none.ics",
      "calendars/none.ics is not there: put the file there, or leave out `holidays`",
    ],
    [
      "cannot be understood",
      "calendars/bad.txt",
      "calendars/bad.txt line 1 must begin with a day like 2026-12-25",
    ],
    ["is empty", "calendars/empty.ics", "calendars/empty.ics it names no day"],
    ["lies elsewhere", "holidays.ics", "holidays.ics must lie in calendars/ beside the settings"],
    ["would lie outside", "calendars/..", "calendars/.. must lie in calendars/"],
    ["is a folder", "calendars/folder", "calendars/folder cannot be read"],
    [
      "comes from the web",
      "https://example.com/a.ics",
      "https://example.com/a.ics must lie in calendars/",
    ],
  ])("that %s is said by the schedule's field", (_, file, said) => {
    const folder = folderWith({ "calendars/bad.txt": "Christmas", "calendars/empty.ics": "" });
    mkdirSync(join(folder, "calendars/folder"));
    const text = problems({ office: { ...office, holidays: holidays(file, folder) } });
    expect(text).toContain(`schedules.office.holidays: ${said}`);
  });
});
