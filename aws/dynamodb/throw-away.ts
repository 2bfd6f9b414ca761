/**
 * Tables that exist for a while only. DynamoDB restores a table without any tags, so their name says
 * what they are: IAM lets tables of such a name be made, read and taken away, and no other.
 */
import {
  DeleteTableCommand,
  DynamoDBClient,
  GetItemCommand,
  paginateScan,
  RestoreTableFromBackupCommand,
} from "@aws-sdk/client-dynamodb";
import { paged, read, write } from "../../sdk/call.ts";
import { describeTable } from "./table.ts";

/** The id of the action that made it follows: letters, digits and points. */
export const throwAwayTablePrefix = "nightshift-drill.";
const own = `table/${throwAwayTablePrefix}*`;

/** @param action as history shows it */
export const throwAwayTable = (action: string): string => `${throwAwayTablePrefix}${action}`;

/** @returns the action that is to have made it; nothing where it is no such table */
export const actionInName = (table: string): string | undefined =>
  table.startsWith(throwAwayTablePrefix) ? table.slice(throwAwayTablePrefix.length) : undefined;

/** By DynamoDB for whoever asks, where a key of the account's own encrypts the backup. */
const byDynamo = {
  on: "arn:{partition}:kms:{region}:*:key/*",
  when: { StringLike: { "kms:ViaService": "dynamodb.*.amazonaws.com*" } },
};
const keyUses = ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom"];
const ofKey = Object.fromEntries(
  [...keyUses, "ReEncryptTo"].map((action) => [`kms:${action}`, byDynamo]),
);
const grantOfKey = {
  ...byDynamo,
  when: { ...byDynamo.when, Bool: { "kms:GrantIsForAWSResource": "true" } },
};
/** IAM asks for what filling the new table takes. */
const filling = Object.fromEntries(
  ["PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan", "BatchWriteItem"].map(
    (action) => [`dynamodb:${action}`, own],
  ),
);

/** Refused for one that is still being made: it can only be waited for. */
/* @__NO_SIDE_EFFECTS__ */
export const throwAwayTableRemoval = () =>
  write("dynamodb:DeleteTable", DynamoDBClient, DeleteTableCommand, {
    on: own,
    already: ["ResourceNotFoundException"],
    irreversible: "it held nothing but what was restored from a backup, which is still there",
  });

/* @__NO_SIDE_EFFECTS__ */
export function throwAwayTables() {
  const remove = throwAwayTableRemoval();
  const restore = write(
    "dynamodb:RestoreTableFromBackup",
    DynamoDBClient,
    RestoreTableFromBackupCommand,
    {
      on: [own, "table/*/backup/*"],
      also: { ...filling, ...ofKey, "kms:CreateGrant": grantOfKey },
      // Its name is the action's own: no second one can be made.
      token: {
        find: describeTable,
        tag: (input) => input,
        asking: (_, { TargetTableName }) => ({ TableName: TargetTableName }),
        answer: ([found]) => found?.Table && { TableDescription: found.Table },
      },
      crowded: ["LimitExceededException"],
      made: ({ TableDescription }) => TableDescription?.TableName,
      inverse: [remove, ({ TargetTableName }) => ({ TableName: TargetTableName })],
    },
  );
  return { restore, remove };
}

/** Of a throw-away table alone. Page by page: how many items, and what was asked for of them. */
export const scan = paged("dynamodb:Scan", DynamoDBClient, paginateScan, {
  items: (page) => [{ count: page.Count ?? 0, items: page.Items ?? [] }],
  on: own,
});

/** Of a throw-away table alone. */
export const getItem = read("dynamodb:GetItem", DynamoDBClient, GetItemCommand, {
  on: own,
});
