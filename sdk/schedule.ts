/** When a schedule of EventBridge Scheduler is due. */
import { Cron } from "croner";
import { after, hours, minutes } from "./time.ts";

/**
 * Smallest and largest value of each field of `cron(…)`, by its position: minutes, hours, day of
 * the month, month, day of the week.
 */
const ranges = ["0-59", "0-23", "1-31", "1-12", "1-7"] as const;

/**
 * As croner writes it: with seconds, `*` for `?`, and `0/15` as the range that it stands for. Days
 * of the week count from Sunday, 1, in both.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
const translated = (fields: string): string =>
  `0 ${fields
    .trim()
    .split(/\s+/)
    .map((field, at) =>
      field
        .replace("?", "*")
        .replace(/(^|,)(\d+)\/(\d+)/g, (_, comma: string, first: string, step: string) => {
          const last = ranges[at]?.split("-")[1];
          return `${comma}${first}-${last ?? "2199"}/${step}`;
        }),
    )
    .join(" ")}`;

/**
 * The first time after `from` at which the schedule is due; nothing when it never is again.
 * @param schedule `cron(0 2 * * ? *)`, `rate(15 minutes)`
 * @param timeZone IANA name; a rate knows none
 * @throws when it is not a schedule
 */
export function dueAfter(schedule: string, timeZone: string, from: Date): Date | undefined {
  const rate = /^rate\((\d+) (minute|hour)s?\)$/.exec(schedule);
  if (rate) return after(from, (rate[2] === "hour" ? hours : minutes)(Number(rate[1])));
  return cronOf(schedule, timeZone).nextRun(from) ?? undefined;
}

function cronOf(schedule: string, timeZone: string): Cron {
  const fields = /^cron\((.+)\)$/.exec(schedule)?.[1];
  if (!fields) throw new Error(`not a schedule: ${schedule}`);
  return new Cron(translated(fields), { timezone: timeZone, alternativeWeekdays: true });
}
