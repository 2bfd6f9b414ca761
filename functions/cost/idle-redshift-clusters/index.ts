/**
 * Pauses clusters of Redshift that nothing connects to. Idle is what stayed idle: for weeks on end
 * it ran without a pause, in no hour anything connected, and no hour took much CPU, which loads and
 * refreshes without a connection take. One that was made or resumed within that time is not, nor one
 * whose monitoring has gaps. What is paused is paid for by its storage alone; resuming it is the way
 * back, and nothing resumes it by itself.
 *
 * Left alone and named are those that Redshift does not pause (without automated snapshots, with a
 * hardware security module), those that others manage, and those that follow a schedule of hours.
 */
import type { Cluster } from "@aws-sdk/client-redshift";
import * as z from "zod/mini";
import { type IdleKind, type Idling, idleness } from "../../../aws/cloudwatch/idle.ts";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeRedshiftClusters, pauseCluster } from "../../../aws/redshift/cluster.ts";
import { isPaused, pausingManager } from "../../../aws/redshift/pausing.ts";
import { automation } from "../../../sdk/automation.ts";
import { count } from "../../../sdk/counted.ts";
import { managedByHours } from "../../../sdk/managed-by.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";

const config = z.strictObject({
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
});

/** A cluster, and what it did; absent: it does not run. */
export interface FoundCluster {
  readonly cluster: Cluster;
  readonly idling?: Idling | undefined;
}

/** Clusters that are looked at together. */
const together = 500;

/** Hours. A cluster that is paused is not measured: a longer hole is a pause. */
const mostMissing = 2;

const metricOf = (
  { ClusterIdentifier }: Cluster,
  metric: { readonly name: string; readonly stat: "Average" | "Maximum" },
) => ({ ...metric, namespace: "AWS/Redshift", dimensions: { ClusterIdentifier } });

/** @see https://docs.aws.amazon.com/redshift/latest/mgmt/metrics-listing.html */
const kindBy = ({ connections, cpu }: z.output<typeof config>): IdleKind<Cluster> => ({
  since: ({ ClusterCreateTime }) => ClusterCreateTime,
  stages: [
    (cluster) => [
      {
        metric: metricOf(cluster, { name: "DatabaseConnections", stat: "Maximum" }),
        below: connections + 1,
        mostMissing,
      },
    ],
    (cluster) => [
      { metric: metricOf(cluster, { name: "CPUUtilization", stat: "Average" }), below: cpu },
    ],
  ],
});

const isRunning = ({ ClusterStatus }: Cluster): boolean => ClusterStatus === "available";

/** Who or what else decides whether it runs, or why it cannot be paused. */
export const redshiftManager = (cluster: Cluster): string | undefined =>
  managedByHours(cluster.Tags) ?? pausingManager(cluster);

export default automation({
  id: "idle-redshift-clusters",
  family: "cost",
  summary: "Pauses clusters of Redshift that nothing has connected to for weeks",
  on: [sweep("cron(30 4 * * ? *)", { window: minutes(30) })],
  config,
  reads: [describeRedshiftClusters, getMetricData],
  writes: [pauseCluster],
  lost: [
    "What it held in memory, its cache of results among it: its first queries after it is resumed are slow.",
    "Its schedule while it is paused: Redshift leaves out snapshots, maintenance and resizes that fall into that time.",
  ],

  async *find({ read, pages, only, config: limits, now }): AsyncGenerator<FoundCluster> {
    const looked = only && new Set(only);
    for await (const page of pages(describeRedshiftClusters({}), together)) {
      const clusters = page.filter(
        ({ ClusterIdentifier = "" }) => !looked || looked.has(ClusterIdentifier),
      );
      const stretch = { now, days: limits.days };
      const running = clusters.filter(isRunning);
      const idling = await idleness(read, running, kindBy(limits), stretch);
      for (const cluster of clusters) yield { cluster, idling: idling.get(cluster) };
    }
  },

  target: ({ cluster }) => ({
    id: cluster.ClusterIdentifier,
    tags: cluster.Tags ?? [],
    managed: redshiftManager(cluster),
  }),
  name: ({ cluster }) => cluster.ClusterIdentifier,

  // On its way counts as arrived: undo compares what was decided, not how far it has come.
  state: ({ cluster }) => ({
    state: isPaused(cluster) ? "paused" : "running",
  }),
  becomes: () => ({ state: "paused" }),

  propose({ cluster, idling }, { config: limits }) {
    const { ClusterIdentifier, NodeType, NumberOfNodes = 1 } = cluster;
    if (!ClusterIdentifier || !isRunning(cluster) || idling?.is !== "idle") return;
    const [connections = 0, cpu = 0] = idling.most;
    const used = connections
      ? `never more than ${count(connections, "connection")} at once`
      : "no connection";
    return {
      because: `for ${limits.days} days it had ${used}, and no hour took more than ${cpu.toFixed(1)} % CPU; what its ${count(NumberOfNodes, `node`)} of ${NodeType} cost is not known here, and reserved nodes are paid for all the same`,
      call: pauseCluster({ ClusterIdentifier }),
    };
  },
});
