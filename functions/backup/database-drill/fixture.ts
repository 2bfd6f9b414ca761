import {
  CreateSecurityGroupCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import {
  AddTagsToResourceCommand,
  CreateDBClusterParameterGroupCommand,
  CreateDBParameterGroupCommand,
  CreateDBSubnetGroupCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  type Tag,
} from "@aws-sdk/client-rds";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { setId, tagOf } from "../backup-set.ts";
import { makeCluster, makeInstance } from "../database-backups/fixture.ts";
import { drilledTag, drillText } from "../drilled.ts";
import { seedDatabaseBackup } from "../prune-database-backups/fixture.ts";

const driller = "database-drill";

/** As the settings name it. */
export const testNetwork = { subnetGroup: "drills", securityGroups: ["drills"] };

interface TestPlace {
  readonly aws: TestAccount;
  readonly store: Store;
}

/** A subnet group, and a security group that lets nothing in or out. */
export async function makeNetwork(aws: TestAccount): Promise<{ readonly group: string }> {
  const ec2 = aws.client(EC2Client);
  const ofDefault = { Filters: [{ Name: "is-default", Values: ["true"] }] };
  const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand(ofDefault));
  const VpcId = vpc?.VpcId ?? "";
  const Filters = [{ Name: "vpc-id", Values: [VpcId] }];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  await aws.client(RDSClient).send(
    new CreateDBSubnetGroupCommand({
      DBSubnetGroupName: testNetwork.subnetGroup,
      DBSubnetGroupDescription: "for drills",
      SubnetIds: Subnets.flatMap(({ SubnetId }) => SubnetId ?? []),
    }),
  );
  const { GroupId = "" } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "drills", Description: "for drills", VpcId }),
  );
  const IpPermissions = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
  await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions }));
  return { group: GroupId };
}

interface SeededDatabase {
  readonly slots: readonly string[];
  /** Whether the ledger knows of its snapshots. */
  readonly recorded?: boolean;
  /** Its parameter group; RDS's default one where absent. */
  readonly parameters?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * A database, and a snapshot of it in each of the slots.
 * @returns their ARNs
 */
export async function seedDatabase(
  place: TestPlace,
  about: string,
  { slots, recorded = true, parameters, tags = {} }: SeededDatabase,
): Promise<string[]> {
  const name = about.slice(about.indexOf(":") + 1);
  if (about.startsWith("cluster:"))
    await makeCluster(place.aws, name, tags, {
      Engine: "aurora-mysql",
      DBClusterParameterGroupName: parameters,
    });
  else await makeInstance(place.aws, name, tags, { DBParameterGroupName: parameters });
  const arns: string[] = [];
  for (const slot of slots) arns.push(await seedDatabaseBackup(place, { about, slot, recorded }));
  return arns;
}

/** What a drill of it some days ago has left. */
export async function databaseDrilledBefore(
  { aws, store }: TestPlace,
  about: string,
  arn: string,
): Promise<void> {
  const slot = "2026-11-18";
  const at = new Date(`${slot}T03:50:00Z`);
  const word = { at, result: "good", seconds: 600, checked: "restored" } as const;
  const Tags = [{ Key: drilledTag, Value: drillText(word) }];
  await aws.client(RDSClient).send(new AddTagsToResourceCommand({ ResourceName: arn, Tags }));
  const region = Buffer.from(aws.region).toString("hex").slice(0, 8);
  const run = `${driller}.20261118T031000.${region}`;
  const record: ActionRecord = {
    unit: driller,
    account: aws.account,
    region: aws.region,
    target: setId({ about, slot }),
    within: about,
    id: `${run}.0123456789`,
    run,
    at,
    because: "it was never restored",
    digest: "seeded",
    call: { operation: "flow:drill-database", input: { about, slot } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { slot, drilled: "never" },
    outcome: "applied",
    output: { ...word, marked: arn },
    verified: true,
    held: null,
    error: null,
  };
  await store.transact([putAction("unit", record), asLastChange("unit", record)]);
}

/** Originals have parameters of their own. */
async function makeParameters(aws: TestAccount): Promise<void> {
  const rds = aws.client(RDSClient);
  await rds.send(
    new CreateDBParameterGroupCommand({
      DBParameterGroupName: "orders-parameters",
      DBParameterGroupFamily: "postgres9.3",
      Description: "of orders",
    }),
  );
  await rds.send(
    new CreateDBClusterParameterGroupCommand({
      DBClusterParameterGroupName: "sales-parameters",
      DBParameterGroupFamily: "aurora-mysql5.7",
      Description: "of sales",
    }),
  );
}

/** Of what a drill found out, the result: all else differs each time. */
const wordIn = (tags: readonly Tag[] = []): string =>
  tags.find(({ Key }) => Key === drilledTag)?.Value?.split(" ")[1] ?? "never";

const slotIn = (tags: readonly Tag[] = []): string =>
  tags.find(({ Key }) => Key === tagOf.slot)?.Value ?? "";

export const fixture: AutomationFixture = {
  settings: { config: { network: testNetwork } },
  async seed(aws, store) {
    const place = { aws, store };
    await makeNetwork(aws);
    await makeParameters(aws);
    const slots = ["2026-11-19", "2026-11-20"];
    await seedDatabase(place, "db:orders", { slots, parameters: "orders-parameters" });
    const sales = { slots: ["2026-11-20"], parameters: "sales-parameters" };
    await seedDatabase(place, "cluster:sales", sales);
    await seedDatabase(place, "db:carts", { slots: ["2026-11-20"], recorded: false });
    const [arn = ""] = await seedDatabase(place, "db:drilled", { slots: ["2026-11-18"] });
    await databaseDrilledBefore(place, "db:drilled", arn);
  },
  async look(aws) {
    const rds = aws.client(RDSClient);
    const { DBSnapshots = [] } = await rds.send(
      new DescribeDBSnapshotsCommand({ SnapshotType: "manual" }),
    );
    const { DBClusterSnapshots = [] } = await rds.send(
      new DescribeDBClusterSnapshotsCommand({ SnapshotType: "manual" }),
    );
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
    const words = [
      ...DBSnapshots.map(({ DBInstanceIdentifier: name, TagList: tags }) => ({ name, tags })),
      ...DBClusterSnapshots.map(({ DBClusterIdentifier: name, TagList: tags }) => ({ name, tags })),
    ];
    return {
      ...Object.fromEntries(
        words.map(({ name, tags }) => [`${name}, ${slotIn(tags)}`, wordIn(tags)]),
      ),
      databases: [
        ...DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
        ...DBClusters.map(({ DBClusterIdentifier }) => DBClusterIdentifier),
      ].sort(),
    };
  },
  wrong: ["orders, 2026-11-20", "sales, 2026-11-20"],
  held: {},
};
