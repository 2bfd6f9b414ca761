import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
  StartDBInstanceCommand,
  StopDBClusterCommand,
  StopDBInstanceCommand,
  type Tag,
} from "@aws-sdk/client-rds";
import type { Store } from "../../../ledger/store.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { onUntilTag } from "../hours-of.ts";
import { recordStop, seededSchedules } from "../off-hours-instances/fixture.ts";
import { databaseHours } from "./scheduled.ts";

interface Seeded {
  /** Its schedule, as its tag says it. */
  readonly hours?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** What became of it since it was made. */
  readonly later?: "stopped by hand" | "stopped by us" | "started by hand";
}
interface SeededInstance extends Seeded {
  readonly input?: Partial<ConstructorParameters<typeof CreateDBInstanceCommand>[0]>;
  readonly replicaOf?: string;
}
interface SeededCluster extends Seeded {
  readonly input?: Partial<ConstructorParameters<typeof CreateDBClusterCommand>[0]>;
}

const closed: Seeded = { hours: "closed" };

const instances: Readonly<Record<string, SeededInstance>> = {
  late: closed,
  "late-too": { ...closed, tags: { team: "web" } },
  asleep: { hours: "open", later: "stopped by us" },
  "left-off": { hours: "open", later: "stopped by hand" },
  "left-on": { ...closed, later: "started by hand" },
  "kept-on": { ...closed, tags: { [onUntilTag]: "2099-12-31T22:00" } },
  misspelt: { hours: "Closed" },
  "at-work": { hours: "open" },
  untagged: {},
  exempt: { ...closed, tags: { "nightshift:exempt": "reason=mine" } },
  "of-a-stack": { ...closed, tags: { "aws:cloudformation:stack-name": "shop" } },
  source: closed,
  replica: { ...closed, replicaOf: "source" },
  mirrored: { ...closed, input: { Engine: "sqlserver-se", MultiAZ: true } },
};

const clusters: Readonly<Record<string, SeededCluster>> = {
  sales: closed,
  archive: { hours: "open", later: "stopped by us" },
  "pauses-itself": { ...closed, input: { EngineMode: "serverless" } },
  "over-zones": {
    ...closed,
    input: { Engine: "mysql", AllocatedStorage: 100, Iops: 1000, StorageType: "io1" },
  },
};

/** The tag of a cluster's instance counts for nothing. */
const members: Readonly<Record<string, string>> = { "sales-1": "sales" };

const tagList = ({ hours, tags }: Seeded): Tag[] =>
  Object.entries({ ...(hours && { "nightshift:hours": hours }), ...tags }).map(([Key, Value]) => ({
    Key,
    Value,
  }));

const own = { MasterUsername: "root", MasterUserPassword: "not-a-secret" };

async function makeInstance(rds: RDSClient, id: string, seeded: SeededInstance): Promise<void> {
  const DBInstanceIdentifier = id;
  const Tags = tagList(seeded);
  if (seeded.replicaOf) {
    const SourceDBInstanceIdentifier = seeded.replicaOf;
    const replica = { DBInstanceIdentifier, SourceDBInstanceIdentifier, Tags };
    await rds.send(new CreateDBInstanceReadReplicaCommand(replica));
    return;
  }
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier,
      DBInstanceClass: "db.t4g.medium",
      Engine: "postgres",
      AllocatedStorage: 20,
      ...own,
      Tags,
      ...seeded.input,
    }),
  );
}

interface Ledger {
  readonly aws: TestAccount;
  readonly store: Store;
}

export async function startByHand(aws: TestAccount, id: string): Promise<void> {
  await aws.client(RDSClient).send(new StartDBInstanceCommand({ DBInstanceIdentifier: id }));
}

async function happen(ledger: Ledger, id: string, later: Seeded["later"]): Promise<void> {
  const rds = ledger.aws.client(RDSClient);
  const input = { DBInstanceIdentifier: id };
  if (later) await rds.send(new StopDBInstanceCommand(input));
  if (later === "started by hand") await startByHand(ledger.aws, id);
  if (later !== "stopped by us") return;
  const call = { operation: "rds:StopDBInstance", input };
  await recordStop(ledger, { unit: databaseHours, target: `db:${id}`, call });
}

async function makeCluster(ledger: Ledger, id: string, seeded: SeededCluster): Promise<void> {
  const rds = ledger.aws.client(RDSClient);
  const input = { DBClusterIdentifier: id };
  const Tags = tagList(seeded);
  await rds.send(
    new CreateDBClusterCommand({
      ...input,
      Engine: "aurora-mysql",
      ...own,
      Tags,
      ...seeded.input,
    }),
  );
  if (!seeded.later) return;
  await rds.send(new StopDBClusterCommand(input));
  const call = { operation: "rds:StopDBCluster", input };
  await recordStop(ledger, { unit: databaseHours, target: `cluster:${id}`, call });
}

const sorted = (tags: readonly Tag[] = []) =>
  tags.map(({ Key, Value }) => `${Key}=${Value}`).sort();

export const fixture: AutomationFixture = {
  settings: { config: { schedules: seededSchedules } },
  async seed(aws, store) {
    const rds = aws.client(RDSClient);
    for (const [id, seeded] of Object.entries(clusters))
      await makeCluster({ aws, store }, id, seeded);
    for (const [id, DBClusterIdentifier] of Object.entries(members))
      await rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: id,
          DBInstanceClass: "db.t4g.medium",
          Engine: "aurora-mysql",
          DBClusterIdentifier,
          Tags: tagList(closed),
        }),
      );
    for (const [id, seeded] of Object.entries(instances)) await makeInstance(rds, id, seeded);
    for (const [id, { later }] of Object.entries(instances))
      await happen({ aws, store }, id, later);
  },
  async look(aws) {
    const rds = aws.client(RDSClient);
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
    const alone = DBInstances.map((each) => [
      each.DBInstanceIdentifier ?? "",
      {
        status: each.DBInstanceStatus,
        class: each.DBInstanceClass,
        engine: each.Engine,
        storage: each.AllocatedStorage,
        endpoint: each.Endpoint?.Address,
        tags: sorted(each.TagList),
      },
    ]);
    const whole = DBClusters.map((each) => [
      each.DBClusterIdentifier ?? "",
      {
        status: each.Status,
        engine: each.Engine,
        mode: each.EngineMode,
        members: each.DBClusterMembers?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
        tags: sorted(each.TagList),
      },
    ]);
    return Object.fromEntries([...alone, ...whole]);
  },
  wrong: ["late", "late-too", "asleep", "sales", "archive"],
  held: {
    exempt: "exemption",
    "of-a-stack": "managed",
    source: "managed",
    replica: "managed",
    mirrored: "managed",
    "pauses-itself": "managed",
    "over-zones": "managed",
  },
};
