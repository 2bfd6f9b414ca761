import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import codepipeline from "./index.ts";

test.each([
  [
    "codepipeline/failed",
    "warning",
    "The pipeline deploy-shop has failed",
    "arn:aws:codepipeline:us-east-1:123456789012:deploy-shop",
    "no",
  ],
  [
    "codepipeline/succeeded",
    "info",
    "The pipeline deploy-shop has succeeded",
    "arn:aws:codepipeline:us-east-1:123456789012:deploy-shop",
    "quietly",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(codepipeline, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(codepipeline, "codepipeline/failed")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/deploy-shop/executions/12345678-1234-5678-abcd-12345678abcd/timeline?region=us-east-1",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(codepipeline, "codepipeline/failed", { config: { ignore: ["deploy-*"] } }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(
    tell(codepipeline, "codepipeline/failed", { config: { critical: ["deploy-shop"] } })?.severity,
  ).toBe("critical"));

test("it is over when the last execution that ended has succeeded", async () => {
  const ask = (...statuses: string[]) =>
    over(codepipeline, "codepipeline/succeeded", {
      "codepipeline:ListPipelineExecutions": {
        pipelineExecutionSummaries: statuses.map((status) => ({ status })),
      },
    });
  expect(await ask("InProgress", "Succeeded", "Failed")).toEqual({
    over: true,
    asked: [
      {
        operation: "codepipeline:ListPipelineExecutions",
        kind: "read",
        input: { pipelineName: "deploy-shop", maxResults: 20 },
      },
    ],
  });
  expect((await ask("Failed", "Succeeded")).over).toBe(false);
  expect((await ask("InProgress")).over).toBe(false);
});

test("a rollback that succeeds is no execution that does: what failed is not deployed", async () => {
  const answer = (executionType: string) => ({
    "codepipeline:ListPipelineExecutions": {
      pipelineExecutionSummaries: [{ status: "Succeeded", executionType }, { status: "Failed" }],
    },
  });
  const ask = async (type: string) =>
    (await over(codepipeline, "codepipeline/succeeded", answer(type))).over;
  expect([await ask("ROLLBACK"), await ask("STANDARD")]).toEqual([false, true]);
});
