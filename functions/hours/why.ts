/** Why something is stopped or started, in words that follow "because". */
import { hoursPerMonth } from "../../aws/pricing/prices.ts";
import { dollars } from "../../sdk/money.ts";
import { after } from "../../sdk/time.ts";
import { type ScheduleNow, shownWall } from "./hours-of.ts";

const shownTime = (at: Date, timeZone: string): string => shownWall(at, timeZone).replace("T", " ");

export function whyOff({ name, timeZone, period, lead }: ScheduleNow): string {
  const from = shownTime(period.from, timeZone);
  const until = shownTime(after(period.until, lead), timeZone);
  return `the schedule ${name} says off from ${from} until ${until} (${timeZone})`;
}

/** How long it was off, and what it would have cost. */
export interface TimeOff {
  readonly off: Date | undefined;
  readonly now: Date;
  /** US dollars; `undefined`: not known. */
  readonly pricePerMonth: number | undefined;
  readonly source?: string | undefined;
}

function saved({ off, now, pricePerMonth, source }: TimeOff): string {
  if (!off) return "";
  const hours = (now.getTime() - off.getTime()) / 3_600_000;
  const price =
    pricePerMonth === undefined
      ? "its price is unknown"
      : `which saved about ${dollars((pricePerMonth / hoursPerMonth) * hours)}${source === undefined ? "" : ` by ${source}`}`;
  return `; it was off for ${hours.toFixed(1)} hours, ${price}`;
}

export function whyOn({ name, timeZone, period, keptBy }: ScheduleNow, time: TimeOff): string {
  const until = shownTime(period.until, timeZone);
  if (keptBy !== undefined)
    return `${keptBy} keeps it on until ${until} (${timeZone}), although the schedule ${name} says off${saved(time)}`;
  const from = period.from > time.now ? `from ${shownTime(period.from, timeZone)} ` : "";
  return `the schedule ${name} says on ${from}until ${until} (${timeZone})${saved(time)}`;
}
