/**
 * Stops databases that nothing connects to: instances of RDS that stand by themselves, and clusters
 * of Aurora as a whole. Idle is what stayed idle: for days on end it ran without a stop, in no hour
 * anything connected, and no hour took much CPU. One that was made, or started again, within that
 * time is not, nor one whose monitoring has gaps. Stopping keeps all that is stored; starting it is
 * the way back.
 *
 * After seven days AWS starts by itself what is stopped. What was stopped here, was started by AWS
 * and by nobody else, and has had no connection since, is stopped again, and nobody is told a second
 * time. What somebody started is left until it has been idle for as long as at first.
 *
 * Left alone and named are those that RDS does not stop (replicas and what has some, SQL Server over
 * several zones, clusters of other engines than Aurora, global databases, Serverless that pauses by
 * itself, RDS Custom), those that others manage, and those that follow a schedule of hours.
 */
import * as z from "zod/mini";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { stopDBCluster, stopDBInstance } from "../../../aws/rds/running.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { count } from "../../../sdk/counted.ts";
import { managedByHours } from "../../../sdk/managed-by.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import {
  clustersOf,
  databaseId,
  rdsDatabasesNamed,
  readsOfDatabases,
  standingAlone,
} from "./databases.ts";
import { type FoundDatabase, idleDatabases, idlingOf, isAvailable } from "./idle.ts";

/** Databases that are looked at together. */
const together = 500;

const stopped: ReadonlySet<string> = new Set(["stopping", "stopped"]);

const unknownPrice = "what it costs is not known here";

/** Why it counts as idle, in words that follow "because"; nothing where it does not. */
function whyIdle({ idling, idleAgain }: FoundDatabase, days: number): string | undefined {
  if (idleAgain) {
    const at = idleAgain.at.toISOString().slice(0, 16).replace("T", " ");
    return `AWS started it at ${at} UTC, as it does after seven days, and nothing has connected to it since`;
  }
  if (idling?.is !== "idle") return undefined;
  const [connections = 0, cpu = 0] = idling.most;
  const used = connections
    ? `never more than ${count(connections, "connection")} at once`
    : "no connection";
  return `for ${days} days it had ${used}, and no hour took more than ${cpu.toFixed(1)} % CPU. AWS starts it in seven days; while it stays idle it is stopped again then, and that is not told`;
}

export default automation({
  id: idleDatabases,
  family: "cost",
  summary: "Stops databases of RDS and Aurora that nothing has connected to for weeks",
  on: [sweep("cron(20 4 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(60)), 14)
      .check(z.describe("How long it must have been idle.")),
    connections: z
      ._default(z.int().check(z.gte(0), z.lte(100)), 0)
      .check(
        z.describe(
          "Connections at once that count as none, as those of a monitor that is always connected.",
        ),
      ),
    cpu: z
      ._default(z.number().check(z.positive(), z.lte(100)), 15)
      .check(
        z.describe(
          "Average CPU, in percent, that no hour may reach: what works without a connection shows there.",
        ),
      ),
  }),
  remembers: [idleDatabases],
  reads: [...readsOfDatabases, getMetricData],
  writes: [stopDBInstance, stopDBCluster],
  lost: [
    "What it held in memory: its first queries after a start are slow.",
    "Its public IPv4 address, where it has one; its host name stays.",
  ],

  async *find({ read, pages, only, config: limits, now, remembered }) {
    const looking = { read, now, limits, remembered };
    if (only) {
      yield* await idlingOf(await rdsDatabasesNamed(read, only), looking);
      return;
    }
    for await (const page of pages(describeDBInstances({}), together))
      for (const some of chunks(standingAlone(page), together))
        yield* await idlingOf(some, looking);
    for await (const page of pages(describeDBClusters({}), together))
      for (const some of chunks(clustersOf(page), together)) yield* await idlingOf(some, looking);
  },

  target({ database }) {
    const { tags, manager } = database;
    return { id: databaseId(database), tags, managed: manager ?? managedByHours(tags) };
  },
  name: ({ database: { name } }) => name,

  // On its way counts as arrived: undo compares what was decided, not how far it has come.
  state: ({ database: { status } }) => ({ state: stopped.has(status) ? "stopped" : "running" }),
  becomes: () => ({ state: "stopped" }),

  propose(found, { config }) {
    const because = whyIdle(found, config.days);
    if (!because || !isAvailable(found.database)) return;
    const { kind, name } = found.database;
    const reasoned = {
      because: `${because}; ${unknownPrice}`,
      ...(found.idleAgain && { again: found.idleAgain.stop }),
    };
    return kind === "db"
      ? { ...reasoned, call: stopDBInstance({ DBInstanceIdentifier: name }) }
      : { ...reasoned, call: stopDBCluster({ DBClusterIdentifier: name }) };
  },
});
