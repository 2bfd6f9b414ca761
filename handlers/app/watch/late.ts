/**
 * Whether a unit has run when it should have: a sweep that nobody started is noticed by nobody
 * else.
 */
import type { WatchdogFinding } from "../../../ledger/findings.ts";
import { dueAfter } from "../../../sdk/schedule.ts";
import { after, inWords, minutes, type Span } from "../../../sdk/time.ts";

/** One schedule of one unit in one region, as it is deployed. */
export interface WatchedUnit {
  readonly unit: string;
  readonly region: string;
  readonly schedule: string;
  readonly timeZone: string;
  /** How late it may start by itself; `null`: on time. */
  readonly windowMinutes: number | null;
}

/** Beyond the window: for the run itself, its retries, and a scheduler that is late. */
export const tolerance: Span = minutes(45);

/**
 * @param last when it last looked at everything and was done; nothing: never
 * @param since when it was first looked after
 */
export function late(
  watched: WatchedUnit,
  last: Date | undefined,
  since: Date,
  now: Date,
): WatchdogFinding | undefined {
  const { unit, region, schedule, timeZone, windowMinutes } = watched;
  const from = last && last > since ? last : since;
  const due = dueAfter(schedule, timeZone, from);
  if (!due || after(due, { seconds: (windowMinutes ?? 0) * 60 + tolerance.seconds }) >= now)
    return undefined;
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
