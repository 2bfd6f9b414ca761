import { describe, expect, test } from "vitest";
import { ActionsFailed, inDoubt, inOneLine, isDenied, NotPossible, TryAgain, UsageError } from "./errors.ts";

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

describe("an error in one line", () => {
  test.each<[unknown, string]>([
    [named("AccessDenied", "User ann is not\n  authorised "), "AccessDenied: User ann is not authorised"],
    [named("AccessDenied", "AccessDenied for ann"), "AccessDenied for ann"],
    [new Error(" it  broke\t"), "it broke"],
    [new NotPossible("there is no run r-1"), "there is no run r-1"],
    [new UsageError("no such unit"), "UsageError: no such unit"],
    [new TryAgain("another is at it"), "TryAgain: another is at it"],
    [new ActionsFailed("2 failed"), "ActionsFailed: 2 failed"],
    [new AggregateError([new Error("one"), named("Reset", "two")]), "one; Reset: two"],
    [new AggregateError([new Error("one")], "all of them"), "AggregateError: all of them"],
    ["a text", "a text"],
    [undefined, "undefined"],
  ])("%o", (error, line) => expect(inOneLine(error)).toBe(line));
});

test.each<[unknown, boolean]>([
  [named("AccessDenied", ""), true],
  [named("AccessDeniedException", ""), true],
  [named("UnauthorizedOperation", ""), true],
  [named("AuthorizationError", ""), true],
  [named("NotAuthorized", ""), true],
  [named("ThrottlingException", ""), false],
  [{ name: "AccessDenied" }, false],
])("IAM refused %o: %s", (error, is) => expect(isDenied(error)).toBe(is));

describe("the effect is in doubt", () => {
  const answered = (status: number) => Object.assign(new Error("x"), { $metadata: { httpStatusCode: status } });
  test.each<[string, unknown, boolean]>([
    ["after a connection that broke", named("TimeoutError", "socket hang up"), true],
    ["after an answer without a status", Object.assign(new Error("x"), { $metadata: {} }), true],
    ["after a server's error", answered(500), true],
    ["after any server's error", answered(503), true],
    ["not after a refusal", answered(400), false],
    ["not after the last of the refusals", answered(499), false],
    ["after what is no error", "text", true],
  ])("%s", (_, error, is) => expect(inDoubt(error)).toBe(is));
});
