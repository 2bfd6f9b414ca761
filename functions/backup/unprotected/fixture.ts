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
import { CreateFileSystemCommand, EFSClient } from "@aws-sdk/client-efs";
import { CreateDBInstanceCommand, CreateDBSnapshotCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateBucketCommand, PutBucketTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { arnOf } from "../../../sdk/arn.ts";
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

async function bucket(aws: TestAccount, name: string, rpo?: string): Promise<string> {
  const s3 = aws.client(S3Client);
  const Bucket = `${name}-${aws.account}-${aws.region}`;
  const CreateBucketConfiguration = { LocationConstraint: aws.region as "eu-west-1" };
  const there = aws.region === "us-east-1" ? {} : { CreateBucketConfiguration };
  await s3.send(new CreateBucketCommand({ Bucket, ...there }));
  const TagSet = rpo === undefined ? [] : [{ Key: "nightshift:rpo", Value: rpo }];
  if (TagSet.length) await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  return arnOf({ service: "s3", resource: Bucket }, aws.region);
}

async function elasticFiles(aws: TestAccount, name: string): Promise<string> {
  const { FileSystemArn = "" } = await aws
    .client(EFSClient)
    .send(new CreateFileSystemCommand({ CreationToken: name, Tags: tagged(name) }));
  return FileSystemArn;
}

/** Decoys: one with a backup of FSx's own, a volume with somebody's, one that is scratch. */
async function fsx(aws: TestAccount): Promise<void> {
  const { account, region } = aws;
  const arn = (resource: string) => arnOf({ service: "fsx", region, account, resource });
  const at = epoch(before(new Date(), hours(3)));
  const files = (FileSystemId: string, FileSystemType: string, more: object = {}) => ({
    ...{ FileSystemId, FileSystemType, CreationTime: 1_700_000_000, Lifecycle: "AVAILABLE" },
    ResourceARN: arn(`file-system/${FileSystemId}`),
    ...more,
  });
  const [share, netapp] = [files("fs-1", "WINDOWS"), files("fs-2", "ONTAP")];
  const scratch = files("fs-3", "LUSTRE", { LustreConfiguration: { DeploymentType: "SCRATCH_2" } });
  const volume = {
    ...{ VolumeId: "fsvol-1", FileSystemId: "fs-2", VolumeType: "ONTAP", Name: "home" },
    ...{ ResourceARN: arn("volume/fs-2/fsvol-1"), Lifecycle: "CREATED" },
    OntapConfiguration: { OntapVolumeType: "RW" },
  };
  const made = { Lifecycle: "AVAILABLE", CreationTime: at };
  const Backups = [
    { BackupId: "backup-1", Type: "AUTOMATIC", FileSystem: share, ...made },
    { BackupId: "backup-2", Type: "USER_INITIATED", Volume: volume, FileSystem: netapp, ...made },
  ];
  const answers = {
    DescribeFileSystems: { FileSystems: [share, netapp, scratch] },
    DescribeVolumes: { Volumes: [volume] },
    DescribeDataRepositoryAssociations: { Associations: [] },
    DescribeBackups: { Backups },
  };
  for (const [path, answer] of Object.entries(answers)) await record(aws, { path, answer });
}

/** A plan whose last job failed, and points that are complete. */
async function awsBackup(aws: TestAccount, kept: string, others: readonly string[]): Promise<void> {
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
    answer: {
      RecoveryPoints: [arn, ...others].map((ResourceArn) => ({
        ...{ ResourceArn, CreationDate: at, Status: "COMPLETED" },
      })),
    },
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
    await bucket(aws, "uploads", "1d");
    await bucket(aws, "builds");
    await bucket(aws, "logs", "none");
    await fsx(aws);
    await awsBackup(aws, kept, [
      await elasticFiles(aws, "shared"),
      await bucket(aws, "pictures", "2d"),
    ]);
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
    title: "2 of 11 resources have no backup as young as asked: ledger (vol-",
    severity: "critical",
  },
};
