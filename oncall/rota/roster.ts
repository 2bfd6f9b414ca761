/** Who is on call now and next, for whoever asks. */

import { instantOf, readWallTime } from "../../sdk/wall-clock.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Override } from "../settings/on-call.ts";
import { type Shift, shiftAt } from "./rotation.ts";

/** With how the person is called and where they live. */
export interface NamedShift extends Shift {
  readonly name: string;
  readonly timeZone: string;
}

export interface RosterLine {
  /** Its key. */
  readonly rotation: string;
  /** Hand-overs and overrides are by these clocks. */
  readonly timeZone: string;
  readonly now: NamedShift;
  readonly next: NamedShift;
  /** Those that are not over, the next first. */
  readonly overrides: readonly Override[];
}

/** One line for each rotation, in the order of the settings. */
export function rosterAt(
  { people, onCall }: Pick<ParsedSettings, "people" | "onCall">,
  at: Date,
): RosterLine[] {
  const named = (shift: Shift, timeZone: string): NamedShift => ({
    ...shift,
    name: people[shift.person]?.name ?? shift.person,
    timeZone: people[shift.person]?.timeZone ?? timeZone,
  });
  return Object.entries(onCall?.rotations ?? {}).map(([rotation, given]) => {
    const { timeZone, overrides } = given;
    const now = shiftAt(given, at);
    return {
      rotation,
      timeZone,
      now: named(now, timeZone),
      next: named(shiftAt(given, now.until), timeZone),
      overrides: overrides
        .filter(({ until }) => instantOf(readWallTime(until) ?? Number.NaN, timeZone) > at)
        .toSorted((a, b) => (a.from < b.from ? -1 : 1)),
    };
  });
}
