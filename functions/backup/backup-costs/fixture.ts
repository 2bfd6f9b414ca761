import { BackupClient, CreateBackupVaultCommand } from "@aws-sdk/client-backup";
import { CreateBackupCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateSnapshotCommand, CreateTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateDBInstanceCommand, CreateDBSnapshotCommand, RDSClient } from "@aws-sdk/client-rds";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";
import { makeVolume } from "../backup-drill/fixture.ts";
import { maker, tagOf } from "../backup-set.ts";
import { makeTable } from "../table-backups/fixture.ts";

const keep = "daily=7 weekly=4 monthly=12";

async function snapshot(
  aws: TestAccount,
  VolumeId: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const ec2 = aws.client(EC2Client);
  const { SnapshotId = "" } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length) await ec2.send(new CreateTagsCommand({ Resources: [SnapshotId], Tags }));
}

/** One set of ours of a volume that is there, one of a volume that is gone, and one by hand. */
async function volumes(aws: TestAccount): Promise<void> {
  const volume = await makeVolume(aws);
  const ours = (about: string) => ({
    [tagOf.unit]: maker,
    [tagOf.about]: about,
    [tagOf.slot]: new Date().toISOString().slice(0, 10),
    [tagOf.keep]: keep,
  });
  await snapshot(aws, volume, ours(volume));
  await snapshot(aws, volume, ours("vol-0000000000000dead"));
  await snapshot(aws, volume, {});
}

async function database(aws: TestAccount): Promise<void> {
  const rds = aws.client(RDSClient);
  const DBInstanceIdentifier = "orders";
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier,
      DBInstanceClass: "db.t3.micro",
      Engine: "postgres",
      AllocatedStorage: 20,
      MasterUsername: "app",
      MasterUserPassword: "not-a-password",
    }),
  );
  await rds.send(
    new CreateDBSnapshotCommand({ DBInstanceIdentifier, DBSnapshotIdentifier: "by-hand" }),
  );
}

async function vault(aws: TestAccount): Promise<void> {
  await aws.client(BackupClient).send(new CreateBackupVaultCommand({ BackupVaultName: "main" }));
  await record(aws, {
    path: "/backup-vaults/main/recovery-points/",
    answer: {
      RecoveryPoints: [
        {
          RecoveryPointArn: `arn:aws:backup:${aws.region}:${aws.account}:recovery-point:p-1`,
          ResourceArn: `arn:aws:elasticfilesystem:${aws.region}:${aws.account}:file-system/fs-1`,
          CreatedBy: { BackupPlanId: "gone-1" },
          CreationDate: 1_790_000_000,
          Status: "COMPLETED",
        },
      ],
    },
  });
}

const firstOf = (at: Date, monthsAgo: number): string =>
  new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - monthsAgo, 1))
    .toISOString()
    .slice(0, 10);

async function costs({ endpoint, account }: TestAccount): Promise<void> {
  const now = new Date();
  const ResultsByTime = [1, 0].map((ago) => ({
    TimePeriod: { Start: firstOf(now, ago), End: firstOf(now, ago - 1) },
    Estimated: ago === 0,
    Groups: [
      {
        Keys: ["EC2 - Other", "EUC1-EBS:SnapshotUsage"],
        Metrics: { UnblendedCost: { Amount: "12.5", Unit: "USD" } },
      },
      {
        Keys: ["EC2 - Other", "EUC1-EBS:VolumeUsage.gp3"],
        Metrics: { UnblendedCost: { Amount: "100", Unit: "USD" } },
      },
    ],
  }));
  await fetch(`${endpoint}/moto-api/static/ce/cost-and-usage-results`, {
    method: "POST",
    body: JSON.stringify({ account_id: account, results: [{ ResultsByTime }] }),
  });
}

export const fixture: ReportFixture = {
  async seed(aws) {
    await volumes(aws);
    await database(aws);
    await makeTable(aws, "carts", {});
    await aws
      .client(DynamoDBClient)
      .send(new CreateBackupCommand({ TableName: "carts", BackupName: "by-hand" }));
    await vault(aws);
    await costs(aws);
  },
  tellsUnread: true,
  looksEverywhere: true,
  told: { title: "Backups cost 12.50 USD in ", severity: "info" },
};
