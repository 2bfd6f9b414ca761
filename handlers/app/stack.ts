/**
 * What every Lambda entry point shares: its request id in each line, metrics once, an error logged
 * and thrown on.
 */
import type { Context } from "aws-lambda";
import { redactText } from "../../sdk/redact.ts";
import type { InvocationLog } from "./log.ts";
import type { Counter } from "./metrics.ts";

export interface Sinks {
  readonly log: InvocationLog;
  readonly metrics: Counter;
}

/**
 * Lambda writes an error that it is thrown into the log, into the answer and into the failure queue:
 * what it quotes goes there too.
 */
function hideSecrets(error: unknown, nested = 0): void {
  if (!(error instanceof Error) || nested > mostNested) return;
  const { message, stack } = error;
  error.message = redactText(message);
  if (stack !== undefined) error.stack = redactText(stack);
  hideSecrets(error.cause, nested + 1);
  if (error instanceof AggregateError)
    for (const each of error.errors as unknown[]) hideSecrets(each, nested + 1);
}
/** A cause may be its own cause. */
const mostNested = 8;

/**
 * A handler as Lambda calls it. What it throws is thrown on, so that retries and the failure queue
 * work.
 * @example export const handler = serve({ log, metrics }, tellHandler({ told, channels, log, clock }));
 */
export const serve =
  <E, R>({ log, metrics }: Sinks, handle: (event: E, context: Context) => Promise<R>) =>
  async (event: E, context: Context): Promise<R> => {
    log.begin?.(context);
    try {
      return await handle(event, context);
    } catch (error) {
      log.error("The invocation failed", { error });
      hideSecrets(error);
      throw error;
    } finally {
      metrics.publish();
    }
  };
