/** What idle means of a database, and what it means of one that AWS itself has started. */
import {
  type HourlyMetric,
  lastHour,
  longestHole,
  type MeasuredHour,
  measuredHoursOf,
} from "../../../aws/cloudwatch/hourly.ts";
import { type IdleKind, type Idling, idleness } from "../../../aws/cloudwatch/idle.ts";
import type { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import type { AskedOf, Remembered } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { after, before, days, hours, milliseconds } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { databaseId, type RdsDatabase } from "./databases.ts";

/** The unit's id, by which it knows its own doing. */
export const idleDatabases = "idle-databases";

export interface ConnectionLimits {
  readonly days: number;
  readonly connections: number;
  readonly cpu: number;
}

/** One that AWS started, as it does with all that have stood still for seven days. */
export interface AwsStart {
  readonly at: Date;
  /** The unit's own stop that this ended. */
  readonly stop: string;
}

/** A database, and as much of what it did as was needed to judge it. */
export interface FoundDatabase {
  readonly database: RdsDatabase;
  /** Absent: it does not run. */
  readonly idling?: Idling | undefined;
  /** Absent: AWS did not, or something has connected to it since. */
  readonly idleAgain?: AwsStart | undefined;
}

/** Where and when it is looked, and by which limits. */
export interface LookingAtDatabases {
  readonly read: Reader<readonly [typeof getMetricData]>;
  readonly now: Date;
  readonly limits: ConnectionLimits;
  remembered(asked: AskedOf): Promise<Remembered | undefined>;
}

/** Hours. A database that stands still is not measured: a longer hole is a stop. */
const mostMissing = 2;

const metricOf = (
  { kind, name: Value }: RdsDatabase,
  metric: Pick<HourlyMetric, "name" | "stat">,
): HourlyMetric => ({
  ...metric,
  namespace: "AWS/RDS",
  dimensions: kind === "db" ? { DBInstanceIdentifier: Value } : { DBClusterIdentifier: Value },
});

const connectionsOf = (database: RdsDatabase): HourlyMetric =>
  metricOf(database, { name: "DatabaseConnections", stat: "Maximum" });

/** What works without a connection, as events within or replication from elsewhere, takes CPU. */
const kindBy = ({ connections, cpu }: ConnectionLimits): IdleKind<RdsDatabase> => ({
  since: ({ madeAt }) => madeAt,
  stages: [
    (database) => [{ metric: connectionsOf(database), below: connections + 1, mostMissing }],
    (database) => [
      { metric: metricOf(database, { name: "CPUUtilization", stat: "Average" }), below: cpu },
    ],
  ],
});

/** RDS stops nothing that is in any other state. */
export const isAvailable = ({ status }: RdsDatabase): boolean => status === "available";

/** So long RDS lets a database stand still. */
const mostStill = days(7);
/** A stop, and a start, take their time. */
const stopTakes = hours(12);
const early = hours(4);
/** With fewer nobody has had the time to connect. */
const leastHours = 3;

/**
 * @param measured its connections, the earliest hour first
 * @returns since when it has been idle again; nothing where somebody started it, or has connected
 */
export function idleAgainSince(
  measured: readonly MeasuredHour[],
  { stop, now, limits }: { stop: Date; now: Date; limits: ConnectionLimits },
): Date | undefined {
  const due = before(after(stop, mostStill), early);
  const still = after(stop, stopTakes);
  if (measured.some(({ at }) => at >= still && at < due)) return undefined;
  const running = measured.filter(({ at }) => at >= due);
  const [first] = running;
  if (!first || running.length < leastHours) return undefined;
  if (running.some(({ value }) => value > limits.connections)) return undefined;
  const span = lastHour(now).getTime() - first.at.getTime();
  const stretch = { now, days: span / milliseconds(days(1)) };
  return longestHole(running, stretch) <= mostMissing ? first.at : undefined;
}

const stops: ReadonlySet<string> = new Set(["rds:StopDBInstance", "rds:StopDBCluster"]);

/** What this unit stopped, AWS started, and nobody has used since. */
async function startedByAws(
  databases: readonly RdsDatabase[],
  { read, now, limits, remembered }: LookingAtDatabases,
): Promise<ReadonlyMap<RdsDatabase, AwsStart>> {
  const asked = await concurrently(
    databases,
    async (database) => ({
      database,
      last: await remembered({ unit: idleDatabases, target: databaseId(database) }),
    }),
    { concurrency: 8 },
  );
  const earliest = before(now, days(7 + limits.days));
  const stopped = asked.flatMap(({ database, last }) =>
    last && stops.has(last.call.operation) && last.at > earliest ? [{ database, last }] : [],
  );
  const measured = await measuredHoursOf(
    read,
    stopped.map(({ database }) => connectionsOf(database)),
    { now, days: 7 + limits.days },
  );
  return new Map(
    stopped.flatMap(({ database, last }, at) => {
      const since = idleAgainSince(measured[at] ?? [], { stop: last.at, now, limits });
      return since ? [[database, { at: since, stop: last.action }] as const] : [];
    }),
  );
}

/** What stood still for a part of the time has gaps. */
const maybeIdle: ReadonlySet<Idling["is"] | undefined> = new Set(["gaps", "idle"] as const);

export async function idlingOf(
  databases: readonly RdsDatabase[],
  looking: LookingAtDatabases,
): Promise<FoundDatabase[]> {
  const { read, now, limits } = looking;
  const running = databases.filter(isAvailable);
  const idling = await idleness(read, running, kindBy(limits), { now, days: limits.days });
  const quiet = running.filter((database) => maybeIdle.has(idling.get(database)?.is));
  const again = await startedByAws(quiet, looking);
  return databases.map((database) => ({
    database,
    idling: idling.get(database),
    idleAgain: again.get(database),
  }));
}
