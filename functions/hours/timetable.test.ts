import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { after, seconds } from "../../sdk/time.ts";
import { dayLength, wallTimeAt } from "../../sdk/wall-clock.ts";
import { weekdayOf, weekdays } from "../../sdk/weekdays.ts";
import {
  type HoursWindow,
  partOff,
  periodAt,
  problemOfWindows,
  type Timetable,
} from "./timetable.ts";

const workdays = weekdays.slice(0, 5);
const hour = 3_600_000;
const daily = (from: string, until: string): HoursWindow => ({ days: weekdays, from, until });
const table = (
  on: readonly HoursWindow[],
  timeZone = "UTC",
  holidays: readonly string[] = [],
): Timetable => ({ on, timeZone, holidays: new Set(holidays) });
const office = table([{ days: workdays, from: "07:00", until: "20:00" }], "Europe/Berlin");
const shown = (now: string, timetable: Timetable) => {
  const { is, from, until } = periodAt(new Date(now), timetable);
  return `${is} ${from.toISOString().slice(0, 16)} ${until.toISOString().slice(0, 16)}`;
};

describe("an office in Berlin", () => {
  test.each([
    ["a minute before it opens", "2026-11-23T05:59:59Z", "off 2026-11-20T19:00 2026-11-23T06:00"],
    ["as it opens", "2026-11-23T06:00:00Z", "on 2026-11-23T06:00 2026-11-23T19:00"],
    ["as it closes", "2026-11-23T19:00:00Z", "off 2026-11-23T19:00 2026-11-24T06:00"],
    ["at the weekend", "2026-11-21T12:00:00Z", "off 2026-11-20T19:00 2026-11-23T06:00"],
    ["in summer", "2026-07-01T05:00:00Z", "on 2026-07-01T05:00 2026-07-01T18:00"],
    // The days are those of the schedule's own place, wherever whoever looks may be.
    [
      "on Sunday in UTC and Monday there",
      "2026-11-22T23:30:00Z",
      "off 2026-11-20T19:00 2026-11-23T06:00",
    ],
  ])("%s", (_, now, period) => expect(shown(now, office)).toBe(period));
});

test("the days are those of the schedule's place: Friday morning in Chicago is Friday", () => {
  const chicago = table([{ days: workdays, from: "06:00", until: "22:00" }], "America/Chicago");
  // In Melbourne it is Saturday by then.
  expect(shown("2026-11-20T13:30:00Z", chicago)).toBe("on 2026-11-20T12:00 2026-11-21T04:00");
  const kolkata = table([{ days: ["monday"], from: "00:30", until: "09:00" }], "Asia/Kolkata");
  expect(shown("2026-11-22T19:30:00Z", kolkata)).toBe("on 2026-11-22T19:00 2026-11-23T03:30");
});

describe("clocks that are put forward and back", () => {
  const night = (timeZone: string, from: string, until: string) =>
    table([daily(from, until)], timeZone);
  test.each([
    [
      "forward in Berlin: an hour less",
      "2026-03-29T00:30:00Z",
      night("Europe/Berlin", "01:00", "05:00"),
      "on 2026-03-29T00:00 2026-03-29T03:00",
    ],
    [
      "back in Berlin: an hour more",
      "2026-10-25T00:30:00Z",
      night("Europe/Berlin", "01:00", "05:00"),
      "on 2026-10-24T23:00 2026-10-25T04:00",
    ],
    [
      "a begin that Berlin skips comes after the gap",
      "2026-03-29T01:29:00Z",
      night("Europe/Berlin", "02:30", "05:00"),
      "off 2026-03-28T04:00 2026-03-29T01:30",
    ],
    [
      "a window that lies in the gap alone comes after it",
      "2026-03-29T01:15:00Z",
      night("Europe/Berlin", "02:15", "02:45"),
      "on 2026-03-29T01:15 2026-03-29T01:45",
    ],
    [
      "an end that Berlin shows twice is the first",
      "2026-10-25T00:30:00Z",
      night("Europe/Berlin", "01:00", "02:30"),
      "off 2026-10-25T00:30 2026-10-26T00:00",
    ],
    [
      "a begin that it shows twice is the first",
      "2026-10-25T00:30:00Z",
      night("Europe/Berlin", "02:30", "05:00"),
      "on 2026-10-25T00:30 2026-10-25T04:00",
    ],
    [
      "forward in Sydney, in October",
      "2026-10-03T15:30:00Z",
      night("Australia/Sydney", "01:00", "05:00"),
      "on 2026-10-03T15:00 2026-10-03T18:00",
    ],
    [
      "back in Sydney, in April",
      "2026-04-04T15:30:00Z",
      night("Australia/Sydney", "01:00", "05:00"),
      "on 2026-04-04T14:00 2026-04-04T19:00",
    ],
    [
      "by half an hour, on Lord Howe",
      "2026-04-04T14:30:00Z",
      night("Australia/Lord_Howe", "01:00", "05:00"),
      "on 2026-04-04T14:00 2026-04-04T18:30",
    ],
    [
      "at midnight, in Santiago",
      "2026-09-06T04:30:00Z",
      night("America/Santiago", "00:00", "06:00"),
      "on 2026-09-06T04:00 2026-09-06T09:00",
    ],
    [
      "where nothing changes, in Brisbane",
      "2026-10-03T15:30:00Z",
      night("Australia/Brisbane", "01:00", "05:00"),
      "on 2026-10-03T15:00 2026-10-03T19:00",
    ],
  ])("%s", (_, now, timetable, period) => expect(shown(now, timetable)).toBe(period));
});

