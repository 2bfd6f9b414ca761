/** The stacks of a deployment with on-call and every kind of channel. */

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import { window as signatureWindow } from "../channels/slack/signature.ts";
import { sharedPolicy } from "../lib/iam/shared-policy.ts";
import { NightshiftStacks } from "../lib/nightshift.ts";
import onCall from "../oncall/feature.ts";
import { milliseconds } from "../sdk/time.ts";
import { addedNames, fullManifest } from "./setup/full-manifest.ts";
import { emptyBundles } from "./setup/manifest.ts";

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever CloudFormation takes
  readonly Properties: any;
}
const outdir = mkdtempSync(join(tmpdir(), "nightshift-synth-"));
const app = new App({ outdir });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
new NightshiftStacks(app, "Nightshift", { manifest: fullManifest, dist: emptyBundles() });
const template = app.synth().getStackByName("nightshift").template as {
  readonly Metadata: object;
  readonly Resources: Readonly<Record<string, Resource>>;
};
const resources = (type: string): Resource["Properties"][] =>
  Object.values(template.Resources).flatMap(({ Type, Properties }) =>
    Type === type ? [Properties] : [],
  );
const functionNamed = (name: string) =>
  resources("AWS::Lambda::Function").find(
    ({ FunctionName }) => FunctionName === `nightshift-${name}`,
  );

test("cdk-nag and CloudFormation's own validation find nothing that is not acknowledged with a reason", () => {
  const { pluginReports } = JSON.parse(
    readFileSync(join(outdir, "validation-report.json"), "utf8"),
  );
  expect(
    // biome-ignore lint/suspicious/noExplicitAny: CDK's own report
    pluginReports.flatMap(({ violations }: any) => violations.map((one: any) => one.ruleName)),
  ).toEqual([]);
});

test("the home stack keeps the rotations, as the next deployment reads them, without reasons", () => {
  const { settings } = fullManifest;
  const { oncall } = JSON.parse(JSON.stringify(template.Metadata)).nightshift.kept;
  const at = new Date("2026-11-21T02:00:00Z");
  expect(Object.keys(oncall.rotations)).toEqual(Object.keys(settings.onCall?.rotations ?? {}));
  expect(onCall.kept?.moves(oncall, settings, at)).toEqual([]);
  const gone = onCall.kept?.moves(oncall, { ...settings, onCall: undefined }, at);
  expect(gone?.length).toBe(Object.keys(oncall.rotations).length);
  expect(JSON.stringify(oncall)).not.toContain("reason");
});

test("there is a function for incidents, one that delivers and two for Slack, each with exactly the policy that is generated for it", () => {
  const owner = { partition: "<AWS::Partition>", account: "<AWS::AccountId>" };
  const plain = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value).replace(/\{"Ref":"(AWS::\w+)"\}/g, '"<$1>"'),
      (_, one) => one?.["Fn::Join"]?.[1].join("") ?? one,
    );
  for (const name of addedNames) {
    expect(functionNamed(name), name).toBeDefined();
    const role = resources("AWS::IAM::Role").find(
      ({ RoleName }) => RoleName === `nightshift-${name}`,
    );
    expect(plain(role.Policies[0].PolicyDocument), name).toEqual(
      sharedPolicy(name, fullManifest, owner),
    );
  }
});

