/**
 * Stops databases of RDS when their schedule says off, and starts them again when it says on: an
 * instance that stands by itself, or a cluster of Aurora as a whole. A database asks for a schedule
 * of the settings by the tag `nightshift:hours`, whose value is its name; schedules, holidays and the
 * tag by which a person keeps one on for longer are those of `off-hours-instances`.
 *
 * What others need starts first: a database is started `leadMinutes` before its schedule says on.
 *
 * Only what this unit stopped is started again, as the ledger says it; what a person stopped stays
 * stopped, and is told. What a person started while the schedule says off runs until it says off the
 * next time, and is told. AWS starts a stopped database again after seven days: nobody needs it for
 * that, so it is stopped again as soon as it is available and its schedule says off.
 *
 * Left alone and named is what RDS does not stop: read replicas and what has any, SQL Server in
 * several zones, RDS Custom, Aurora Serverless v1, members of global databases; and what others
 * manage. One that is neither available nor stopped is waited for.
 */
import * as z from "zod/mini";
import {
  startDBCluster,
  startDBInstance,
  stopDBCluster,
  stopDBInstance,
} from "../../../aws/rds/running.ts";
import { automation } from "../../../sdk/automation.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { schedulesNow, shownWall } from "../hours-of.ts";
import { ofStacksField } from "../looking.ts";
import { lookNotes } from "../notes.ts";
import { proposalByHours } from "../scheduled.ts";
import { hoursTagField, mostADayField, recursWithin, schedulesField } from "../schedules.ts";
import { type Database, databaseName, databasesNamed, everyDatabase } from "./database.ts";
import { memberNotes, notesOf } from "./notes.ts";
import {
  databaseHourReads,
  databaseHours,
  type ScheduledDatabase,
  scheduledDatabases,
} from "./scheduled.ts";

/** Whether it runs. */
interface RunState {
  readonly state: "running" | "stopped";
}

function stopOf(id: string) {
  const { isCluster, identifier } = databaseName(id);
  return isCluster
    ? stopDBCluster({ DBClusterIdentifier: identifier })
    : stopDBInstance({ DBInstanceIdentifier: identifier });
}

function startOf(id: string) {
  const { isCluster, identifier } = databaseName(id);
  return isCluster
    ? startDBCluster({ DBClusterIdentifier: identifier })
    : startDBInstance({ DBInstanceIdentifier: identifier });
}

function restartInWords({ restartedAt, hours }: ScheduledDatabase): string {
  if (!restartedAt || !hours) return "";
  const at = shownWall(restartedAt, hours.timeZone).replace("T", " ");
  return `; AWS had started it again at ${at}, as it does with what was stopped for seven days`;
}

export default automation({
  id: databaseHours,
  family: "hours",
  summary: "Stops RDS databases outside the hours of their schedule, and starts them again",
  on: [sweep("cron(0/15 * * * ? *)")],
  config: z.strictObject({
    schedules: schedulesField,
    tag: hoursTagField,
    leadMinutes: z
      ._default(z.int().check(z.gte(0), z.lte(180)), 15)
      .check(
        z.describe(
          "Minutes before its schedule says on at which a database is started: it takes some until it answers those that need it.",
        ),
      ),
    ofStacks: ofStacksField("databases"),
    mostADay: mostADayField,
  }),
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  recursWithin,
  remembers: [databaseHours],
  reads: databaseHourReads,
  writes: [stopDBInstance, startDBInstance, stopDBCluster, startDBCluster],
  lost: [
    "What was in memory only: it answers slowly until its caches are warm again.",
    "Its public IP address, where it has one; the name of its endpoint stays.",
  ],

  async *find({ read, only, config, now, regions, remembered, keptOn, note }) {
    const lead = minutes(config.leadMinutes);
    const schedules = schedulesNow(config.schedules, { now, lead, keptOn: await keptOn() });
    const looking = { read, now, config, schedules, remembered };
    const listing = { read, ofStacks: config.ofStacks };
    if (only) {
      yield* await scheduledDatabases(await databasesNamed(only, listing), looking);
      return;
    }
    const { listed } = schedules;
    const databases = await everyDatabase(listing);
    const asks = ({ id, tags, memberOf }: Database): boolean =>
      !memberOf && (listed.has(id) || tags.some(({ Key }) => Key === config.tag));
    const found = await scheduledDatabases(databases.filter(asks), looking);
    const there = new Set(databases.map(({ id }) => id));
    const notes = [
      ...lookNotes({ config, now, regions }, schedules, { there, kind: "database" }),
      ...memberNotes(databases, { tag: config.tag, listed }),
      ...found.flatMap(notesOf),
    ];
    for (const text of notes) note(text);
    yield* found;
  },

  target: ({ database: { id, tags, managed } }) => ({ id, tags, managed }),

  // On its way counts as arrived: undo compares what was decided, not how far it has come.
  state: ({ database }): RunState => ({
    state: database.status.startsWith("stop") ? "stopped" : "running",
  }),

  becomes: ({ hours }): RunState => ({
    state: hours?.period.is === "on" ? "running" : "stopped",
  }),

  restore: {
    by: [startDBInstance, stopDBInstance, startDBCluster, stopDBCluster],
    calls: (before, { target }) => (before.state === "running" ? startOf(target) : stopOf(target)),
  },

  propose: (found, { now }) =>
    proposalByHours(found, now, {
      stop: () => stopOf(found.database.id),
      start: () => startOf(found.database.id),
      pricePerMonth: undefined,
      aside: restartInWords(found),
    }),
});
