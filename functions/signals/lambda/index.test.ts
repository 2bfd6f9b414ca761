import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
import lambda from "./index.ts";

test.each([
  [
    "lambda/destination-record",
    "warning",
    "The function orders failed after all retries: RequestId: e4b46cbf-b738-xmpl-8880-a18cdf61200e Process exited before completing request",
    "arn:aws:lambda:us-west-2:123456789012:function:orders",
    "no",
  ],
  [
    "lambda/invocation-failed",
    "warning",
    "The function orders failed after all retries: RequestId: e4b46cbf-b738-xmpl-8880-a18cdf61200e Process exited before completing request",
    "arn:aws:lambda:us-west-2:123456789012:function:orders",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(lambda, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(lambda, "lambda/destination-record")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/lambda/home?region=us-west-2#/functions/orders?tab=monitoring",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(lambda, "lambda/invocation-failed", { config: { ignore: ["orders"] } }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(
    tell(lambda, "lambda/invocation-failed", { config: { critical: ["orders"] } })?.severity,
  ).toBe("critical"));

test("the payload is the function's own and is not told", () =>
  expect(JSON.stringify(tell(lambda, "lambda/invocation-failed"))).not.toContain("9e07af03"));
