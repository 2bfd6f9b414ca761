/**
 * Backups of tables on demand. They have no tags: what says whose they are is their name, and the
 * ledger. They leave neither their region nor their account.
 */
import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeBackupCommand,
  DynamoDBClient,
  ListBackupsCommand,
  type ListBackupsCommandInput,
} from "@aws-sdk/client-dynamodb";
import { paged, read, write } from "../../sdk/call.ts";

/** The SDK has no paginator for it. A page may be empty, and others follow. */
async function* pagesOfBackups(
  { client }: { readonly client: DynamoDBClient },
  input: ListBackupsCommandInput,
) {
  let ExclusiveStartBackupArn: string | undefined;
  do {
    const page = await client.send(
      new ListBackupsCommand({
        ...input,
        ...(ExclusiveStartBackupArn && { ExclusiveStartBackupArn }),
      }),
    );
    yield page;
    ExclusiveStartBackupArn = page.LastEvaluatedBackupArn;
  } while (ExclusiveStartBackupArn);
}

/** Those of tables that are deleted too. Five such requests a second are answered. */
export const listBackups = paged("dynamodb:ListBackups", DynamoDBClient, pagesOfBackups, {
  items: (page) => page.BackupSummaries,
});

export const describeBackup = read(
  "dynamodb:DescribeBackup",
  DynamoDBClient,
  DescribeBackupCommand,
  { on: "table/*/backup/*", absent: ["BackupNotFoundException"] },
);

/** Refused for one that AWS Backup keeps. */
export const deleteBackup = write("dynamodb:DeleteBackup", DynamoDBClient, DeleteBackupCommand, {
  on: "table/*/backup/*",
  already: ["BackupNotFoundException"],
  irreversible: "a deleted backup is gone, and with it what only it held",
});

/**
 * It knows no idempotency field, and two backups may bear one name: a token at the end of the name
 * finds it again.
 */
export const createBackup = write("dynamodb:CreateBackup", DynamoDBClient, CreateBackupCommand, {
  on: "table/*",
  token: {
    find: listBackups,
    tag: (input, token) => ({ ...input, BackupName: `${input.BackupName}_${token}` }),
    asking: (_, { TableName }) => ({ TableName, BackupType: "USER" as const }),
    answer(found, token) {
      const made = found.find(({ BackupName }) => BackupName?.endsWith(`_${token}`));
      return (
        made && {
          BackupDetails: {
            BackupArn: made.BackupArn,
            BackupName: made.BackupName,
            BackupStatus: made.BackupStatus,
            BackupType: made.BackupType,
            BackupCreationDateTime: made.BackupCreationDateTime,
          },
        }
      );
    },
  },
  made: ({ BackupDetails }) => BackupDetails?.BackupArn,
  inverse: [deleteBackup, (_, { BackupDetails }) => ({ BackupArn: BackupDetails?.BackupArn })],
});
