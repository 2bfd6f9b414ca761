/** Tables made of backups: always under a name of their own, never over the one that is there. */
import {
  DynamoDBClient,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
} from "@aws-sdk/client-dynamodb";
import { write } from "../../sdk/call.ts";

const byPeople = "a person asked for it, and takes it away by its name";
/** IAM asks for what filling the new table takes. */
const also = Object.fromEntries(
  ["PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan", "BatchWriteItem"].map(
    (action) => [`dynamodb:${action}`, "table/*"],
  ),
);

export const restoreTableFromBackup = write(
  "dynamodb:RestoreTableFromBackup",
  DynamoDBClient,
  RestoreTableFromBackupCommand,
  { on: ["table/*", "table/*/backup/*"], also, irreversible: byPeople },
);

export const restoreTableToPointInTime = write(
  "dynamodb:RestoreTableToPointInTime",
  DynamoDBClient,
  RestoreTableToPointInTimeCommand,
  { on: "table/*", also, irreversible: byPeople },
);
