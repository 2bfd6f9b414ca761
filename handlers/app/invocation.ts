/** What Lambda gives a function beside the event, as far as ours read it. */
import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";
import type { Span } from "../../sdk/time.ts";
import { arnsOf, type Deployed } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";

/** A function as Lambda calls it. */
export type Invoked<E, R> = (payload: E, context: Context) => Promise<R>;

/** The account that a function runs in, from its ARN. */
export const accountOf = ({ invokedFunctionArn }: Pick<Context, "invokedFunctionArn">): string =>
  invokedFunctionArn.split(":")[4] ?? "";

export interface Invocation {
  /** 12 digits. */
  readonly account: string;
  /** Where the functions run, and how they are called. */
  readonly deployed: Deployed;
  /** What is always left of its time. */
  readonly lifetime: Span;
}

/**
 * Where there is no Lambda: the context of a function that runs in this process. Events are handed
 * to `signals` as AWS hands them over.
 * @param name of the function, as in the manifest
 */
export function contextFor(name: string, { account, deployed, lifetime }: Invocation): Context {
  const arns = arnsOf(deployed, { account });
  return {
    functionName: namesOf(deployed).function(name),
    invokedFunctionArn: name === "signals" ? arns.signalsForAws : arns.function(name),
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => lifetime.seconds * 1000,
  } satisfies Partial<Context> as Context;
}
