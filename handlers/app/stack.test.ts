import type { Context } from "aws-lambda";
import { expect, test } from "vitest";
import { type Level, stderrLog } from "./log.ts";
import { serve } from "./stack.ts";

const context = { awsRequestId: "r-1", functionName: "nightshift-tell" } as Context;

function sinks() {
  const happened: string[] = [];
  return {
    happened,
    log: {
      info: (message: string) => void happened.push(message),
      warn: (message: string) => void happened.push(message),
      error: (message: string, fields?: object) =>
        void happened.push(`${message}: ${(fields as { error: Error }).error.message}`),
      begin: ({ awsRequestId }: Context) => void happened.push(`begin ${awsRequestId}`),
    },
    metrics: { add: () => undefined, publish: () => void happened.push("published") },
  };
}

test("a handler gets event and context, and its metrics are published once", async () => {
  const { happened, ...given } = sinks();
  const handler = serve(
    given,
    async (event: { name: string }, { awsRequestId }) => `${event.name} ${awsRequestId}`,
  );
  expect(await handler({ name: "ann" }, context)).toBe("ann r-1");
  expect(happened).toEqual(["begin r-1", "published"]);
});

test("an error is logged, published and thrown on, so that Lambda tries again", async () => {
  const { happened, ...given } = sinks();
  const handler = serve(given, async () => {
    throw new Error("the ledger is away");
  });
  await expect(handler({}, context)).rejects.toThrow("the ledger is away");
  expect(happened).toEqual(["begin r-1", "The invocation failed: the ledger is away", "published"]);
});

test.each<[Level, string[]]>([
  ["info", ["a\n", "warn: b\n", "error: c\n"]],
  ["warn", ["warn: b\n", "error: c\n"]],
  ["error", ["error: c\n"]],
  ["silent", []],
])("the command line's log says from %s on", (level, said) => {
  const lines: string[] = [];
  const log = stderrLog(level, (line) => lines.push(line));
  log.info("a");
  log.warn("b");
  log.error("c");
  expect(lines).toEqual(said);
});

test("a log line stays one line and tells no secret", () => {
  const lines: string[] = [];
  stderrLog("info", (line) => lines.push(line)).info("A call failed", {
    error: new Error("no\nAKIAIOSFODNN7EXAMPLE"),
    target: { id: "i-1\u001b[2J" },
  });
  expect(lines).toEqual([
    'A call failed  error=Error: no\\nAKIA[redacted]  target={"id":"i-1\\u001b[2J"}\n',
  ]);
});
