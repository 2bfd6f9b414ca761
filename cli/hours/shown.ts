/** What `hours` prints: for people, and as JSON. */
import { shownWall } from "../../functions/hours/hours-of.ts";
import type { KeptHours } from "../../ledger/kept-hours.ts";
import { after } from "../../sdk/time.ts";
import type { Io } from "../io/io.ts";
import { table } from "../io/table.ts";
import { command, minuteText } from "../io/words.ts";
import type { FollowedSchedule, HoursShown, LastDone } from "./now.ts";

const opposite = { on: "off", off: "on" } as const;

/** When it says so, before which things may be started that others need. */
const endOf = ({ period, lead }: FollowedSchedule): Date =>
  period.is === "off" ? after(period.until, lead) : period.until;

const zoned = (at: Date, timeZone: string): string =>
  `${shownWall(at, timeZone).replace("T", " ")} (${timeZone})`;

function isNow({ period, keptBy, keptIn }: FollowedSchedule): string {
  if (keptIn) return `${period.is}; kept on in ${keptIn.join(", ")}`;
  return keptBy === undefined ? period.is : "kept on";
}

const scheduleRow = (schedule: FollowedSchedule): string[] => {
  const { name, unit, mode, timeZone, period, starts } = schedule;
  const next = period.is === "off" && !starts ? "on, and starts nothing" : opposite[period.is];
  return [name, unit, mode, isNow(schedule), zoned(endOf(schedule), timeZone), `then ${next}`];
};

const keptRow = ({ schedule, target, region, until, by, unreadable }: KeptHours): string[] => [
  schedule === undefined ? `${target}` : `schedule ${schedule}`,
  region,
  minuteText(until),
  unreadable ?? by,
];

const doneRow = ({ target, unit, region, at, because }: LastDone): string[] => [
  target,
  unit,
  region,
  minuteText(at),
  because,
];

const scheduleTable = (schedules: readonly FollowedSchedule[], io: Io): string =>
  table(
    io,
    [
      { title: "schedule" },
      { title: "unit" },
      { title: "mode" },
      { title: "now" },
      { title: "until" },
      { title: "next" },
    ],
    schedules.map(scheduleRow),
  );

const keptTable = (kept: readonly KeptHours[], io: Io): string =>
  table(
    io,
    [
      { title: "kept on" },
      { title: "region" },
      { title: "until (UTC)" },
      { title: "by", least: 20, below: true },
    ],
    kept.map(keptRow),
  );

const doneTable = (done: readonly LastDone[], io: Io): string =>
  table(
    io,
    [
      { title: "target" },
      { title: "unit" },
      { title: "region" },
      { title: "last change (UTC)" },
      { title: "because", least: 24, below: true },
    ],
    done.map(doneRow),
  );

export function hoursText({ schedules, kept, done, older }: HoursShown, io: Io): string {
  const parts = [
    schedules.length
      ? scheduleTable(schedules, io)
      : "The units of the family hours have no schedules: docs/hours.md says how one is written.",
  ];
  if (kept.length) parts.push(keptTable(kept, io));
  if (done.length) parts.push(doneTable(done, io));
  if (older) parts.push(`${older} more: \`${command} history --family hours\``);
  return parts.join("\n\n");
}

const scheduleJson = (schedule: FollowedSchedule): object => ({
  schedule: schedule.name,
  unit: schedule.unit,
  mode: schedule.mode,
  timeZone: schedule.timeZone,
  now: schedule.period.is,
  until: endOf(schedule).toISOString(),
  next: opposite[schedule.period.is],
  starts: schedule.starts,
  keptBy: schedule.keptBy ?? null,
  keptIn: schedule.keptIn ?? null,
});

export const keptJson = ({
  schedule,
  target,
  region,
  until,
  by,
  unreadable,
}: KeptHours): object => ({
  schedule: schedule ?? null,
  target: target ?? null,
  region,
  until: until.toISOString(),
  by,
  ...(unreadable !== undefined && { unreadable }),
});

export const hoursJson = ({ schedules, kept, done, older }: HoursShown): object => ({
  schedules: schedules.map(scheduleJson),
  kept: kept.map(keptJson),
  done: done.map(({ at, ...each }) => ({ ...each, at: at.toISOString() })),
  older,
});
