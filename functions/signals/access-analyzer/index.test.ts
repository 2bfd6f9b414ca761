import { describe, expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import accessAnalyzer from "./index.ts";

test.each([
  [
    "access-analyzer/public-bucket",
    "critical",
    "amzn-s3-demo-bucket1 is open to everybody",
    "access/arn:aws:s3:::amzn-s3-demo-bucket1/b5b04ccc353efaa7",
    "no",
  ],
  [
    "access-analyzer/resolved",
    "info",
    "Access Analyzer: the finding about amzn-s3-demo-bucket1 is resolved",
    "access/arn:aws:s3:::amzn-s3-demo-bucket1/b5b04ccc353efaa7",
    "quietly",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(accessAnalyzer, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(accessAnalyzer, "access-analyzer/public-bucket")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/access-analyzer/home?region=us-west-2#/findings/details/084fe2b1-e4cd-11ee-83ba-111122223333?analyzer=arn%3Aaws%3Aaccess-analyzer%3Aus-west-2%3A123456789012%3Aanalyzer%2Faccount",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(accessAnalyzer, "access-analyzer/public-bucket", {
      config: { ignore: ["arn:aws:s3:::*"] },
    }),
  ).toBeUndefined());

test("access of one other is a warning, unused access is told only where the settings say so", () => {
  expect(
    tell(accessAnalyzer, "access-analyzer/public-bucket", {
      change: { isPublic: false, principal: { AWS: "999999999999" } },
    }),
  ).toMatchObject({
    severity: "warning",
    title: "amzn-s3-demo-bucket1 is open to others: 999999999999",
  });
  const unused = {
    detailType: "Unused Access Finding for IAM entities",
    change: { isPublic: undefined, resource: "arn:aws:iam::123456789012:role/old" },
  };
  expect(tell(accessAnalyzer, "access-analyzer/public-bucket", unused)).toBeUndefined();
  expect(
    tell(accessAnalyzer, "access-analyzer/public-bucket", {
      ...unused,
      config: { atLeast: "info" },
    })?.title,
  ).toBe("role/old has access that it does not use");
});

test("a finding that is an error is not told as an access", () => {
  const change = { isPublic: undefined, error: "ACCESS_DENIED" };
  expect(tell(accessAnalyzer, "access-analyzer/public-bucket", { change })).toMatchObject({
    severity: "warning",
    title:
      "Access Analyzer could not analyse amzn-s3-demo-bucket1: ACCESS_DENIED; whether it is open is not known",
  });
});

test("an end ends whatever it is about, however little the settings want to hear", () =>
  expect(
    tell(accessAnalyzer, "access-analyzer/resolved", {
      change: { isPublic: false },
      config: { atLeast: "critical" },
    }),
  ).toMatchObject({ closes: true, quiet: true }));

describe("that a finding is over", () => {
  const ask = (finding: object | undefined, change = {}) =>
    over(
      accessAnalyzer,
      "access-analyzer/resolved",
      { "access-analyzer:GetFindingV2": finding },
      { change },
    );
  test("Access Analyzer says of that finding", async () => {
    expect(await ask({ status: "RESOLVED" })).toEqual({
      over: true,
      asked: [
        {
          operation: "access-analyzer:GetFindingV2",
          kind: "read",
          input: {
            analyzerArn: "arn:aws:access-analyzer:us-west-2:123456789012:analyzer/account",
            id: "084fe2b1-e4cd-11ee-83ba-111122223333",
            maxResults: 1,
          },
        },
      ],
    });
    expect((await ask({ status: "ARCHIVED" })).over).toBe(true);
    expect((await ask({ status: "ACTIVE" })).over).toBe(false);
  });
  test("is not said by its being gone, unless the event says that it was deleted", async () => {
    await expect(ask(undefined)).rejects.toThrow("no such finding any more");
    expect((await ask(undefined, { isDeleted: true })).over).toBe(true);
  });
});

test("what two analyzers find of one resource is one matter; another principal or action is another", () => {
  const keyOf = (change: object) =>
    tell(accessAnalyzer, "access-analyzer/public-bucket", { change })?.key;
  expect(keyOf({ id: "of the organization" })).toBe(keyOf({ id: "of the account" }));
  expect(keyOf({ principal: { AWS: "111122223333" } })).not.toBe(keyOf({}));
  expect(keyOf({ action: ["s3:PutObject"] })).not.toBe(keyOf({}));
  expect(keyOf({ condition: { "aws:SourceVpc": "vpc-1" } })).not.toBe(keyOf({}));
  expect(keyOf({ principal: undefined })).toContain("084fe2b1-e4cd-11ee-83ba-111122223333");
});
