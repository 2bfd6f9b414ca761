import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
import stepFunctions from "./index.ts";

test.each([
  [
    "step-functions/execution-failed",
    "warning",
    "The state machine orders has failed: States.TaskFailed",
    "arn:aws:states:us-east-1:123456789012:stateMachine:orders",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(stepFunctions, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(stepFunctions, "step-functions/execution-failed")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn%3Aaws%3Astates%3Aus-east-1%3A123456789012%3Aexecution%3Aorders%3Aorder-1001",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(stepFunctions, "step-functions/execution-failed", { config: { ignore: ["orders"] } }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(
    tell(stepFunctions, "step-functions/execution-failed", { config: { critical: ["orders"] } })
      ?.severity,
  ).toBe("critical"));

test("what goes on or has succeeded is not told, and an abort is no alarm", () => {
  expect(
    tell(stepFunctions, "step-functions/execution-failed", { change: { status: "SUCCEEDED" } }),
  ).toBeUndefined();
  expect(
    tell(stepFunctions, "step-functions/execution-failed", { change: { status: "ABORTED" } })
      ?.severity,
  ).toBe("info");
});
