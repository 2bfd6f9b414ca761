import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { throwAwayDatabase } from "../../../aws/rds/throw-away.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagOf } from "../backup-set.ts";
import { makeCluster, makeInstance } from "../database-backups/fixture.ts";
import {
  leftoverAction,
  leftoverNames,
  leftoversOwed,
  seedLeftovers,
} from "../drill-leftovers/fixture.ts";

const unit = "database-drill";

/** The one that is a cluster; all others are instances. */
const clusterCase = "of a drill that was stopped";

async function namesHere(aws: TestAccount): Promise<ReadonlySet<string | undefined>> {
  const rds = aws.client(RDSClient);
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
  return new Set([
    ...DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
    ...DBClusters.map(({ DBClusterIdentifier }) => DBClusterIdentifier),
  ]);
}

export const fixture: AutomationFixture = {
  ...leftoversOwed,
  async seed(aws, store) {
    const kind = {
      unit,
      flow: "flow:drill-database",
      call: "rds:RestoreDBInstanceFromDBSnapshot",
    };
    await seedLeftovers({ aws, store }, kind, async ({ name, run, action, tags }) => {
      const database = throwAwayDatabase(action);
      const all = {
        "nightshift:drill": action,
        [tagOf.action]: action,
        [tagOf.run]: run,
        ...tags,
      };
      if (name === clusterCase) {
        await makeCluster(aws, database, all);
        return { DBCluster: { DBClusterIdentifier: database } };
      }
      await makeInstance(aws, database, all);
      return { DBInstance: { DBInstanceIdentifier: database } };
    });
    await makeInstance(aws, "orders", {});
  },
  async look(aws) {
    const names = await namesHere(aws);
    const here = (name: string) => (names.has(name) ? "here" : "gone");
    const left = leftoverNames.map((name) => [
      name,
      here(throwAwayDatabase(leftoverAction(aws.region, unit, name))),
    ]);
    return { ...Object.fromEntries(left), orders: here("orders") };
  },
};
