import { expect, test } from "vitest";
import { consolePage, globalRegion } from "./console-link.ts";

test.each([
  ["eu-west-1", "https://eu-west-1.console.aws.amazon.com/"],
  ["cn-north-1", "https://cn-north-1.console.amazonaws.cn/"],
  ["us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"],
])("%s has its pages at %s", (region, host) => expect(consolePage(region)``).toBe(host));

test("services without regions have theirs in one region of each partition", () =>
  expect(["eu-west-1", "cn-northwest-1", "us-gov-east-1"].map(globalRegion)).toEqual([
    "us-east-1",
    "cn-north-1",
    "us-gov-west-1",
  ]));

test.each([
  "a/../../b",
  "x?redirect=https://evil.example",
  "#/other",
  "a b&c=d",
  "\ud800",
  "\u202eevil",
  "@evil.example/",
  "\n",
])("%j in a name stays a name", (name) => {
  const url = new URL(consolePage("eu-west-1")`ec2/home?region=${"eu-west-1"}#Details:id=${name}`);
  expect([url.origin, url.pathname, url.searchParams.get("region")]).toEqual([
    "https://eu-west-1.console.aws.amazon.com",
    "/ec2/home",
    "eu-west-1",
  ]);
  expect(decodeURIComponent(url.hash)).toBe(`#Details:id=${name.toWellFormed()}`);
  expect(url.hash.slice(12)).toMatch(/^[\w%.!~*'()=-]*$/);
});

test("a region cannot lead to another host", () =>
  expect(new URL(consolePage("evil.example/x?")`ec2`).hostname).toBe(
    "evilexamplex.console.aws.amazon.com",
  ));