describe("over midnight", () => {
  const late = table([{ days: ["friday"], from: "22:00", until: "06:00" }]);
  test.each([
    ["it runs on into Saturday", "2026-11-21T03:00:00Z", "on 2026-11-20T22:00 2026-11-21T06:00"],
    ["and not on Saturday night", "2026-11-21T23:00:00Z", "off 2026-11-21T06:00 2026-11-27T22:00"],
  ])("%s", (_, now, period) => expect(shown(now, late)).toBe(period));
  test("whole days that follow one another are one period", () => {
    const days = table([{ days: workdays, from: "00:00", until: "24:00" }]);
    expect(shown("2026-11-25T12:00:00Z", days)).toBe("on 2026-11-23T00:00 2026-11-28T00:00");
    expect(shown("2026-11-28T00:00:00Z", days)).toBe("off 2026-11-28T00:00 2026-11-30T00:00");
  });
  test("two windows that touch at 23:59 and midnight are one where they touch", () => {
    const both = table([daily("20:00", "24:00"), daily("00:00", "02:00")]);
    expect(shown("2026-11-25T23:59:59Z", both)).toBe("on 2026-11-25T20:00 2026-11-26T02:00");
  });
  test("one that is always on has no end that is near", () => {
    const { is, until } = periodAt(
      new Date("2026-11-25T12:00:00Z"),
      table([daily("00:00", "24:00")]),
    );
    expect([is, until > new Date("2027-01-01")]).toEqual(["on", true]);
  });
});

describe("holidays", () => {
  const christmas = ["2026-12-24", "2026-12-25"];
  const closed = { ...office, holidays: new Set(christmas) };
  test.each([
    ["off on them", "2026-12-24T12:00:00Z", "off 2026-12-23T19:00 2026-12-28T06:00"],
    ["on the day before", "2026-12-23T12:00:00Z", "on 2026-12-23T06:00 2026-12-23T19:00"],
  ])("%s", (_, now, period) => expect(shown(now, closed)).toBe(period));
  test("a night that began before one runs to its end", () => {
    const nights = table([daily("22:00", "06:00")], "UTC", ["2026-12-25"]);
    expect(shown("2026-12-25T03:00:00Z", nights)).toBe("on 2026-12-24T22:00 2026-12-25T06:00");
    expect(shown("2026-12-25T23:00:00Z", nights)).toBe("off 2026-12-25T06:00 2026-12-26T22:00");
  });
  test("they are days of the schedule's place", () => {
    const tokyo = table([daily("00:00", "06:00")], "Asia/Tokyo", ["2026-12-25"]);
    expect(periodAt(new Date("2026-12-24T16:00:00Z"), tokyo).is).toBe("off");
    expect(periodAt(new Date("2026-12-25T16:00:00Z"), tokyo).is).toBe("on");
  });
  test("a close-down of two months ends, and its beginning is known", () => {
    const days = Array.from({ length: 60 }, (_, nth) =>
      new Date(Date.UTC(2026, 6, 1) + nth * dayLength).toISOString().slice(0, 10),
    );
    const period = shown("2026-08-15T12:00:00Z", { ...office, holidays: new Set(days) });
    expect(period).toBe("off 2026-06-30T18:00 2026-08-31T05:00");
  });
});

