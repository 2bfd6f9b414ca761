/** What the deployed functions write to CloudWatch Logs. */
import type { Context } from "aws-lambda";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fieldsOf } from "../../sdk/fields.ts";
import { lambdaLog } from "./powertools.ts";

const lines: string[] = [];
beforeEach(() => {
  for (const level of ["info", "warn", "error", "log", "debug"] as const)
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(String(line)));
});
afterEach(() => {
  lines.length = 0;
  vi.restoreAllMocks();
});
const written = (): unknown => JSON.parse(lines.at(-1) ?? "");
const log = () => {
  vi.stubEnv("POWERTOOLS_DEV", "true");
  return lambdaLog("signals");
};

test("a line holds its fields, its level and the request", () => {
  const deployed = log();
  deployed.begin?.({ awsRequestId: "r-1", functionName: "nightshift-signals" } as Context);
  deployed.warn("A call failed", { target: "i-1", times: 2 });
  expect(written()).toMatchObject({
    level: "WARN",
    message: "A call failed",
    service: "signals",
    function_request_id: "r-1",
    target: "i-1",
    times: 2,
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
  expect(fieldsOf(error).stack).toContain("powertools.test.ts");
});

test("a line stays within what CloudWatch takes, whatever a field holds", () => {
  log().error("It failed", { rows: Array.from({ length: 5_000 }, () => "x".repeat(5_000)) });
  expect(lines.at(-1)?.length).toBeLessThan(200_000);
});
