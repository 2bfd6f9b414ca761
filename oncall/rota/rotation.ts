/**
 * Who is on for a rotation, from when until when: a function of the settings and the time alone.
 */

import {
  dayLength,
  instantOf,
  readClockTime,
  readWallTime,
  wallTimeAt,
} from "../../sdk/wall-clock.ts";
import type { Override, ParsedRotation } from "../settings/on-call.ts";

/** For so long one person is on. */
export interface Shift {
  /** Key of `people`. */
  readonly person: string;
  readonly from: Date;
  /** Not included. */
  readonly until: Date;
  /** Whose turn it would be, where somebody stands in. */
  readonly insteadOf?: string;
  readonly reason?: string | undefined;
}

interface Turn {
  readonly person: string;
  readonly from: Date;
  readonly until: Date;
}

/**
 * The list of people that holds at an instant, and the time on the clock of the hand-over to the
 * first of them. What is to hold later says nothing about now.
 */
function listAt({ people, from, changes, handover, timeZone }: ParsedRotation, at: Date) {
  const time = readClockTime(handover.at) ?? Number.NaN;
  const lists = [{ people, from }, ...changes].map((list) => ({
    people: list.people,
    first: (readWallTime(list.from) ?? Number.NaN) + time,
  }));
  const [original, ...later] = lists;
  const list = later.findLast(({ first }) => instantOf(first, timeZone) <= at) ?? original;
  if (!list?.people.length || Number.isNaN(list.first))
    throw new RangeError("a rotation that no settings can have");
  return list;
}

/**
 * Hand-overs are so many days apart on the clock, whatever daylight saving does; before the first
 * of them the order is followed backwards, so that nobody is ever on for nothing.
 */
function turnAt(rotation: ParsedRotation, at: Date): Turn {
  const { handover, timeZone } = rotation;
  const { people, first } = listAt(rotation, at);
  const apart = (handover.every === "week" ? 7 : 1) * dayLength;
  const begins = (nth: number): Date => instantOf(first + nth * apart, timeZone);
  let nth = Math.floor((wallTimeAt(at, timeZone) - first) / apart);
  // Where clocks are changed the hand-over is not when they show its time.
  while (begins(nth) > at) nth -= 1;
  while (begins(nth + 1) <= at) nth += 1;
  const person = people[((nth % people.length) + people.length) % people.length] ?? "";
  return { person, from: begins(nth), until: begins(nth + 1) };
}

interface Standing extends Pick<Override, "person" | "reason"> {
  readonly from: Date;
  readonly until: Date;
}
const standIns = ({ overrides, timeZone }: ParsedRotation): Standing[] =>
  overrides
    .map((one) => ({
      ...one,
      from: instantOf(readWallTime(one.from) ?? Number.NaN, timeZone),
      until: instantOf(readWallTime(one.until) ?? Number.NaN, timeZone),
    }))
    // One that lies where clocks are put forward is no time at all.
    .filter(({ from, until }) => from < until);

const latest = (...times: readonly Date[]): Date => times.reduce((a, b) => (b > a ? b : a));
const earliest = (...times: readonly Date[]): Date => times.reduce((a, b) => (b < a ? b : a));

/**
 * The shift that an instant lies in. Somebody who stands in does so from the beginning to the end
 * of it, over hand-overs.
 */
export function shiftAt(rotation: ParsedRotation, at: Date): Shift {
  const turn = turnAt(rotation, at);
  const others = standIns(rotation);
  const standing = others.find(({ from, until }) => from <= at && at < until);
  if (standing) {
    const { person, from, until, reason } = standing;
    return { person, from, until, insteadOf: turn.person, ...(reason !== undefined && { reason }) };
  }
  return {
    person: turn.person,
    from: latest(turn.from, ...others.flatMap(({ until }) => (until <= at ? [until] : []))),
    until: earliest(turn.until, ...others.flatMap(({ from }) => (from > at ? [from] : []))),
  };
}

/** Who is on: a key of `people`. */
export const onCallAt = (rotation: ParsedRotation, at: Date): string =>
  shiftAt(rotation, at).person;

/** The shifts that begin in a stretch of time, in order. */
export function* handovers(rotation: ParsedRotation, from: Date, until: Date): Generator<Shift> {
  let shift = shiftAt(rotation, from);
  if (shift.from < from) shift = shiftAt(rotation, shift.until);
  while (shift.from < until) {
    yield shift;
    shift = shiftAt(rotation, shift.until);
  }
}
