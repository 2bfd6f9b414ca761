import {
  BackupClient,
  CreateBackupVaultCommand,
  ListRecoveryPointsByBackupVaultCommand,
  ListTagsCommand,
  type RecoveryPointByBackupVault,
} from "@aws-sdk/client-backup";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { weekdays } from "../../../sdk/weekdays.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagOf } from "../backup-set.ts";

type Tags = Readonly<Record<string, string>>;

/** The week began today: no test runs so long that another begins. */
const weekday = weekdays[(new Date().getUTCDay() + 6) % 7] ?? "monday";
export const weeklyPoints = { every: "week", weekday, at: "00:00" } as const;

export const tableArn = ({ account, region }: TestAccount, name: string): string =>
  `arn:aws:dynamodb:${region}:${account}:table/${name}`;

export async function makeVault(aws: TestAccount, BackupVaultName = "main"): Promise<void> {
  await aws.client(BackupClient).send(new CreateBackupVaultCommand({ BackupVaultName }));
}

/** A table is what AWS Backup takes and a client here can make. */
export async function makeTaggedTable(
  aws: TestAccount,
  TableName: string,
  tags: Tags,
): Promise<string> {
  await aws.client(DynamoDBClient).send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  return tableArn(aws, TableName);
}

export async function pointsOf(
  aws: TestAccount,
  BackupVaultName = "main",
): Promise<RecoveryPointByBackupVault[]> {
  const { RecoveryPoints = [] } = await aws
    .client(BackupClient)
    .send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName }));
  return RecoveryPoints;
}

const tables: Readonly<Record<string, Tags>> = {
  orders: { backup: "yes", team: "shop" },
  // An exemption that is meant for others: what changes something leaves it alone, a backup does not.
  exempt: { backup: "yes", "nightshift:exempt": "owner=ann@example.com reason=mine" },
  "exempt-by-name": {
    backup: "",
    "nightshift:exempt": "from=vault-backups owner=ann@example.com",
  },
  scratch: { backups: "yes" },
};

/** What is said of a point, without the action that made it. */
async function shown(aws: TestAccount, point: RecoveryPointByBackupVault) {
  const { Tags = {} } = await aws
    .client(BackupClient)
    .send(new ListTagsCommand({ ResourceArn: point.RecoveryPointArn }));
  return { status: point.Status, slot: Tags[tagOf.slot], of: Tags[tagOf.about]?.split("/").at(-1) };
}

export const pointsOfServices =
  "Points of FSx and of DynamoDB have ARNs of those services, which the embedded AWS makes none of. It is granted on backups of this account, and AWS Backup alone answers it.";
const byLedger =
  "Which slot a point is of is asked for by its tags only where the ledger does not say it, and here it does. It reads, and changes nothing.";
const byName =
  "Buckets are listed only where the settings name one that has no tag, which this plan of tables does not. It reads, and changes nothing.";
const byFsx =
  "File systems and volumes of FSx are looked at only where the plan selects some, which this plan of tables does not. It reads, and changes nothing.";
const fsxLooks = ["DescribeFileSystems", "DescribeVolumes", "DescribeDataRepositoryAssociations"];

export const fixture: AutomationFixture = {
  unused: [
    ...(["unit", "flow", "undo"] as const).flatMap((role) =>
      fsxLooks.map((look) => ({ role, action: `fsx:${look}`, why: byFsx })),
    ),
    { role: "unit", action: "s3:ListAllMyBuckets", why: byName },
    { role: "flow", action: "s3:ListAllMyBuckets", why: byName },
    { role: "undo", action: "s3:ListAllMyBuckets", why: byName },
    { role: "unit", action: "backup:ListTags", why: byLedger },
    { role: "flow", action: "backup:ListTags", why: byLedger },
    { role: "undo", action: "backup:ListTags", why: byLedger },
    { role: "flow", action: "backup:TagResource", why: pointsOfServices },
    { role: "undo", action: "backup:DeleteRecoveryPoint", why: pointsOfServices },
  ],
  settings: { config: { ...weeklyPoints, vault: "main", role: "backs-up", kinds: ["dynamodb"] } },
  async seed(aws) {
    await makeVault(aws);
    for (const [name, tags] of Object.entries(tables)) await makeTaggedTable(aws, name, tags);
  },
  async look(aws) {
    const { ResourceTagMappingList = [] } = await aws
      .client(ResourceGroupsTaggingAPIClient)
      .send(new GetResourcesCommand({ ResourceTypeFilters: ["dynamodb:table"] }));
    const points = await pointsOf(aws);
    const looks = Object.keys(tables).map(async (name) => {
      const arn = tableArn(aws, name);
      const tags = ResourceTagMappingList.find(({ ResourceARN }) => ResourceARN === arn)?.Tags;
      const own = points.filter(({ ResourceArn }) => ResourceArn === arn);
      return [name, { tags, points: await Promise.all(own.map((each) => shown(aws, each))) }];
    });
    return Object.fromEntries(await Promise.all(looks));
  },
  wrong: ["orders", "exempt"],
  held: { "exempt-by-name": "exemption" },
};
