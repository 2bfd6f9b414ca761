import { ElastiCacheClient, paginateDescribeCacheClusters } from "@aws-sdk/client-elasticache";
import { paged } from "../../sdk/call.ts";

/** Those of a replication group too, each with its nodes where `ShowCacheNodeInfo` says so. */
export const describeCacheClusters = paged(
  "elasticache:DescribeCacheClusters",
  ElastiCacheClient,
  paginateDescribeCacheClusters,
  { items: (page) => page.CacheClusters, on: "cluster:*" },
);
