/** Several steps at once, all or nothing (rule: exactly-one-effect). */
import { type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { TryAgain } from "../sdk/errors.ts";
import { type Clock, seconds } from "../sdk/time.ts";
import type { Step } from "./store.ts";
import { conditionOf, type LedgerTable, stored, storedKey } from "./table.ts";

const mostTries = 8;

/** Why DynamoDB cancelled a transaction, one for each step. */
interface Cancellation {
  readonly Code?: string;
}

/** They pass: nothing is wrong with the step itself. */
const passing = new Set([
  "None",
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
]);

function transaction(table: string, step: Step): TransactWriteItem {
  const common = { TableName: table, ...conditionOf(step.if) };
  if ("put" in step) return { Put: { ...common, Item: stored(step.put) } };
  return { Delete: { ...common, Key: storedKey(step.remove) } };
}

/** @returns the indexes of the steps whose conditions do not hold; none: it is done */
export async function transact(
  { client, name }: LedgerTable,
  steps: readonly Step[],
  clock: Clock,
): Promise<readonly number[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      const TransactItems = steps.map((step) => transaction(name, step));
      await client.send(new TransactWriteItemsCommand({ TransactItems }));
      return [];
    } catch (error) {
      const reasons = cancellationsOf(error);
      const lost = reasons.flatMap(({ Code }, at) =>
        Code === "ConditionalCheckFailed" ? [at] : [],
      );
      if (lost.length) return lost;
      if (!reasons.every(({ Code }) => !Code || passing.has(Code))) throw error;
      if (tries >= mostTries) throw contended(reasons);
      await clock.sleep(seconds(Math.random() * 0.05 * 2 ** tries));
    }
  }
}

/** @throws the error itself when it is no cancellation */
function cancellationsOf(error: unknown): readonly Cancellation[] {
  const { CancellationReasons: reasons } = error as { CancellationReasons?: Cancellation[] };
  if (!reasons) throw error;
  return reasons;
}

const contended = (reasons: readonly Cancellation[]): TryAgain =>
  new TryAgain(`the ledger is contended: ${reasons.map(({ Code }) => Code).join(", ")}`);
