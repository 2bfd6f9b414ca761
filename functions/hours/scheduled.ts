/** What a schedule makes of a thing that runs or stands, whatever kind of thing it is. */
import type { Remembered } from "../../sdk/automation.ts";
import { CannotJudge } from "../../sdk/errors.ts";
import { after } from "../../sdk/time.ts";
import type { ScheduleNow } from "./hours-of.ts";
import { leastOff } from "./schedule-checks.ts";
import { whyOff, whyOn } from "./why.ts";

/** As much about a thing as its schedule is followed by. */
export interface Scheduled {
  /** `neither`: on its way, or as it is neither stopped nor started. */
  readonly is: "running" | "stopped" | "neither";
  /** Absent: it has none, or that is unclear. */
  readonly hours?: ScheduleNow | undefined;
  /** Why it cannot be judged. */
  readonly unclear?: string | undefined;
  /** When somebody started it; absent: before all that is known. */
  readonly startedAt?: Date | undefined;
  /** Only that it was some time after `startedAt`. */
  readonly isStartedLater?: boolean;
  /** When it was stopped, where AWS says that. */
  readonly stoppedAt?: Date | undefined;
  /** That this unit stopped it, where that is the last that it did to it. */
  readonly stop?: Pick<Remembered, "action" | "at"> | undefined;
  /** Whether the ledger was asked for that. */
  readonly wasAsked?: true;
}

/** With its schedule, where that is known, and in one of these two states. */
const scheduleOf = ({ is, hours, unclear }: Scheduled, state: "running" | "stopped") =>
  unclear === undefined && is === state ? hours : undefined;

/**
 * The schedule says off, and it has run since before it did: what was started within its time off
 * was started by somebody who needs it.
 */
export function isToStop(found: Scheduled, now: Date): boolean {
  const hours = scheduleOf(found, "running");
  if (hours?.period.is !== "off" || isLeftRunning(found)) return false;
  return after(now, leastOff) <= hours.period.until;
}

/** Somebody started it within its time off. */
export function isLeftRunning(found: Scheduled): boolean {
  const period = scheduleOf(found, "running")?.period;
  const { startedAt } = found;
  return period?.is === "off" && startedAt !== undefined && startedAt >= period.from;
}

/** The schedule says on, and this unit stopped it. */
export function isToStart(found: Scheduled): boolean {
  const hours = scheduleOf(found, "stopped");
  return hours?.period.is === "on" && hours.starts && found.stop !== undefined;
}

/**
 * Whether the ledger must say who stopped it: to start it, or because it stood before its time off
 * began. What was stopped since then is most likely our own doing, and asked about in the morning.
 */
export function asksLedger(found: Scheduled): boolean {
  const hours = scheduleOf(found, "stopped");
  if (!hours) return false;
  if (hours.period.is === "on") return hours.starts;
  const { stoppedAt } = found;
  return stoppedAt === undefined || stoppedAt < hours.period.from;
}

/**
 * That a unit stopped it, and nobody has started it since.
 * @param last the last that the unit did to it
 * @param stops the operations by which it stops things
 * @param startedAt when it was last started; absent: not since then
 */
export function ownStop(
  last: Remembered | undefined,
  stops: readonly string[],
  startedAt: Date | undefined,
): Scheduled["stop"] {
  if (!last || !stops.includes(last.call.operation)) return undefined;
  return startedAt === undefined || startedAt <= last.at ? last : undefined;
}

/** The calls that a schedule may take, and what it costs to run. */
export interface HoursChange<Stop, Start> {
  readonly stop: () => Stop;
  readonly start: () => Start;
  /** US dollars; `undefined`: not known. */
  readonly pricePerMonth: number | undefined;
  /** Where that price comes from, in words that follow "by". */
  readonly source?: string | undefined;
  /** What else there is to say where it is stopped. */
  readonly aside?: string | undefined;
}

/** Of several calls one each, so that each is known by its operation. */
export type HoursProposal<Call> = Call extends unknown
  ? {
      readonly because: string;
      readonly call: Call;
      readonly savesPerMonth?: number | "unknown";
      readonly ends?: string;
    }
  : never;

/**
 * What the schedule asks for, as an automation proposes it.
 * @throws {CannotJudge} where the schedule is not known
 */
export function proposalByHours<Stop, Start>(
  found: Scheduled,
  now: Date,
  change: HoursChange<Stop, Start>,
): HoursProposal<Stop> | HoursProposal<Start> | undefined;
export function proposalByHours(
  found: Scheduled,
  now: Date,
  { stop, start, pricePerMonth, source, aside = "" }: HoursChange<unknown, unknown>,
): HoursProposal<unknown> | undefined {
  const { hours, unclear } = found;
  if (unclear !== undefined) throw new CannotJudge(unclear);
  if (!hours) return undefined;
  if (isToStop(found, now))
    return {
      because: `${whyOff(hours)}${aside}${source === undefined ? "" : `; what it saves is by ${source}`}`,
      call: stop(),
      savesPerMonth:
        pricePerMonth === undefined
          ? "unknown"
          : Math.round(pricePerMonth * hours.partOff * 100) / 100,
    };
  if (!isToStart(found)) return undefined;
  return {
    because: whyOn(hours, { off: found.stop?.at, now, pricePerMonth, source }),
    call: start(),
    ...(found.stop && { ends: found.stop.action }),
  };
}
