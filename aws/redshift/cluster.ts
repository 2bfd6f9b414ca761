/** Clusters of Redshift, and whether they run. */
import {
  PauseClusterCommand,
  paginateDescribeClusters,
  RedshiftClient,
  ResumeClusterCommand,
} from "@aws-sdk/client-redshift";
import { paged, write } from "../../sdk/call.ts";

/** One that is asked for by its identifier and not there is an error. */
export const describeRedshiftClusters = paged(
  "redshift:DescribeClusters",
  RedshiftClient,
  paginateDescribeClusters,
  { items: (page) => page.Clusters, on: "cluster:*" },
);

export const resumeCluster = write("redshift:ResumeCluster", RedshiftClient, ResumeClusterCommand, {
  on: "cluster:*",
});

/** Redshift makes a snapshot of its own first. */
export const pauseCluster = write("redshift:PauseCluster", RedshiftClient, PauseClusterCommand, {
  on: "cluster:*",
  already: ["ClusterNotFoundFault", "ClusterNotFound"],
  inverse: [resumeCluster, ({ ClusterIdentifier }) => ({ ClusterIdentifier })],
});
