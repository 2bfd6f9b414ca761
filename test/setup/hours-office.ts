/** The hours that units of schedules are tried with, and the times of a week by them. */
import type { Remembered } from "../../sdk/automation.ts";

const workdays = ["monday", "tuesday", "wednesday", "thursday", "friday"] as const;
const on = [{ days: [...workdays], from: "07:00", until: "20:00" }];

/** One that stops and starts, and one that only stops. */
export const officeSchedules = {
  office: { timeZone: "Europe/Berlin", on },
  "stop-only": { timeZone: "Europe/Berlin", on, starts: false },
};

export const at = (text: string): Date => new Date(text);

/** In Berlin it is one hour later than in UTC: right after the schedule says off on a Friday. */
export const evening = at("2026-11-20T19:05:00Z");
export const saturday = at("2026-11-21T10:00:00Z");
/** A quarter of an hour before it says on. */
export const early = at("2026-11-23T05:45:00Z");
export const morning = at("2026-11-23T06:05:00Z");
export const noon = at("2026-11-23T11:00:00Z");

export const tagged = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** What a unit did, as it remembers it. */
export const doneBy = (
  unit: string,
  time: Date,
  { operation, input = {}, before = {} }: Done,
): Remembered => ({
  unit,
  action: "a",
  run: "r",
  at: time,
  call: { operation, input },
  before,
});

export interface Done {
  readonly operation: string;
  readonly input?: object;
  readonly before?: unknown;
}
