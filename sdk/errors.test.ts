import { describe, expect, test } from "vitest";
import {
  ActionsFailed,
  inDoubt,
  inOneLine,
  isDenied,
  isSystems,
  isUnreadable,
  NotPossible,
  TryAgain,
  UsageError,
  withoutVariables,
} from "./errors.ts";

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

const refused = (name: string, message: string) =>
  Object.assign(named(name, message), { $metadata: { httpStatusCode: 400 } });

describe("an error in one line", () => {
  test.each<[unknown, string]>([
    [
      named("AccessDenied", "User ann is not\n  authorised "),
      "AccessDenied: User ann is not authorised",
    ],
    [named("AccessDenied", "AccessDenied for ann"), "AccessDenied for ann"],
    [new Error(" it  broke\t"), "it broke"],
    [new AggregateError([new Error("one"), named("Reset", "two")]), "one; Reset: two"],
    [new AggregateError([new Error("one")], "all of them"), "AggregateError: all of them"],
    ["a text", "a text"],
    [undefined, "undefined"],
  ])("%o", (error, line) => expect(inOneLine(error)).toBe(line));
  test("of our own says of which kind it is, but for what the caller asked and cannot have", () => {
    const lines = [NotPossible, UsageError, TryAgain, ActionsFailed].map((Kind) =>
      inOneLine(new Kind("it is so")),
    );
    expect(
      [NotPossible, UsageError, TryAgain, ActionsFailed].map((Kind) => new Kind("x").name),
    ).toEqual(["NotPossible", "UsageError", "TryAgain", "ActionsFailed"]);
    expect(lines).toEqual([
      "it is so",
      "UsageError: it is so",
      "TryAgain: it is so",
      "ActionsFailed: it is so",
    ]);
  });
});

test.each([
  [
    "You are not authorized. Encoded authorization failure message: 4WnZ_x-1y=, by ann",
    "You are not authorized. Encoded authorization failure message: … by ann",
  ],
  ["Encoded authorization failure message:4WnZ", "Encoded authorization failure message:…"],
  [
    "Rate exceeded (Service: Logs, Request ID: 1aB/+=-_c, Status 400)",
    "Rate exceeded (Service: Logs, Request ID: …, Status 400)",
  ],
  ["denied (requestId:abc)", "denied (requestId:…)"],
  ["no 6f1e2d3c-4b5a-6978-8a9b-0c1d2e3f4a5b here", "no … here"],
  ["no 6F1E2D3C-4B5A-6978-8A9B-0C1D2E3F4A5B, 6f1e2d3c-4b5a-6978-8a9b-0c1d2e3f4a5b", "no …, …"],
  // Names of people's own stay: two of them are two failures.
  [
    "no 6f1e2d3c-4b5a-6978-8a9b-0c1d2e3f4a5b7 here",
    "no 6f1e2d3c-4b5a-6978-8a9b-0c1d2e3f4a5b7 here",
  ],
  [
    "no x6f1e2d3c-4b5a-6978-8a9b-0c1d2e3f4a5b here",
    "no x6f1e2d3c-4b5a-6978-8a9b-0c1d2e3f4a5b here",
  ],
])("of %o what tells it from others is %o", (error, left) =>
  expect(withoutVariables(error)).toBe(left),
);

test.each<[unknown, boolean]>([
  [named("AccessDenied", ""), true],
  [named("AccessDeniedException", ""), true],
  [named("UnauthorizedOperation", ""), true],
  [named("AuthorizationError", ""), true],
  [named("NotAuthorized", ""), true],
  [named("ThrottlingException", ""), false],
  [{ name: "AccessDenied" }, false],
])("IAM refused %o: %s", (error, is) => expect(isDenied(error)).toBe(is));

const noCapacity = Object.assign(named("InsufficientInstanceCapacity", "Insufficient capacity."), {
  $metadata: { httpStatusCode: 500 },
});

test.each<[what: string, error: unknown, is: boolean]>([
  [
    "a right that our role lacks",
    named("AccessDenied", "because no identity-based policy allows it"),
    true,
  ],
  [
    "a service control policy",
    refused("AccessDenied", "with an explicit deny in a service control policy"),
    false,
  ],
  ["a denial without a reason", refused("UnauthorizedOperation", "You are not authorized"), false],
  ["too many requests", refused("ThrottlingException", "Rate exceeded"), true],
  ["too many requests to EC2", refused("RequestLimitExceeded", "Request limit exceeded."), true],
  ["credentials that have ended", refused("ExpiredTokenException", "expired"), true],
  ["a server that is broken", named("InternalError", "x"), true],
  ["a value that the target does not take", refused("InvalidParameterException", "x"), false],
  ["a target in another state", refused("IncorrectInstanceState", "x"), false],
  ["no machine that is free, which EC2 says with 500", noCapacity, false],
])("of the system and not of the target: %s: %s", (_, error, is) =>
  expect(isSystems(error)).toBe(is),
);

describe("the effect is in doubt", () => {
  const answered = (status: number) =>
    Object.assign(new Error("x"), { $metadata: { httpStatusCode: status } });
  test.each<[string, unknown, boolean]>([
    ["after a connection that broke", named("TimeoutError", "socket hang up"), true],
    ["after an answer without a status", Object.assign(new Error("x"), { $metadata: {} }), true],
    ["after a server's error", answered(500), true],
    ["after any server's error", answered(503), true],
    ["after an answer that broke off", answered(200), true],
    ["after any answer that broke off", answered(299), true],
    ["not after the first of what is no answer", answered(300), false],
    ["not after a refusal", answered(400), false],
    ["not after the last of the refusals", answered(499), false],
    ["not after a lack of capacity, whatever its status", noCapacity, false],
    ["after what is no error", "text", true],
    ["after nothing", undefined, true],
  ])("%s", (_, error, is) => expect(inDoubt(error)).toBe(is));
});

test("what came and could not be read is told from what never came", () => {
  const answered = (httpStatusCode?: number) =>
    isUnreadable(Object.assign(new Error("x"), { $metadata: { httpStatusCode } }));
  expect([
    answered(200),
    answered(299),
    answered(300),
    answered(500),
    answered(),
    isUnreadable(undefined),
  ]).toEqual([true, true, false, false, false, false]);
});
