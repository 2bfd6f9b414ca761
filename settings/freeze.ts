/** Freeze windows: when nothing is changed, said in advance. */

import type { Outgoing } from "../messages/outgoing.ts";
import { digest } from "../sdk/codec.ts";
import { before, days } from "../sdk/time.ts";
import { dayLength, instantOf, readWallTime } from "../sdk/wall-clock.ts";

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
export function moments({
  from,
  until,
  timeZone,
}: Pick<Freeze, "from" | "until" | "timeZone">): Pick<Freeze, "begins" | "ends"> {
  const [begins, ends] = [readWallTime(from), readWallTime(until)];
  if (begins === undefined || ends === undefined)
    throw new RangeError(`${from} to ${until} is no time`);
  return {
    begins: instantOf(begins, timeZone).toISOString(),
    ends: instantOf(until.includes("T") ? ends : ends + dayLength, timeZone).toISOString(),
  };
}

const spoken = (time: string): string => time.replace("T", " ");
/** `2026-12-27 06:00 Europe/Berlin` */
export const endText = ({ until, timeZone }: Pick<Freeze, "until" | "timeZone">): string =>
  `${until.includes("T") ? spoken(until) : `the end of ${until}`} ${timeZone}`;

/**
 * The freeze that holds a unit in a region, the last to end where there are several.
 * @throws when one cannot be read: nobody knows then whether anything may be changed
 */
export function frozenBy(
  freezes: readonly Freeze[],
  { unit, region }: { readonly unit: string; readonly region: string },
  now: Date,
): Freeze | undefined {
  const holding = freezes.filter(({ begins, ends, units, regions }) => {
    const [from, until] = [Date.parse(begins), Date.parse(ends)];
    if (Number.isNaN(from) || Number.isNaN(until))
      throw new RangeError(`the freeze from ${begins} to ${ends} has no time that can be read`);
    return (
      from <= now.getTime() &&
      now.getTime() < until &&
      (units?.includes(unit) ?? true) &&
      (regions?.includes(region) ?? true)
    );
  });
  return holding.toSorted((a, b) => Date.parse(b.ends) - Date.parse(a.ends))[0];
}

/** So long before it begins it is told. */
const notice = days(1);

/**
 * What is to be told of freezes that begin within a day. The same freeze gives the same message,
 * whenever it is asked for.
 */
export function freezeNotices(
  freezes: readonly Freeze[],
  { account, home }: { readonly account: string; readonly home: string },
  now: Date,
): Outgoing[] {
  return freezes.flatMap((freeze) => {
    const begins = new Date(freeze.begins);
    const at = before(begins, notice);
    if (now < at || now >= begins) return [];
    const { from, until, timeZone, owner, reason, units, regions } = freeze;
    return [
      {
        id: `freeze.${digest([from, until, timeZone, units, regions]).slice(0, 32)}`,
        at,
        account,
        region: home,
        unit: "watchdog",
        kind: "watchdog" as const,
        severity: "info" as const,
        title: `From ${spoken(from)} until ${endText(freeze)} nothing is changed${units ? ` by ${units.join(", ")}` : ""}${regions ? ` in ${regions.join(", ")}` : ""}: ${reason}`,
        facts: {
          owner,
          "so what":
            "what is proposed meanwhile is held and shown; approving does not change that, undoing still works",
          "what now":
            "decide before it begins on what waits and cannot wait; another end needs a change of `freezes` in the settings",
        },
      },
    ];
  });
}
