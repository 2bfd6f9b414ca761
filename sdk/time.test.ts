import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  before,
  clockAt,
  days,
  hours,
  inWords,
  minutes,
  after as past,
  seconds,
  systemClock,
} from "./time.ts";

test.each([
  [seconds(0), "0 seconds"],
  [seconds(1), "1 second"],
  [seconds(59), "59 seconds"],
  [seconds(60), "1 minute"],
  [minutes(30), "30 minutes"],
  [minutes(90), "90 minutes"],
  [hours(1), "1 hour"],
  [hours(24), "1 day"],
  [hours(36), "36 hours"],
  [days(14), "14 days"],
])("%o is %s", (span, words) => expect(inWords(span)).toBe(words));

test("before is the other way of after", () => {
  const at = new Date("2026-11-21T02:00:00Z");
  expect(past(at, hours(1))).toEqual(new Date("2026-11-21T03:00:00Z"));
  expect(before(past(at, days(40)), days(40))).toEqual(at);
});

describe("a test's clock", () => {
  test("shows the chosen time and skips what it is asked to wait", async () => {
    const start = new Date("2026-11-21T02:00:00Z");
    const clock = clockAt(start);
    await clock.sleep(hours(2));
    const passed = clock.now().getTime() - start.getTime();
    expect(Math.floor(passed / 60_000)).toBe(120);
  });
});

test("a test's clock runs on from the chosen time", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  await vi.advanceTimersByTimeAsync(1000);
  const start = new Date("2026-11-21T02:00:00Z");
  const clock = clockAt(start);
  await vi.advanceTimersByTimeAsync(5000);
  expect(clock.now()).toEqual(past(start, seconds(5)));
});

test("the system's clock shows the system's time, and waits", async () => {
  const start = new Date("2026-11-21T02:00:00Z");
  vi.useFakeTimers({ now: start });
  onTestFinished(() => void vi.useRealTimers());
  expect(systemClock.now()).toEqual(start);
  let over = false;
  const waited = systemClock.sleep(seconds(2)).then(() => {
    over = true;
  });
  await vi.advanceTimersByTimeAsync(1999);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await waited;
  expect(systemClock.now()).toEqual(past(start, seconds(2)));
});
