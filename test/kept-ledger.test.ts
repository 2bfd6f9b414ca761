/** What a ledger needs so that it outlives its stack, and that the next stack can take it over. */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { expect, test } from "vitest";
import { NightshiftStacks } from "../lib/nightshift.ts";
import { emptyBundles, manifest } from "./setup/manifest.ts";

const outdir = mkdtempSync(join(tmpdir(), "nightshift-kept-"));
const app = new App({ outdir, builtinCloudFormationValidation: false });
new NightshiftStacks(app, "Nightshift", { manifest, dist: emptyBundles() });
const { stacks } = app.synth();
const resources = stacks.flatMap(({ template }) =>
  Object.values(
    template.Resources as Record<
      string,
      { Type: string; DeletionPolicy?: string; Properties: Record<string, unknown> }
    >,
  ),
);

test("its table stays when the stack goes, and has a name and the tag by which it is known again", () => {
  const tables = resources.filter(({ Type }) => Type === "AWS::DynamoDB::GlobalTable");
  expect(tables).toMatchObject([
    {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        TableName: "nightshift",
        Replicas: [
          {
            DeletionProtectionEnabled: true,
            Tags: expect.arrayContaining([{ Key: "nightshift:deployment", Value: "nightshift" }]),
          },
        ],
      },
    },
  ]);
});

test("nothing else stays: what stayed under its name would keep the next deployment from making it", () => {
  const kept = resources.filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith("Retain"));
  expect(kept.map(({ Type }) => Type)).toEqual(["AWS::DynamoDB::GlobalTable"]);
});

test("the pinned CDK knows the options that deploy gives it", () => {
  const script = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");
  const { stdout } = spawnSync(process.execPath, [script, "deploy", "--help"], {
    encoding: "utf8",
  });
  const options = ["--all", "--exclusively", "--import-existing-resources", "--require-approval"];
  expect(options.filter((option) => !stdout.includes(option))).toEqual([]);
});
