import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
import accessAnalyzer from "./index.ts";

test.each([
  [
    "access-analyzer/public-bucket",
    "critical",
    "amzn-s3-demo-bucket1 is open to everybody",
    "accessanalyzer/us-west-2/084fe2b1-e4cd-11ee-83ba-111122223333",
    "no",
  ],
  [
    "access-analyzer/resolved",
    "info",
    "Access Analyzer: the finding about amzn-s3-demo-bucket1 is resolved",
    "accessanalyzer/us-west-2/084fe2b1-e4cd-11ee-83ba-111122223333",
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
