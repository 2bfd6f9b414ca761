/** Whether a cluster of Redshift is paused, and whether it can be. */
import type { Cluster } from "@aws-sdk/client-redshift";
import { managedBy } from "../../sdk/managed-by.ts";

const paused: ReadonlySet<string | undefined> = new Set(["pausing", "paused"]);

/** On its way counts as arrived. */
export const isPaused = ({ ClusterStatus }: Pick<Cluster, "ClusterStatus">): boolean =>
  paused.has(ClusterStatus);

/**
 * Who or what else decides whether it runs (rule: managed-by-others), or why Redshift does not pause
 * it.
 * @see https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-pause-resume-cluster.html
 */
export function pausingManager(
  cluster: Pick<Cluster, "Tags" | "HsmStatus" | "AutomatedSnapshotRetentionPeriod">,
): string | undefined {
  const by = managedBy(cluster.Tags);
  if (by) return by;
  if (cluster.HsmStatus?.HsmConfigurationIdentifier)
    return "its hardware security module: Redshift pauses no cluster with one";
  if (cluster.AutomatedSnapshotRetentionPeriod === 0)
    return "its setting of no automated snapshots: Redshift pauses no such cluster";
  return undefined;
}
