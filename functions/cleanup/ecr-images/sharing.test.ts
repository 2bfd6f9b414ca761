import { describe, expect, test } from "vitest";
import { sharedBy } from "./sharing.ts";

const account = "123456789012";
const allowing = (Principal: unknown, more: object = {}) =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Principal, Action: "ecr:*", ...more }] });

describe("a repository's policy", () => {
  test.each<[what: string, policy: string | undefined]>([
    ["there is none", undefined],
    ["a service of AWS", allowing({ Service: "lambda.amazonaws.com" })],
    [
      "a service of AWS for functions of the account",
      allowing(
        { Service: "lambda.amazonaws.com" },
        { Condition: { StringLike: { "aws:sourceArn": `arn:aws:lambda:eu-west-1:${account}:f` } } },
      ),
    ],
    ["the account itself", allowing({ AWS: account })],
    ["roles of the account", allowing({ AWS: [`arn:aws:iam::${account}:role/ci`] })],
    [
      "a statement that denies",
      JSON.stringify({ Statement: { Effect: "Deny", Principal: "*", Action: "ecr:*" } }),
    ],
  ])("lets in nobody else: %s", (_, policy) => expect(sharedBy(policy, account)).toBeUndefined());

  test.each<[what: string, policy: string, who: RegExp]>([
    ["everybody", allowing("*"), /\(\*\)/],
    ["everybody, as AWS", allowing({ AWS: "*" }), /\(\*\)/],
    ["another account", allowing({ AWS: "210987654321" }), /210987654321/],
    [
      "another beside its own",
      allowing({ AWS: [account, "arn:aws:iam::210987654321:root"] }),
      /\(arn:aws:iam::210987654321:root\)/,
    ],
    [
      "whoever belongs to the organisation",
      allowing("*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
      /\(\*\)/,
    ],
    [
      "a service of AWS for functions of another account",
      allowing(
        { Service: "lambda.amazonaws.com" },
        {
          Condition: { StringLike: { "aws:sourceArn": "arn:aws:lambda:eu-west-1:210987654321:f" } },
        },
      ),
      /\(210987654321\)/,
    ],
    [
      "a service of AWS for the organisation",
      allowing(
        { Service: "lambda.amazonaws.com" },
        { Condition: { StringEquals: { "aws:SourceOrgID": "o-a1b2c3d4e5" } } },
      ),
      /\(o-a1b2c3d4e5\)/,
    ],
    ["all but some", allowing(undefined, { NotPrincipal: { AWS: account } }), /all but some/],
    ["nobody can say", "{", /cannot be read/],
    ["nobody can say either", JSON.stringify({ Statement: [{}] }), /cannot be read/],
  ])("lets in others: %s", (_, policy, who) => expect(sharedBy(policy, account)).toMatch(who));
});
