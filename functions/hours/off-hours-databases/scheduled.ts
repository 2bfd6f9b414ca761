/** Reads what there is to know of databases that ask for a schedule. */
import { describeRdsEvents } from "../../../aws/rds/running.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { tagMap } from "../../../sdk/tags.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { hoursOf } from "../hours-of.ts";
import type { LookByHours } from "../looking.ts";
import { asksLedger, ownStop, type Scheduled } from "../scheduled.ts";
import { type Database, databaseListings } from "./database.ts";
import { lastStart, ownStops, type StartEvent, startsAfter, startsSince } from "./starts.ts";

/** The unit's id, by which it knows its own doing. */
export const databaseHours = "off-hours-databases";

export const databaseHourReads = [...databaseListings, describeRdsEvents] as const;

/** A database, and as much about it as was needed to judge it. */
export interface ScheduledDatabase extends Scheduled {
  readonly database: Database;
  /** When AWS has started it again, after the longest time that it leaves one stopped. */
  readonly restartedAt?: Date | undefined;
}

/** Where it is looked too. */
export interface DatabaseLook extends LookByHours {
  readonly read: Reader<typeof databaseHourReads>;
}

/** How many are asked about at once. */
const concurrency = 8;

const states: Readonly<Record<string, Scheduled["is"]>> = {
  available: "running",
  stopped: "stopped",
};

function known(database: Database, { now, config, schedules }: DatabaseLook): ScheduledDatabase {
  const { id, status, tags, createdAt, stoppedAt } = database;
  const asked = hoursOf({ id, tags: tagMap(tags) ?? {}, tag: config.tag, schedules, now });
  return {
    database,
    is: states[status] ?? "neither",
    hours: asked?.hours,
    unclear: asked?.unclear,
    startedAt: createdAt,
    stoppedAt,
  };
}

/** It runs while its schedule says off: somebody may have started it, or AWS. */
const runsOff = ({ is, hours, unclear }: Scheduled): boolean =>
  unclear === undefined && is === "running" && hours?.period.is === "off";

const isUnsure = (each: ScheduledDatabase): boolean => runsOff(each) || asksLedger(each);

interface Known {
  readonly starts: readonly StartEvent[];
  readonly last: Awaited<ReturnType<LookByHours["remembered"]>>;
}

/** Of one that runs: whether somebody started it who needs it. */
function withStart(each: ScheduledDatabase, { starts, last }: Known): ScheduledDatabase {
  const start = lastStart(starts, last);
  if (!start) return each;
  if (start.isByAws) return { ...each, restartedAt: start.at };
  return { ...each, startedAt: start.at, isStartedLater: start.isLater };
}

/** Of one that stands: whether it is this unit's to start. */
const withStop = (each: ScheduledDatabase, { starts, last }: Known): ScheduledDatabase => ({
  ...each,
  wasAsked: true,
  stop: ownStop(last, ownStops, startsAfter(starts, last).at(-1)?.at),
});

/** RDS's events only where something is not as its schedule says, and the ledger only of that. */
export async function scheduledDatabases(
  databases: readonly Database[],
  looking: DatabaseLook,
): Promise<ScheduledDatabase[]> {
  const all = databases.map((database) => known(database, looking));
  const unsure = new Set(all.filter(isUnsure));
  if (unsure.size === 0) return all;
  const { now, read, remembered } = looking;
  const asked = async (each: ScheduledDatabase) => {
    const last = await remembered({ unit: databaseHours, target: each.database.id });
    return [each, last] as const;
  };
  const lasts = new Map(await concurrently([...unsure], asked, { concurrency }));
  const moments = [...unsure].flatMap((each) =>
    runsOff(each) ? each.hours?.period.from : lasts.get(each)?.at,
  );
  const since = Math.min(now.getTime(), ...moments.map((moment) => Number(moment ?? now)));
  const starts = await startsSince(new Date(since), now, read);
  return all.map((each) => {
    if (!unsure.has(each)) return each;
    const what = { starts: starts.get(each.database.id) ?? [], last: lasts.get(each) };
    return runsOff(each) ? withStart(each, what) : withStop(each, what);
  });
}
