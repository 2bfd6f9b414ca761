import { dayLength, type WallTime } from "./wall-clock.ts";

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

export type Weekday = (typeof weekdays)[number];

/** Counted from Monday, 0. 1970 began on a Thursday. */
export const weekdayOf = (wall: WallTime): number => (Math.floor(wall / dayLength) + 3) % 7;
