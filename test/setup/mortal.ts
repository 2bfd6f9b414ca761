/** A process that dies at one of its requests: from then on it is not heard of any more. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

const never = new Promise<never>(() => {});

export interface Mortal {
  /** For the SDK's clients. */
  readonly requestHandler: object;
  /** Resolves when it dies. */
  readonly died: Promise<void>;
  /** How many requests it has made. */
  requests(): number;
}

/**
 * @param at the request at which it dies, from 0; `undefined`: it lives
 * @param sent whether that request still arrives
 */
export function mortal(at: number | undefined, sent: boolean): Mortal {
  const inner = new DynamoDBClient({ region: "eu-west-1" }).config.requestHandler;
  const death = Promise.withResolvers<void>();
  let count = 0;
  let dead = false;
  return {
    died: death.promise,
    requests: () => count,
    requestHandler: {
      async handle(...given: Parameters<typeof inner.handle>) {
        if (dead) return never;
        const index = count++;
        if (index !== at) return inner.handle(...given);
        dead = true;
        if (sent) await inner.handle(...given);
        death.resolve();
        return never;
      },
      destroy: () => inner.destroy?.(),
    },
  };
}
