/** Reads what there is to know of clusters of Redshift that ask for a schedule. */
import type { Cluster } from "@aws-sdk/client-redshift";
import type { describeRedshiftClusters } from "../../../aws/redshift/cluster.ts";
import { pausingManager } from "../../../aws/redshift/pausing.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { tagMap } from "../../../sdk/tags.ts";
import { after, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { hoursOf } from "../hours-of.ts";
import { type LookByHours, managingTags } from "../looking.ts";
import { isLeftRunning, ownStop, type Scheduled } from "../scheduled.ts";

/** The unit's id, by which it knows its own doing. */
export const redshiftHours = "off-hours-redshift";

/** A cluster, and as much about it as was needed to judge it. */
export interface ScheduledCluster extends Scheduled {
  readonly cluster: Cluster;
  /** Who else decides whether it runs, or why Redshift does not pause it. */
  readonly managed?: string | undefined;
}

/** Where it is looked too. */
export interface ClusterLook extends LookByHours {
  readonly read: Reader<readonly [typeof describeRedshiftClusters]>;
}

const beginning = "redshift:";

/** `redshift:sales`: RDS has clusters too. */
export const redshiftId = ({ ClusterIdentifier = "" }: Cluster): string =>
  `${beginning}${ClusterIdentifier}`;

export const redshiftIdentifier = (id: string): string => id.slice(beginning.length);

const states: Readonly<Record<string, Scheduled["is"]>> = {
  available: "running",
  paused: "stopped",
};

const stops = ["redshift:PauseCluster"];

/** How many are asked about at once. */
const concurrency = 8;

function known(cluster: Cluster, { now, config, schedules }: ClusterLook): ScheduledCluster {
  const { Tags = [], ClusterStatus = "", ClusterCreateTime } = cluster;
  const id = redshiftId(cluster);
  const asked = hoursOf({ id, tags: tagMap(Tags) ?? {}, tag: config.tag, schedules, now });
  return {
    cluster,
    is: states[ClusterStatus] ?? "neither",
    hours: asked?.hours,
    unclear: asked?.unclear,
    startedAt: ClusterCreateTime,
    managed: pausingManager({ ...cluster, Tags: managingTags(Tags, config.ofStacks) }),
  };
}

/** It is not as its schedule says, or whether it is may depend on who made it so. */
function asksLedgerOf({ is, hours, unclear }: ScheduledCluster): boolean {
  if (!hours || unclear !== undefined || is === "neither") return false;
  if (hours.period.is === "off") return is === "running";
  return is === "stopped" && hours.starts;
}

/**
 * Redshift does not tell when a cluster was paused or resumed: that this unit paused it within its
 * time off, and it runs, says that somebody has resumed it.
 */
async function withLast(
  each: ScheduledCluster,
  { remembered }: ClusterLook,
): Promise<ScheduledCluster> {
  if (!asksLedgerOf(each)) return each;
  const last = await remembered({ unit: redshiftHours, target: redshiftId(each.cluster) });
  const stop = ownStop(last, stops, each.startedAt);
  if (each.is === "stopped") return { ...each, wasAsked: true, stop };
  const from = each.hours?.period.from;
  if (isLeftRunning(each) || !stop || !from || stop.at < from) return each;
  return { ...each, startedAt: stop.at, isStartedLater: true };
}

export function scheduledClusters(
  clusters: readonly Cluster[],
  looking: ClusterLook,
): Promise<ScheduledCluster[]> {
  const all = clusters.map((cluster) => known(cluster, looking));
  return concurrently(all, (each) => withLast(each, looking), { concurrency });
}

/** Looks lie a quarter of an hour apart. */
const betweenLooks = minutes(14);

/**
 * As it was seen to run: one that has not been seen to before its time off, not even right after that
 * began, was resumed within it.
 * @param since since when it has been seen to run
 */
export function seenRunning(found: ScheduledCluster, since: Date | undefined): ScheduledCluster {
  const from = found.hours?.period.from;
  if (!since || !from || since <= after(from, betweenLooks)) return found;
  return { ...found, startedAt: since };
}
