/** Two deployments in one account, as their templates: nothing of one is anything of the other's. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { expect, test } from "vitest";
import { NightshiftStacks } from "../lib/nightshift.ts";
import { days } from "../sdk/time.ts";
import type { Deployment } from "../settings/deployment.ts";
import { emptyBundles, manifest } from "./setup/manifest.ts";

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

const dist = emptyBundles();
const outdir = mkdtempSync(join(tmpdir(), "nightshift-two-"));
const app = new App({ outdir, builtinCloudFormationValidation: false });
const add = (id: string, given: Partial<Deployment>) => {
  const deployment = { ...manifest.settings.deployment, ...given };
  const settings = { ...manifest.settings, deployment };
  return new NightshiftStacks(app, id, { manifest: { ...manifest, settings }, dist });
};
const keyOf = (region: string) => `arn:aws:kms:${region}:123456789012:key/1234abcd`;
add("Prod", {});
add("Dev", {
  prefix: "night-dev",
  tags: { team: "platform" },
  permissionsBoundary: "boundary",
  logRetention: days(14),
  kmsKeys: { "eu-central-1": keyOf("eu-central-1"), "us-east-1": keyOf("us-east-1") },
});
const { stacks } = app.synth();
const of = (prefix: string) =>
  stacks.filter(({ stackName }) => stackName === prefix || stackName.startsWith(`${prefix}-`));
const resources = (prefix: string): Resource[] =>
  of(prefix).flatMap(({ template }) =>
    Object.values(template.Resources as Record<string, Resource>),
  );
const named = (prefix: string): string[] =>
  resources(prefix).flatMap(({ Type, Properties = {} }) =>
    ["FunctionName", "RoleName", "QueueName", "TableName", "TopicName", "AlarmName", "AliasName"]
      .filter((field) => typeof Properties[field] === "string")
      .filter((field) => Type !== "AWS::Lambda::EventInvokeConfig" || field !== "FunctionName")
      .map((field) => `${Type} ${Properties[field]}`),
  );

test("no name of one is a name of the other", () => {
  const [prod, dev] = [named("nightshift"), named("night-dev")];
  expect(prod.length).toBeGreaterThan(20);
  expect(dev.filter((name) => prod.includes(name))).toEqual([]);
});

test("no text of the one names a resource of the other", () => {
  const text = JSON.stringify(of("night-dev").map(({ template }) => template.Resources));
  expect(text.match(/[:/"]nightshift-[\w-]+/g) ?? []).toEqual([]);
  expect(text).not.toMatch(/(table|event-bus|parameter|schedule-group)\/nightshift\b/);
});

test("each stack says whose it is", () => {
  for (const prefix of ["nightshift", "night-dev"])
    for (const { tags, template } of of(prefix)) {
      expect(tags).toMatchObject({ "nightshift:deployment": prefix });
      expect(template.Metadata.nightshift.deployment).toBe(prefix);
      expect(template.Outputs.Deployment.Value).toBe(prefix);
    }
});

test("tags are on everything that takes tags in either form", () => {
  const tables = resources("night-dev").filter(({ Type }) => Type === "AWS::Lambda::Function");
  expect(tables.length).toBeGreaterThan(5);
  for (const { Properties } of tables)
    expect(Properties?.Tags).toContainEqual({ Key: "team", Value: "platform" });
  for (const { tags } of of("night-dev")) expect(tags).toMatchObject({ team: "platform" });
});

test("every role has the boundary, those of undo and of schedules too; without one none has", () => {
  const roles = (prefix: string) =>
    resources(prefix).filter(({ Type }) => Type === "AWS::IAM::Role");
  expect(roles("night-dev").length).toBeGreaterThan(10);
  for (const { Properties } of roles("night-dev"))
    expect(JSON.stringify(Properties?.PermissionsBoundary)).toContain(":policy/boundary");
  for (const { Properties } of roles("nightshift"))
    expect(Properties?.PermissionsBoundary).toBeUndefined();
});

test("the team's key encrypts table, topic, queues and logs, and no other is made", () => {
  const text = (type: string) =>
    resources("night-dev")
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => JSON.stringify(Properties));
  expect(text("AWS::KMS::Key")).toEqual([]);
  for (const type of [
    "AWS::DynamoDB::GlobalTable",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Logs::LogGroup",
  ]) {
    expect(text(type).length).toBeGreaterThan(0);
    for (const one of text(type)) expect(one).toContain("key/1234abcd");
  }
});

test("logs are kept as long as the settings say", () => {
  const kept = (prefix: string) =>
    new Set(
      resources(prefix)
        .filter(({ Type }) => Type === "AWS::Logs::LogGroup")
        .map(({ Properties }) => Properties?.RetentionInDays),
    );
  expect(kept("night-dev")).toEqual(new Set([14]));
  expect(kept("nightshift")).toEqual(new Set([90]));
});
