import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";
import type { TestAccount } from "./account.ts";

/** What Lambda gives a handler beside the event, as far as ours read it. */
export const contextOf = (
  { account, region }: Pick<TestAccount, "account" | "region">,
  remaining = 900_000,
  invocation: string = randomUUID(),
): Context =>
  ({
    functionName: "nightshift-test",
    invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:nightshift-test`,
    awsRequestId: invocation,
    getRemainingTimeInMillis: () => remaining,
  }) as Context;

/** A log that keeps what it is told. */
export function keptLog() {
  const lines: {
    readonly level: string;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>> | undefined;
  }[] = [];
  const at = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
    void lines.push({ level, message, fields });
  return { lines, log: { info: at("info"), warn: at("warn"), error: at("error") } };
}

/** Counts, and keeps the counts. */
export function keptCounts() {
  const counts: Record<string, number> = {};
  return {
    counts,
    metrics: {
      add: (what: string, count: number) => {
        counts[what] = (counts[what] ?? 0) + count;
      },
      publish() {},
    },
  };
}
