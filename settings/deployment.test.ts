/** The section `deployment`: what is refused, and how it is said. */
import { describe, expect, test } from "vitest";
import { features } from "../features.ts";
import { days } from "../sdk/time.ts";
import { parseSettings } from "./parse.ts";

const home = "eu-central-1";
const key = (region: string) => `arn:aws:kms:${region}:123456789012:key/1234abcd`;
const parse = (deployment: object, more: object = {}, units: string[] = ["a"]) =>
  parseSettings({ home, deployment, ...more }, { features, units }).deployment;

test("without it all is called as it always was", () => {
  expect(parseSettings({ home }, { features, units: [] }).deployment).toEqual({
    prefix: "nightshift",
    tags: {},
    logRetention: days(90),
    kmsKeys: {},
    signalsAtOnce: 10,
    flows: "durable",
    awsClients: "small",
  });
});

test("who wants the SDK's own clients has them", () => {
  expect(parse({ awsClients: "whole" }).awsClients).toBe("whole");
  expect(() => parse({ awsClients: "none" })).toThrow(
    /deployment\.awsClients: must be "small", or "whole"/,
  );
});

test("where there are no durable functions flows are carried by timers; anything else is refused", () => {
  expect(parse({ flows: "timers" }).flows).toBe("timers");
  expect(() => parse({ flows: "step-functions" })).toThrow(
    /deployment\.flows: must be "durable", or "timers"/,
  );
});

test("signals keep as many invocations at once as is said, or none", () => {
  expect(parse({ signalsAtOnce: 3 }).signalsAtOnce).toBe(3);
  expect(parse({ signalsAtOnce: false }).signalsAtOnce).toBe(false);
});

test("one key stands for the region it lies in", () => {
  expect(parse({ kmsKey: key(home) }).kmsKeys).toEqual({ [home]: key(home) });
});

describe("is refused", () => {
  test.each<[why: string, deployment: object, line: string]>([
    ["no concurrency at all", { signalsAtOnce: 0 }, "deployment.signalsAtOnce: must be a whole"],
    ["a concurrency that is none", { signalsAtOnce: "all" }, "deployment.signalsAtOnce: "],
    ["half of one", { signalsAtOnce: 1.5 }, "or false where the account has too little"],
    ["a prefix that is too long", { prefix: "a".repeat(23) }, "and has 3 more"],
    ["a prefix that AWS does not take", { prefix: "Night_Shift" }, "must be lower-case letters"],
    ["a prefix like a part of another", { prefix: "nightshift-undo" }, "must not end in"],
    ["a tag of AWS's own", { tags: { "aws:x": "y" } }, "must not begin with aws:"],
    ["a tag of ours", { tags: { "nightshift:exempt": "" } }, "must not begin with aws: or night"],
    [
      "a length that CloudWatch does not know",
      { logRetention: days(8) },
      "the next one is days(14)",
    ],
    ["a boundary that is none", { permissionsBoundary: "a b" }, "must be the ARN or the name"],
    ["an alias for a key", { kmsKey: "alias/x" }, "deployment.kmsKey"],
    ["a key of another region", { kmsKey: { [home]: key("us-east-1") } }, "lies in us-east-1"],
    ["a misspelt key", { prefx: "x" }, "prefx"],
  ])("%s", (_, deployment, line) => expect(() => parse(deployment)).toThrow(line));

  test("a region without a key, where there is one elsewhere", () => {
    expect(() => parse({ kmsKey: key(home) }, { regions: [home, "us-east-1"] })).toThrow(
      "deployment.kmsKey: names no key for us-east-1",
    );
  });

  test("a prefix that makes a name too long: which one, and by how much", () => {
    const id = "u".repeat(50);
    const prefix = "nightshift-dev";
    // nightshift-dev-undo-<50>: 70 characters where IAM takes 64.
    expect(() => parse({ prefix }, {}, [id])).toThrow(
      `${prefix}-undo-${id} would be the name of an IAM role, which has at most 64 characters: it is 6 too long`,
    );
    expect(parse({ prefix }, {}, ["u".repeat(44)]).prefix).toBe(prefix);
  });
});
