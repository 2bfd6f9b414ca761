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

test("an error that Lambda writes down quotes no secret, nor do its causes and what it joins", async () => {
  const quoting = (text: string, options?: ErrorOptions) => new Error(`quotes ${text}`, options);
  const cause = quoting("token: hunter2");
  const joined = new AggregateError([quoting("password=hunter2", { cause })], "pwd=hunter2");
  const { happened: _, ...given } = sinks();
  const thrown = await serve(given, async () => {
    throw joined;
  })({}, context).catch((error: unknown) => error);
  expect(thrown).toBe(joined);
  const [first] = joined.errors as readonly Error[];
  for (const { message, stack } of [joined, first ?? joined, cause])
    expect(`${message}\n${stack}`).not.toContain("hunter2");
  expect(first?.message).toBe("quotes password=[redacted]");
});

test("an error that is its own cause ends", async () => {
  const endless = new Error("no");
  endless.cause = endless;
  const { happened: _, ...given } = sinks();
  const handler = serve(given, () => Promise.reject(endless));
  await expect(handler({}, context)).rejects.toBe(endless);
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
    error: new Error("no\npassword=hunter2 of AKIAIOSFODNN7EXAMPLE"),
    target: { id: "i-1\u001b[2J" },
  });
  expect(lines).toEqual([
    'A call failed  error=Error: no\\npassword=[redacted] of AKIAIOSFODNN7EXAMPLE  target={"id":"i-1\\u001b[2J"}\n',
  ]);
});
