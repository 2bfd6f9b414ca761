/** The ledger as a file: an item a line, as DynamoDB itself writes it. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import {
  DeleteTableCommand,
  type DynamoDBClient,
  paginateScan,
  UpdateTableCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";

/**
 * Writes all of it to a new file. Attributes keep DynamoDB's types (`{ "S": … }`), bytes as base64,
 * so that the lines can be put back as they are.
 * @returns how many items
 * @throws where the file is there already: nothing is overwritten
 */
export async function exportLedger(
  client: DynamoDBClient,
  table: string,
  file: string,
): Promise<number> {
  const out = createWriteStream(file, { flags: "wx", mode: 0o600 });
  await once(out, "open");
  let items = 0;
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName: table, ConsistentRead: true },
  ))
    for (const item of Items) {
      const text = JSON.stringify(item, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
      );
      if (!out.write(`${text}\n`)) await once(out, "drain");
      items += 1;
    }
  out.end();
  await finished(out);
  return items;
}

/** Deletes the table, which is protected against that until now. Whose it is was asked before. */
export async function deleteLedger(client: DynamoDBClient, table: string): Promise<void> {
  await client.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: false }));
  await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName: table });
  await client.send(new DeleteTableCommand({ TableName: table }));
}
