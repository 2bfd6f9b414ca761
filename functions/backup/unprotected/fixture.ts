import {
  BackupClient,
  CreateBackupPlanCommand,
  CreateBackupVaultCommand,
} from "@aws-sdk/client-backup";
import {
  CreateTableCommand,
  DynamoDBClient,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateDBInstanceCommand, CreateDBSnapshotCommand, RDSClient } from "@aws-sdk/client-rds";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";

const epoch = (at: Date): number => at.getTime() / 1000;
const tagged = (Name: string, more: Readonly<Record<string, string>> = {}) =>
  Object.entries({ Name, ...more }).map(([Key, Value]) => ({ Key, Value }));

async function volume(aws: TestAccount, ...tags: Parameters<typeof tagged>): Promise<string> {
  const { VolumeId = "" } = await aws.client(EC2Client).send(
    new CreateVolumeCommand({
      AvailabilityZone: `${aws.region}a`,
      Size: 8,
      TagSpecifications: [{ ResourceType: "volume", Tags: tagged(...tags) }],
    }),
  );
  return VolumeId;
}

/** An instance whose disks all have a snapshot of today. */
async function instanceWithSnapshots(aws: TestAccount): Promise<void> {
  const ec2 = aws.client(EC2Client);
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags: tagged("web") }],
    }),
  );
  const volumes = Instances.flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings);
  for (const { Ebs } of volumes)
    await ec2.send(new CreateSnapshotCommand({ VolumeId: Ebs?.VolumeId }));
}

async function databases(aws: TestAccount): Promise<void> {
  const rds = aws.client(RDSClient);
  const database = { DBInstanceClass: "db.t3.micro", Engine: "postgres", AllocatedStorage: 20 };
  const secret = { MasterUsername: "app", MasterUserPassword: "not-a-password" };
  // A decoy: RDS takes it back to any moment.
  await rds.send(
    new CreateDBInstanceCommand({ DBInstanceIdentifier: "orders", ...database, ...secret }),
  );
  const DBInstanceIdentifier = "reports";
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier,
      BackupRetentionPeriod: 0,
      ...database,
      ...secret,
    }),
  );
  await rds.send(
    new CreateDBSnapshotCommand({ DBInstanceIdentifier, DBSnapshotIdentifier: "reports-1" }),
  );
}

/** A decoy: DynamoDB takes it back to any moment. */
async function table(aws: TestAccount): Promise<void> {
  const dynamo = aws.client(DynamoDBClient);
  const TableName = "carts";
  await dynamo.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  );
  await dynamo.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
}

/** A plan whose last job failed, and one point that is complete. */
async function awsBackup(aws: TestAccount, kept: string): Promise<void> {
  const backup = aws.client(BackupClient);
  await backup.send(new CreateBackupVaultCommand({ BackupVaultName: "main" }));
  const { BackupPlanId } = await backup.send(
    new CreateBackupPlanCommand({
      BackupPlan: {
        BackupPlanName: "nightly",
        Rules: [
          {
            RuleName: "daily",
            TargetBackupVaultName: "main",
            ScheduleExpression: "cron(0 5 * * ? *)",
          },
        ],
      },
    }),
  );
  const arn = `arn:aws:ec2:${aws.region}:${aws.account}:volume/${kept}`;
  const at = epoch(before(new Date(), hours(3)));
  await record(aws, {
    path: "/backup-vaults/main/recovery-points/",
    answer: { RecoveryPoints: [{ ResourceArn: arn, CreationDate: at, Status: "COMPLETED" }] },
  });
  const selections = `/backup/plans/${BackupPlanId}/selections`;
  await record(aws, {
    path: selections,
    answer: { BackupSelectionsList: [{ BackupPlanId, SelectionId: "s-1" }] },
  });
  await record(aws, {
    path: `${selections}/s-1`,
    answer: { BackupPlanId, BackupSelection: { SelectionName: "all", Resources: [arn] } },
  });
  await record(aws, {
    path: "/backup-jobs/",
    answer: {
      BackupJobs: [
        {
          BackupJobId: "j-1",
          State: "FAILED",
          StatusMessage: "Insufficient privileges to perform this action.",
          ResourceArn: arn,
          CreationDate: at,
          CreatedBy: { BackupPlanId },
        },
      ],
    },
  });
}

export const fixture: ReportFixture = {
  async seed(aws) {
    await volume(aws, "ledger", { "nightshift:rpo": "4h" });
    await volume(aws, "scratch", { "nightshift:rpo": "none" });
    await volume(aws, "pages", {
      "nightshift:exempt": "from=volume-backups owner=ann@example.com",
    });
    const kept = await volume(aws, "kept");
    await instanceWithSnapshots(aws);
    await databases(aws);
    await table(aws);
    await awsBackup(aws, kept);
  },
  unused: [
    {
      role: "unit",
      action: "dynamodb:GetItem",
      why: "What a drill of a table found out is asked of the ledger, and these tables have no backup of ours. It reads records, and changes nothing.",
    },
  ],
  tellsUnread: true,
  looksEverywhere: true,
  told: {
    title: "1 of 6 resources has no backup as young as asked: ledger (vol-",
    severity: "critical",
  },
};