describe("windows together", () => {
  const monday = (from: string, until: string): HoursWindow => ({ days: ["monday"], from, until });
  test.each<[string, readonly HoursWindow[], string | undefined]>([
    ["none", [], undefined],
    ["apart", [monday("07:00", "12:00"), monday("13:00", "20:00")], undefined],
    ["touching", [monday("07:00", "12:00"), monday("12:00", "20:00")], undefined],
    ["always on", [daily("00:00", "24:00")], undefined],
    [
      "overlapping",
      [monday("07:00", "20:00"), monday("18:00", "22:00")],
      "that which begins on monday 18:00",
    ],
    [
      "the same twice",
      [monday("07:00", "20:00"), monday("07:00", "20:00")],
      "two windows at one time",
    ],
    [
      "one within another",
      [monday("07:00", "20:00"), monday("09:00", "10:00")],
      "two windows at one time",
    ],
    [
      "over midnight into the next day's",
      [daily("22:00", "06:00"), { days: ["tuesday"], from: "05:00", until: "07:00" }],
      "begins on tuesday 05:00",
    ],
    [
      "over the end of the week",
      [{ days: ["sunday"], from: "22:00", until: "08:00" }, monday("07:00", "20:00")],
      "begins on monday 07:00",
    ],
    [
      "a lunch of half an hour",
      [monday("07:00", "12:00"), monday("12:30", "20:00")],
      "is off from monday 12:00 until monday 12:30 only",
    ],
  ])("%s", (_, windows, problem) => {
    const found = problemOfWindows(windows, hour);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});

test.each<[number, readonly HoursWindow[]]>([
  [1 - 65 / 168, office.on],
  [0, [daily("00:00", "24:00")]],
  [0.5, [daily("18:00", "06:00")]],
  [1, []],
])("it is off %d of the week", (part, windows) => expect(partOff(windows)).toBeCloseTo(part, 10));

describe("whatever it says", () => {
  const clock = fc
    .integer({ min: 0, max: 47 })
    .map((half) => `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`);
  const window = fc.record({
    days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
    from: clock,
    until: fc.oneof(clock, fc.constant("24:00")),
  });
  const timetable = fc.record({
    on: fc.array(window, { minLength: 1, maxLength: 3 }),
    timeZone: fc.constantFrom(
      "UTC",
      "Europe/Berlin",
      "America/New_York",
      "Australia/Sydney",
      "Asia/Kathmandu",
      "America/Santiago",
    ),
    holidays: fc
      .array(fc.integer({ min: 0, max: 364 }), { maxLength: 10 })
      .map(
        (days) =>
          new Set(
            days.map((day) =>
              new Date(Date.UTC(2026, 0, 1) + day * dayLength).toISOString().slice(0, 10),
            ),
          ),
      ),
  });
  const moment = fc
    .integer({ min: Date.UTC(2026, 2, 1), max: Date.UTC(2026, 10, 30) })
    .map((at) => new Date(at));

  test("a moment lies in its period, and all of that period is one", () => {
    fc.assert(
      fc.property(
        timetable,
        moment,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, now, part) => {
          const period = periodAt(now, all);
          expect(period.from <= now && now < period.until).toBe(true);
          const length = period.until.getTime() - period.from.getTime();
          if (length > 30 * dayLength) return;
          const within = new Date(period.from.getTime() + Math.floor(part * (length - 1)));
          expect(periodAt(within, all)).toEqual(period);
          expect(periodAt(period.until, all).is).not.toBe(period.is);
          expect(periodAt(period.until, all).from).toEqual(period.until);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("away from changes of the clocks it is what the clock on the wall says", () => {
    fc.assert(
      fc.property(timetable, moment, (all, now) => {
        const wall = wallTimeAt(now, all.timeZone);
        const isSteady = [-48, 48].every(
          (away) =>
            wallTimeAt(after(now, seconds(away * 3600)), all.timeZone) === wall + away * hour,
        );
        if (!isSteady) return;
        const minutesOf = (text: string) => {
          const [hh = 0, mm = 0] = text.split(":").map(Number);
          return hh * 60 + mm;
        };
        const isOn = all.on.some(({ days, from, until }) =>
          [0, 1].some((daysAgo) => {
            const midnight = Math.floor(wall / dayLength - daysAgo) * dayLength;
            const over = minutesOf(until) <= minutesOf(from) ? 24 * 60 : 0;
            const since = (wall - midnight) / 60_000;
            return (
              days.some((day) => day === weekdays[weekdayOf(midnight)]) &&
              !all.holidays.has(new Date(midnight).toISOString().slice(0, 10)) &&
              minutesOf(from) <= since &&
              since < minutesOf(until) + over
            );
          }),
        );
        expect(periodAt(now, all).is).toBe(isOn ? "on" : "off");
      }),
      { numRuns: 200 },
    );
  });
});
