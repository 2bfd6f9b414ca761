import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateCacheClusterCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

/** @param commands that read, in each hour */
async function make(aws: TestAccount, CacheClusterId: string, commands: number) {
  await aws.client(ElastiCacheClient).send(
    new CreateCacheClusterCommand({
      CacheClusterId,
      Engine: "redis",
      CacheNodeType: "cache.t4g.small",
      NumCacheNodes: 1,
    }),
  );
  const Dimensions = [
    { Name: "CacheClusterId", Value: CacheClusterId },
    { Name: "CacheNodeId", Value: "0001" },
  ];
  const points = (MetricName: string, Value: number) =>
    Array.from({ length: 26 }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions,
      Timestamp: before(new Date(), hours(hour)),
    }));
  const MetricData = [
    ...points("CurrConnections", 3),
    ...points("GetTypeCmds", commands),
    ...points("SetTypeCmds", 0),
  ];
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/ElastiCache", MetricData }));
}

export const fixture: ReportFixture = {
  settings: { config: { days: 1, except: ["aged-standby"] } },
  async seed(aws) {
    await make(aws, "aged-idle", 0);
    // Decoys: one that is asked, one that is new, one that is kept for a failover.
    await make(aws, "aged-asked", 7);
    await make(aws, "young", 0);
    await make(aws, "aged-standby", 0);
  },
  told: { title: "1 cache in", severity: "info" },
};
