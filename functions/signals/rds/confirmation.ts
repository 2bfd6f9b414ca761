/**
 * A matter of a database is over when RDS says so of that matter: that it can be used; that its
 * storage has grown, which goes on being optimised for hours; that it replicates; that it has its
 * key. Storage that grows does so by a tenth at least, so that what has grown is not low.
 */
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { confirmation } from "../../../sdk/signal.ts";
import { type DatabaseEvent, isCluster, matterOfEvent } from "./matter.ts";

/**
 * The states in which an instance or a cluster can be used.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
 */
const usable = new Set([
  "available",
  "backing-up",
  "configuring-enhanced-monitoring",
  "configuring-iam-database-auth",
  "configuring-log-exports",
  "resetting-master-credentials",
  "storage-config-upgrade",
  "storage-initialization",
  "storage-optimization",
]);

export default confirmation({
  reads: [describeDBInstances, describeDBClusters],
  async over(event: DatabaseEvent, { read }) {
    const { SourceIdentifier: id } = event;
    if (isCluster(event)) {
      const DBClusters = await Array.fromAsync(
        read(describeDBClusters({ DBClusterIdentifier: id })),
      );
      return DBClusters.some(({ Status = "" }) => usable.has(Status));
    }
    const DBInstances = await Array.fromAsync(
      read(describeDBInstances({ DBInstanceIdentifier: id })),
    );
    const [instance] = DBInstances;
    if (!instance) throw new Error(`there is no instance ${id} any more`);
    const { DBInstanceStatus = "", StatusInfos = [], PendingModifiedValues: pending } = instance;
    const matter = matterOfEvent(event);
    if (matter === "replication") return StatusInfos.every(({ Normal }) => Normal !== false);
    if (matter === "storage" && pending?.AllocatedStorage !== undefined) return false;
    return usable.has(DBInstanceStatus);
  },
});
