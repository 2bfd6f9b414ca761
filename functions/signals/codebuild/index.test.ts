import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
import codebuild from "./index.ts";

test.each([
  [
    "codebuild/failed",
    "warning",
    "A build of my-sample-project has failed in build",
    "arn:aws:codebuild:us-west-2:123456789012:project/my-sample-project",
    "no",
  ],
  [
    "codebuild/succeeded",
    "info",
    "A build of my-sample-project has succeeded",
    "arn:aws:codebuild:us-west-2:123456789012:project/my-sample-project",
    "quietly",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(codebuild, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(codebuild, "codebuild/failed")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/my-sample-project/build/my-sample-project%3A8745a7a9-c340-456a-9166-edf953571bEX?region=us-west-2",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(codebuild, "codebuild/failed", { config: { ignore: ["my-sample-project"] } }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(tell(codebuild, "codebuild/failed", { config: { critical: ["my-*"] } })?.severity).toBe(
    "critical",
  ));
