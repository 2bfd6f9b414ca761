/**
 * What every Lambda entry point shares: its request id in each line, metrics once, an error logged
 * and thrown on.
 */
import middy, { type MiddlewareObj } from "@middy/core";
import type { Context } from "aws-lambda";
import type { InvocationLog } from "./log.ts";
import type { Counter } from "./metrics.ts";

export interface Sinks {
  readonly log: InvocationLog;
  readonly metrics: Counter;
}

const observed = ({ log, metrics }: Sinks): MiddlewareObj => ({
  before: ({ context }) => log.begin?.(context),
  after: () => metrics.publish(),
  // Without a response, middy throws the error on, so that retries and the failure queue work.
  onError({ error }) {
    log.error("The invocation failed", { error });
    metrics.publish();
  },
});

/**
 * A handler as Lambda calls it.
 * @example export const handler = serve({ log, metrics }, tellHandler({ told, channels, log, clock }));
 */
export const serve = <E, R>(sinks: Sinks, handle: (event: E, context: Context) => Promise<R>) =>
  middy<E, R>().use(observed(sinks)).handler(handle);
