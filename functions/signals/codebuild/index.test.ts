import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import codebuild from "./index.ts";

test.each([
  [
    "codebuild/failed",
    "warning",
    "A build of my-sample-project has failed in build",
    "arn:aws:codebuild:us-west-2:123456789012:project/my-sample-project/main",
    "no",
  ],
  [
    "codebuild/succeeded",
    "info",
    "A build of my-sample-project has succeeded",
    "arn:aws:codebuild:us-west-2:123456789012:project/my-sample-project/main",
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

test("a project builds again when CodeBuild says so of that build", async () => {
  const ask = (answer: object) =>
    over(codebuild, "codebuild/succeeded", { "codebuild:BatchGetBuilds": answer });
  expect(await ask({ builds: [{ buildStatus: "SUCCEEDED" }] })).toEqual({
    over: true,
    asked: [
      {
        operation: "codebuild:BatchGetBuilds",
        kind: "read",
        input: { ids: ["my-sample-project:8745a7a9-c340-456a-9166-edf953571bEX"] },
      },
    ],
  });
  expect((await ask({ builds: [{ buildStatus: "IN_PROGRESS" }] })).over).toBe(false);
  expect((await ask({})).over).toBe(false);
});

test.each([
  ["main", "main", true],
  ["refs/heads/main", "main", true],
  ["refs/heads/main^{3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a}", "main", true],
  ["feature/one", "main", false],
  ["pr/12", "pr/13", false],
  ["pr/12", "main", false],
  ["refs/tags/v1", "refs/tags/v2", true],
  ["refs/tags/v1", "main", false],
  ["3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a", "0f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a", true],
  ["arn:aws:s3:::bucket/a.zip", undefined, true],
  ["", undefined, true],
])("a build of %j and one of %j are one matter: %s", (one, other, same) => {
  const keyOf = (version: string | undefined) =>
    tell(codebuild, "codebuild/failed", {
      change: { "additional-information": { "source-version": version, phases: [] } },
    })?.key;
  expect(keyOf(one) === keyOf(other)).toBe(same);
});
