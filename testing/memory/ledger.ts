/**
 * The ledger in memory: the real store over a table that answers as DynamoDB does, so that
 * conditions and transactions are its own.
 */

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { HttpRequest } from "@smithy/types";
import { createStore } from "../../ledger/dynamo.ts";
import type { Store } from "../../ledger/store.ts";
import type { Clock } from "../../sdk/time.ts";
import { names } from "../deployed.ts";
import { requestOf } from "./aws.ts";
import { MemoryTable, TransactionRefused } from "./table.ts";

export interface MemoryLedger {
  readonly store: Store;
  readonly table: MemoryTable;
  /** Operations that were sent, in order. */
  readonly sent: string[];
  /** Called before each is carried out: what it throws is the answer. */
  before: (operation: string, nth: number) => void | Promise<void>;
}

export function memoryLedger(clock: Clock): MemoryLedger {
  const table = new MemoryTable();
  const sent: string[] = [];
  const answer = (statusCode: number, body: object, headers: object = {}) => ({
    response: {
      statusCode,
      headers: { "content-type": "application/x-amz-json-1.0", ...headers },
      body: Buffer.from(JSON.stringify(body)),
    },
  });
  const requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request: HttpRequest) {
      const { operation, input } = requestOf(request);
      sent.push(operation);
      try {
        await ledger.before(operation, sent.length);
        // Others have their turn between any two requests.
        await new Promise((resolve) => setImmediate(resolve));
        return answer(200, table.answer(operation, input as never, clock.now().getTime()));
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
        return answer(
          error.status,
          { __type: error.name, message: error.message, ...error.more },
          { "x-amzn-errortype": error.name },
        );
      }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
  const client = new DynamoDBClient({
    region: "eu-central-1",
    endpoint: "http://memory",
    credentials: { accessKeyId: "memory", secretAccessKey: "memory" },
    maxAttempts: 1,
    requestHandler,
  });
  const ledger: MemoryLedger = {
    table,
    sent,
    before() {},
    store: createStore(client, names.table, clock),
  };
  return ledger;
}
