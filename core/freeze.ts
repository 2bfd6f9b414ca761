/** Freeze windows: when nothing is changed, said in advance. */
import { dayLength, instantOf, readWallTime } from "./wall-clock.ts";

/** Nothing is changed from then until then; what was changed can still be taken back. */
export interface FreezeSetting {
  /** A time on the clock, `2026-12-24T18:00`, or a day: from its beginning. */
  readonly from: string;
  /** Not included, `2026-12-27T06:00`; or a day: to its end. */
  readonly until: string;
  /** IANA name; the settings' `timeZone` where absent. */
  readonly timeZone?: string | undefined;
  readonly owner: string;
  readonly reason: string;
  /** Absent: all. */
  readonly units?: readonly string[] | undefined;
  /** Absent: all. */
  readonly regions?: readonly string[] | undefined;
}

/** With the two moments that its clock times are. */
export interface Freeze extends FreezeSetting {
  readonly timeZone: string;
  /** ISO, in UTC. */
  readonly begins: string;
  /** ISO, in UTC; not included. */
  readonly ends: string;
}

/** When it begins and ends. A day as `until` is the whole of it. */
export function moments({ from, until, timeZone }: Pick<Freeze, "from" | "until" | "timeZone">): Pick<Freeze, "begins" | "ends"> {
  const [begins, ends] = [readWallTime(from), readWallTime(until)];
  if (begins === undefined || ends === undefined) throw new RangeError(`${from} to ${until} is no time`);
  return {
    begins: instantOf(begins, timeZone).toISOString(),
    ends: instantOf(until.includes("T") ? ends : ends + dayLength, timeZone).toISOString(),
  };
}
