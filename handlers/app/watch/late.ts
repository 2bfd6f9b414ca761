/**
 * Whether a unit has run when it should have: a sweep that nobody started is noticed by nobody
 * else.
 */
import type { WatchdogFinding } from "../../../ledger/findings.ts";
import { isDueAt } from "../../../sdk/cron-fields.ts";
import { dueAfter } from "../../../sdk/schedule.ts";
import { after, hours, inWords, minutes, type Span } from "../../../sdk/time.ts";
import { changeAround, isShownAgain, wallTimeAt } from "../../../sdk/wall-clock.ts";

/** One schedule of one unit in one region, as it is deployed. */
export interface WatchedUnit {
  readonly unit: string;
  readonly region: string;
  readonly schedule: string;
  /** Which of the unit's schedules it is. */
  readonly sweep: number;
  readonly timeZone: string;
  /** How late it may start by itself; `null`: on time. */
  readonly windowMinutes: number | null;
}

/** Beyond the window: for the run itself, its retries, and a scheduler that is late. */
export const tolerance: Span = minutes(45);

/** What is known of a unit's sweeps when its lateness is judged. */
export interface SweptSoFar {
  /** When it last looked at everything and was done; nothing: never. */
  readonly last: Date | undefined;
  /** When it was first looked after, since it was last away. */
  readonly since: Date;
}

/** When it was due first of all after that. */
function firstDue({ schedule, timeZone }: WatchedUnit, { last, since }: SweptSoFar) {
  return dueAfter(schedule, timeZone, last && last > since ? last : since);
}

const windowOf = ({ windowMinutes }: WatchedUnit): Span => minutes(windowMinutes ?? 0);

/**
 * A time that no clock shows, because they are put forward over it: the scheduler skips it.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
const isSkipped = ({ schedule, timeZone }: WatchedUnit, due: Date): boolean =>
  changeAround(due, timeZone) > 0 && !isDueAt(schedule, wallTimeAt(due, timeZone));

/** So long after its window a skipped one is still started: later it would only watch. */
const startedWithin = hours(1);

/**
 * The slot that the scheduler has skipped with the clocks, while it is of use to start it.
 * @returns when it was due: as much later as the clocks skip
 */
export function skippedSlot(watched: WatchedUnit, swept: SweptSoFar, now: Date): Date | undefined {
  const due = firstDue(watched, swept);
  if (!due || due > now || !isSkipped(watched, due)) return undefined;
  return now <= after(after(due, windowOf(watched)), startedWithin) ? due : undefined;
}

/** Around a change of the clocks: it is started by the watchdog, or at the second of two times. */
function slackOf(watched: WatchedUnit, due: Date): Span {
  const isOdd = isSkipped(watched, due) || isShownAgain(due, watched.timeZone);
  return isOdd ? startedWithin : minutes(0);
}

export function late(
  watched: WatchedUnit,
  swept: SweptSoFar,
  now: Date,
): WatchdogFinding | undefined {
  const { unit, region, schedule, timeZone, windowMinutes } = watched;
  const { last } = swept;
  const due = firstDue(watched, swept);
  if (!due) return undefined;
  const by = [windowOf(watched), tolerance, slackOf(watched, due)].reduce(after, due);
  if (by >= now) return undefined;
  return {
    key: `late ${unit} ${region} ${schedule}`,
    title: `${unit} in ${region} has not run since ${last ? last.toISOString() : "it was deployed"}: it was due at ${due.toISOString()}`,
    severity: "critical",
    affected: [unit],
    facts: {
      schedule: `${schedule} (${timeZone}), ${windowMinutes ? `within ${inWords(minutes(windowMinutes))}` : "on time"}`,
      "last run": last ? last.toISOString() : "none",
      "so what": "what it should have looked at since then was not looked at",
      "what now": `look into the log group /aws/lambda/nightshift-${unit} and the failure queue; \`npx nightshift run ${unit} --region ${region}\` makes up for it`,
    },
  };
}