test("each channel has a queue of its own, from which letters that nobody takes go to the failure queue", () => {
  const queues = resources("AWS::SQS::Queue").filter(({ QueueName }) =>
    QueueName.startsWith("nightshift-channel-"),
  );
  expect(queues.map(({ QueueName }) => QueueName).sort()).toEqual(
    ["hook", "mail", "own", "pager", "payments", "team"].map(
      (name) => `nightshift-channel-${name}`,
    ),
  );
  for (const { RedrivePolicy, SqsManagedSseEnabled } of queues)
    expect([Boolean(RedrivePolicy.deadLetterTargetArn), SqsManagedSseEnabled]).toEqual([
      true,
      true,
    ]);
  const mappings = resources("AWS::Lambda::EventSourceMapping").filter(
    ({ ScalingConfig }) => ScalingConfig,
  );
  expect(mappings).toHaveLength(6);
  for (const mapping of mappings)
    expect(mapping).toMatchObject({
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
});

test("what waits too long in a channel's queue, and what does not become an incident, is an alarm straight to the topic", () => {
  const alarms = resources("AWS::CloudWatch::Alarm");
  const late = alarms.filter(({ AlarmName }) => /-channel-.+-late$/.test(AlarmName));
  expect(late.map(({ AlarmName }) => AlarmName).sort()).toEqual(
    Object.keys(fullManifest.settings.channels)
      .map((channel) => `nightshift-channel-${channel}-late`)
      .sort(),
  );
  for (const { MetricName, Threshold } of late)
    expect([MetricName, Threshold]).toEqual(["ApproximateAgeOfOldestMessage", 900]);
  const behind = alarms.find(({ AlarmName }) => AlarmName === "nightshift-tell-late");
  expect([behind.MetricName, behind.Threshold]).toEqual(["IteratorAge", 600_000]);
  const incidents = alarms.find(({ AlarmName }) => AlarmName === "nightshift-incidents-failing");
  expect(JSON.stringify(incidents.Metrics)).toContain("untaken");
  for (const { AlarmName, AlarmActions } of alarms)
    expect(JSON.stringify(AlarmActions), AlarmName).toContain("MessagesTopic");
});

test("Slack's endpoint is the only one without IAM, and cannot take the account's concurrency (rule: slack-endpoint)", () => {
  const urls = resources("AWS::Lambda::Url");
  expect(urls.map(({ AuthType }) => AuthType).sort()).toEqual(["AWS_IAM", "NONE"]);
  expect(functionNamed("slack").ReservedConcurrentExecutions).toBe(5);
  const open = resources("AWS::Lambda::Permission").filter(({ Principal }) => Principal === "*");
  expect(open.map(({ Action }) => Action).sort()).toEqual([
    "lambda:InvokeFunction",
    "lambda:InvokeFunctionUrl",
  ]);
  // Anybody, but through the address alone: a direct invocation is not anybody's.
  expect(
    open.map(({ FunctionUrlAuthType, InvokedViaFunctionUrl }) =>
      Boolean(FunctionUrlAuthType === "NONE" || InvokedViaFunctionUrl),
    ),
  ).toEqual([true, true]);
});

test("what Slack signed is carried out before its signature is too old, or not at all", () => {
  const { FunctionName } = functionNamed("slack-work");
  const invoked = resources("AWS::Lambda::EventInvokeConfig").find(
    ({ FunctionName: named }) =>
      template.Resources[named.Ref as string]?.Properties.FunctionName === FunctionName,
  );
  const most = milliseconds(signatureWindow) / 1000;
  expect(invoked.MaximumEventAgeInSeconds).toBeLessThan(most);
  // Lambda tries again after one minute, and after two more.
  expect(invoked.MaximumEventAgeInSeconds).toBeGreaterThan(180);
});

test("a timer may wake incidents and nothing else, and only the scheduler may be one", () => {
  const role = resources("AWS::IAM::Role").find(({ RoleName }) => RoleName === "nightshift-timer");
  expect(role.AssumeRolePolicyDocument.Statement[0]).toMatchObject({
    Principal: { Service: "scheduler.amazonaws.com" },
    Condition: { StringEquals: expect.anything() },
  });
  expect(
    role.Policies[0].PolicyDocument.Statement.map(({ Action }: { Action: string[] }) => Action),
  ).toEqual([["lambda:InvokeFunction"], ["sqs:SendMessage"]]);
});

test("the digest has its schedule, in the settings' zone", () => {
  expect(resources("AWS::Scheduler::Schedule").find(({ Name }) => Name === "digest")).toMatchObject(
    {
      ScheduleExpression: "cron(30 8 * * ? *)",
      ScheduleExpressionTimezone: "Europe/Berlin",
    },
  );
});

describe("rights", () => {
  const text = (name: string) =>
    JSON.stringify(sharedPolicy(name, fullManifest, { partition: "aws", account: "123456789012" }));
  test("each secret is read by those alone that use it", () => {
    const reading = (secret: string) => addedNames.filter((name) => text(name).includes(secret));
    expect(reading("secret:nightshift/slack-??????").sort()).toEqual([
      "deliver",
      "slack",
      "slack-work",
    ]);
    for (const other of [
      "parameter/nightshift/pagerduty",
      "parameter/nightshift/hook",
      "parameter/nightshift/payments",
      "secret:nightshift/own-??????",
    ])
      expect(reading(other), other).toEqual(["deliver"]);
  });
  test("Slack's endpoint itself changes nothing but its own notes", () => {
    expect(text("slack")).not.toMatch(/decision#|exempt#|sns:Publish/);
  });
  test("Slack's endpoint writes neither what was carried out nor an order that others believe", () => {
    expect(text("slack")).not.toMatch(/"slack#\*"|slack#order|slack#claim|UpdateItem|DeleteItem/);
  });
});
