/** What the deployed functions write to CloudWatch Logs. */
import type { Context } from "aws-lambda";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fieldsOf } from "../../sdk/fields.ts";
import type { Clock } from "../../sdk/time.ts";
import { lambdaLog, lambdaMetrics } from "./cloudwatch.ts";

const clock: Clock = { now: () => new Date("2026-11-21T02:00:00Z"), sleep: async () => undefined };
const lines: string[] = [];
const write = (line: string) => void lines.push(line);
beforeEach(() => {
  lines.length = 0;
  vi.stubEnv("_X_AMZN_TRACE_ID", "Root=1-abc;Parent=def;Sampled=0");
});
afterEach(() => vi.unstubAllEnvs());
const written = (): unknown => JSON.parse(lines.at(-1) ?? "");
const log = () => lambdaLog("signals", clock, write);

test("a line holds its fields, its level, when it was and the request", () => {
  const deployed = log();
  deployed.begin?.({
    awsRequestId: "r-1",
    functionName: "nightshift-signals",
    invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:nightshift-signals",
    memoryLimitInMB: "512",
  } as Context);
  deployed.warn("A call failed", { target: "i-1", times: 2, bytes: 3n, nothing: null });
  expect(written()).toEqual({
    level: "WARN",
    message: "A call failed",
    timestamp: "2026-11-21T02:00:00.000Z",
    service: "signals",
    cold_start: true,
    function_arn: "arn:aws:lambda:eu-central-1:123456789012:function:nightshift-signals",
    function_memory_size: "512",
    function_name: "nightshift-signals",
    function_request_id: "r-1",
    xray_trace_id: "1-abc",
    target: "i-1",
    times: 2,
    bytes: "3",
  });
});

test("only the first invocation of a process is a cold start, and each has its own request", () => {
  const deployed = log();
  for (const awsRequestId of ["r-1", "r-2"]) {
    deployed.begin?.({ awsRequestId } as Context);
    deployed.info("Begun");
  }
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { cold_start: true, function_request_id: "r-1" },
    { cold_start: false, function_request_id: "r-2" },
  ]);
});

test("a field whose name nobody checked cannot take the place of what the line itself says", () => {
  const fields: Readonly<Record<string, unknown>> = {
    level: "ERROR",
    message: "else",
    timestamp: "0",
    service: "other",
  };
  log().info("Something", fields);
  expect(written()).toMatchObject({
    level: "INFO",
    message: "Something",
    timestamp: "2026-11-21T02:00:00.000Z",
    service: "signals",
  });
});

test.each([
  ["", ["INFO", "WARN", "ERROR"]],
  ["warn", ["WARN", "ERROR"]],
  ["SILENT", []],
  ["loud", ["INFO", "WARN", "ERROR"]],
])("of the level %j these lines are written: %j", (level, expected) => {
  vi.stubEnv("NIGHTSHIFT_LOG_LEVEL", level);
  const deployed = log();
  deployed.info("a");
  deployed.warn("b");
  deployed.error("c");
  expect(lines.map((line) => fieldsOf(JSON.parse(line)).level)).toEqual(expected);
});

test("metrics are one line in CloudWatch's embedded format, once for what was counted", () => {
  vi.stubEnv("NIGHTSHIFT_METRICS_NAMESPACE", "Nightshift");
  const metrics = lambdaMetrics("signals", clock, write);
  metrics.publish();
  expect(lines).toEqual([]);
  metrics.add("found", 2);
  metrics.add("found", 1);
  metrics.add("held", 0);
  metrics.publish();
  metrics.publish();
  expect(lines).toHaveLength(1);
  expect(written()).toEqual({
    _aws: {
      Timestamp: clock.now().getTime(),
      CloudWatchMetrics: [
        {
          Namespace: "Nightshift",
          Dimensions: [["service"]],
          Metrics: [
            { Name: "found", Unit: "Count" },
            { Name: "held", Unit: "Count" },
          ],
        },
      ],
    },
    service: "signals",
    found: 3,
    held: 0,
  });
});

test.each<[what: string, fields: Readonly<Record<string, unknown>>]>([
  ["a field", { password: "hunter2" }],
  ["a pair", { environment: [{ name: "TOKEN", value: "hunter2" }] }],
  ["JSON in a text", { body: JSON.stringify({ secret: "hunter2" }) }],
  ["an error", { error: new Error("sent password=hunter2") }],
  ["an error's cause", { error: new Error("no", { cause: new Error("token: hunter2") }) }],
  ["an error's own fields", { error: Object.assign(new Error("no"), { apiKey: "hunter2" }) }],
  ["errors of errors", { error: new AggregateError([new Error("pwd=hunter2")], "many") }],
])("%s tells no secret in it", (_, fields) => {
  const deployed = log();
  deployed.info("Something", fields);
  deployed.error("Something with secret=hunter2", fields);
  expect(lines).toHaveLength(2);
  expect(lines.join("\n")).not.toContain("hunter2");
  expect(lines.join("\n")).toContain("[redacted]");
});

test("an error keeps its name, its message and where it was thrown", () => {
  log().error("It failed", { error: new TypeError("no such thing") });
  const { error } = fieldsOf(written());
  expect(error).toMatchObject({ name: "TypeError", message: "no such thing" });
  expect(fieldsOf(error).stack).toContain("cloudwatch.test.ts");
});

test("a line stays within what CloudWatch takes, whatever a field holds", () => {
  log().error("It failed", { rows: Array.from({ length: 5_000 }, () => "x".repeat(5_000)) });
  expect(lines.at(-1)?.length).toBeLessThan(200_000);
});
