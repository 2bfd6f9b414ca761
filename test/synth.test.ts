/** The stacks as they are synthesised from a manifest: what AWS would be given. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { App, Validations } from "aws-cdk-lib";
import type { CloudFormationStackArtifact } from "aws-cdk-lib/cx-api";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import { forwarded } from "../lib/forwarding.ts";
import { undoPolicy, unitPolicy } from "../lib/iam/policy.ts";
import { sharedPolicy } from "../lib/iam/shared-policy.ts";
import { NightshiftStacks } from "../lib/nightshift.ts";
import { matchesPattern, type Pattern } from "../sdk/pattern.ts";
import { shared } from "../settings/names.ts";
import { emptyBundles, manifest, units } from "./setup/manifest.ts";

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever CloudFormation takes
  readonly Properties: any;
}
const outdir = mkdtempSync(join(tmpdir(), "nightshift-synth-"));
const app = new App({ outdir });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
new NightshiftStacks(app, "Nightshift", { manifest, dist: emptyBundles() });
const { stacks } = app.synth();
const topics = manifest.settings.signalTopics;

const resources = (type: string, stack?: string): Resource[] =>
  stacks
    .filter(({ stackName }) => !stack || stackName === stack)
    .flatMap(({ template }) =>
      Object.values(template.Resources as Record<string, Resource>).filter(
        ({ Type }) => Type === type,
      ),
    );
/** Pseudo parameters by name, so that ARNs can be read. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one) => {
      if (one && typeof one === "object" && "Ref" in one) return `<${one.Ref}>`;
      if (one && typeof one === "object" && "Fn::Join" in one)
        return one["Fn::Join"][1]
          .map((part: unknown) =>
            typeof part === "string" ? part : `<${(part as { Ref?: string }).Ref}>`,
          )
          .join("");
      return one;
    }),
  );
const owner = { partition: "<AWS::Partition>", account: "<AWS::AccountId>" };

test("cdk-nag and CloudFormation's own validation find nothing that is not acknowledged with a reason", () => {
  const { pluginReports } = JSON.parse(
    readFileSync(join(outdir, "validation-report.json"), "utf8"),
  );
  expect(
    // biome-ignore lint/suspicious/noExplicitAny: CDK's own report
    pluginReports.flatMap(({ violations }: any) => violations.map((one: any) => one.ruleName)),
  ).toEqual([]);
});

test("there is a stack for home, for each family and for each other region", () => {
  expect(
    stacks.map(({ stackName, environment }) => `${stackName} ${environment.region}`).sort(),
  ).toEqual([
    "nightshift eu-central-1",
    "nightshift-backups eu-central-1",
    "nightshift-cost eu-central-1",
    "nightshift-forward-us-east-1 us-east-1",
    "nightshift-security eu-central-1",
  ]);
});

describe("roles", () => {
  const roles: Record<string, Resource["Properties"]> = Object.fromEntries(
    resources("AWS::IAM::Role").map(({ Properties }) => [Properties.RoleName, Properties]),
  );

  test("each is deployed with exactly the policy that is generated for it", () => {
    const acting = [units.closes, units.saves, units.watches, units.retired];
    const expected = {
      ...Object.fromEntries(
        [...acting, units.costs].map((unit) => [
          `nightshift-${unit.id}`,
          unitPolicy(unit, manifest.settings, owner),
        ]),
      ),
      ...Object.fromEntries(
        [units.closes, units.saves, units.retired].map((unit) => [
          `nightshift-undo-${unit.id}`,
          undoPolicy(unit, manifest.settings, owner),
        ]),
      ),
      ...Object.fromEntries(
        shared.map((name) => [`nightshift-${name}`, sharedPolicy(name, manifest, owner)]),
      ),
    };
    const { undefined: _, ...named } = roles;
    expect(
      Object.fromEntries(
        Object.entries(named).map(([name, { Policies }]) => [
          name,
          plain(Policies[0].PolicyDocument),
        ]),
      ),
    ).toEqual(expected);
  });

  test("an undo role trusts the undo function's role and nobody else", () => {
    for (const [name, { AssumeRolePolicyDocument }] of Object.entries(roles).filter(([name]) =>
      name.startsWith("nightshift-undo-"),
    ))
      expect(plain(AssumeRolePolicyDocument.Statement), name).toEqual([
        {
          Effect: "Allow",
          Principal: { AWS: "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/nightshift-undo" },
          Action: "sts:AssumeRole",
        },
      ]);
  });

  test("no policy is added by anything else", () => {
    expect([...resources("AWS::IAM::Policy"), ...resources("AWS::IAM::ManagedPolicy")]).toEqual([]);
  });
});

describe("nothing is dropped in silence", () => {
  const delivered = {
    DeadLetterConfig: { Arn: expect.anything() },
    RetryPolicy: {
      MaximumEventAgeInSeconds: expect.any(Number),
      MaximumRetryAttempts: expect.any(Number),
    },
  };

  test("every target of a rule has retries, an age and the failure queue", () => {
    const targets = resources("AWS::Events::Rule").flatMap(({ Properties }) => Properties.Targets);
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) expect(target).toMatchObject(delivered);
  });

  test("every schedule has retries, an age and the failure queue", () => {
    for (const { Properties } of resources("AWS::Scheduler::Schedule"))
      expect(Properties.Target).toMatchObject(delivered);
  });

  test("every function has them too, for what it is given asynchronously", () => {
    const functions = resources("AWS::Lambda::Function");
    const invocations = resources("AWS::Lambda::EventInvokeConfig");
    // An alias is configured apart from its function.
    const aliases = resources("AWS::Lambda::Alias");
    expect(aliases.length).toBeGreaterThan(0);
    expect(invocations).toHaveLength(functions.length + aliases.length);
    for (const { Properties } of invocations)
      expect(Properties).toMatchObject({
        MaximumEventAgeInSeconds: expect.any(Number),
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: expect.anything() } },
      });
  });

  test("the stream to tell is filtered, bisected, limited, and answers record by record", () => {
    expect(
      resources("AWS::Lambda::EventSourceMapping").map(({ Properties }) => Properties),
    ).toEqual([
      expect.objectContaining({
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRetryAttempts: 20,
        MaximumRecordAgeInSeconds: 21_600,
        DestinationConfig: { OnFailure: { Destination: expect.anything() } },
        FilterCriteria: {
          Filters: [
            {
              Pattern:
                '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"type":{"S":["message"]}}}}',
            },
          ],
        },
      }),
    ]);
  });

  test("our own alarms go straight to the topic, and a silent watchdog is an alarm", () => {
    const alarms: Record<string, Resource["Properties"]> = Object.fromEntries(
      resources("AWS::CloudWatch::Alarm", "nightshift").map(({ Properties }) => [
        Properties.AlarmName,
        Properties,
      ]),
    );
    expect(Object.keys(alarms).sort()).toEqual([
      "nightshift-failures-eu-central-1",
      "nightshift-tell-failing",
      "nightshift-tell-late",
      "nightshift-unfed",
      "nightshift-untold",
      "nightshift-watchdog-failing",
      "nightshift-watchdog-silent",
    ]);
    for (const alarm of Object.values(alarms))
      expect(plain(alarm.AlarmActions)).toEqual([expect.stringContaining("MessagesTopic")]);
    expect(alarms["nightshift-watchdog-silent"].TreatMissingData).toBe("breaching");
    // Whether a batch failed in part, only the function itself counts.
    const measured = JSON.stringify(alarms["nightshift-tell-failing"].Metrics);
    for (const metric of ["Errors", "failed", "FILL(errors, 0) + FILL(own, 0)"])
      expect(measured).toContain(metric);
  });

  test("an alarm of another region comes home as an event", () => {
    const alarm = {
      source: "aws.cloudwatch",
      "detail-type": "CloudWatch Alarm State Change",
      account: "<AWS::AccountId>",
      region: "us-east-1",
      detail: { alarmName: "nightshift-failures-us-east-1" },
    };
    const takers = (some: readonly CloudFormationStackArtifact[], stack: string) =>
      some
        .filter(({ stackName }) => stackName === stack)
        .flatMap(({ template }) => Object.values(template.Resources as Record<string, Resource>))
        .filter(
          ({ Type, Properties }) =>
            Type === "AWS::Events::Rule" &&
            matchesPattern(plain(Properties.EventPattern) as Pattern, alarm),
        );
    expect(takers(stacks, "nightshift-forward-us-east-1")).toHaveLength(1);
    expect(
      takers(stacks, "nightshift").map(({ Properties }) => plain(Properties.Targets[0].Arn)),
    ).toContainEqual(expect.stringContaining("MessagesTopic"));

    const quiet = new App({ builtinCloudFormationValidation: false });
    new NightshiftStacks(quiet, "Nightshift", {
      manifest: { ...manifest, units: [] },
      dist: emptyBundles(),
    });
    expect(takers(quiet.synth().stacks, "nightshift-forward-us-east-1")).toHaveLength(1);
  });
});

describe("who may start a function (rule: named-source)", () => {
  test("every permission names its source and our account", () => {
    const permissions = resources("AWS::Lambda::Permission").map(({ Properties }) => Properties);
    expect(permissions.length).toBeGreaterThan(4);
    for (const permission of permissions)
      expect(permission).toMatchObject({
        SourceArn: expect.anything(),
        SourceAccount: { Ref: "AWS::AccountId" },
      });
  });

  const starting = (principal: string) =>
    resources("AWS::Lambda::Permission")
      .map(({ Properties }) => plain(Properties) as Record<string, string>)
      .filter(({ Principal }) => Principal === principal);

  test("no topic starts signals but those that the settings name, each by its ARN", () => {
    expect(starting("sns.amazonaws.com").map(({ SourceArn }) => SourceArn)).toEqual(topics);
    const subscriptions = resources("AWS::SNS::Subscription")
      .map(({ Properties }) => plain(Properties) as Record<string, string>)
      .filter(({ Protocol }) => Protocol === "lambda");
    expect(subscriptions.map(({ TopicArn, Region }) => [TopicArn, Region])).toEqual([
      [topics[0], "eu-central-1"],
      [topics[1], "us-east-1"],
    ]);
    for (const { Endpoint } of subscriptions)
      expect(Endpoint).toMatch(/:function:nightshift-signals:aws$/);
  });

  test("AWS's services invoke signals through the alias that says so, and through nothing else", () => {
    const signals = resources("AWS::Events::Rule", "nightshift").filter(
      ({ Properties }) => Properties.Description === "Turns events from AWS into messages",
    );
    expect(signals.length).toBeGreaterThan(0);
    for (const { Properties } of signals)
      expect(plain(Properties.Targets[0].Arn)).toMatch(/^<ForAwsAlias/);
    const [alarms] = starting("lambda.alarms.cloudwatch.amazonaws.com");
    for (const { FunctionName } of [...starting("sns.amazonaws.com"), alarms ?? {}])
      expect(FunctionName).toMatch(/^<ForAwsAlias/);
    expect(resources("AWS::Lambda::Alias").map(({ Properties }) => Properties.Name)).toEqual([
      "aws",
    ]);
  });

  test("a flood of events takes so many invocations at once as are kept for signals, and no more", () => {
    const atOnce = (some: readonly CloudFormationStackArtifact[]) =>
      some
        .flatMap(({ template }) => Object.values(template.Resources as Record<string, Resource>))
        .find(({ Properties }) => Properties?.FunctionName === "nightshift-signals")?.Properties
        .ReservedConcurrentExecutions;
    expect(atOnce(stacks)).toBe(10);
    const none = new App({ builtinCloudFormationValidation: false });
    const { deployment } = manifest.settings;
    const settings = { ...manifest.settings, deployment: { ...deployment, signalsAtOnce: false } };
    new NightshiftStacks(none, "Nightshift", {
      manifest: { ...manifest, settings: settings as typeof manifest.settings },
      dist: emptyBundles(),
    });
    expect(atOnce(none.synth().stacks)).toBeUndefined();
  });

  test("decisions are taken only from who IAM knows", () => {
    expect(resources("AWS::Lambda::Url").map(({ Properties }) => Properties.AuthType)).toEqual([
      "AWS_IAM",
    ]);
  });

  test("a rule on the home bus takes events of this account and the configured regions alone", () => {
    const rules = resources("AWS::Events::Rule").filter(
      ({ Properties }) => Properties.EventBusName === "nightshift",
    );
    expect(rules.length).toBeGreaterThan(2);
    for (const { Properties } of rules)
      expect(plain(Properties.EventPattern)).toMatchObject({
        account: ["<AWS::AccountId>"],
        region: ["eu-central-1", "us-east-1"],
      });
  });

  test("a role for a service can be used for our account alone", () => {
    for (const { Properties } of resources("AWS::IAM::Role")) {
      const [{ Principal, Condition }] = Properties.AssumeRolePolicyDocument.Statement;
      if (Principal.Service)
        expect(Condition, Properties.RoleName).toMatchObject({
          StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
        });
      if (Principal.Service && Principal.Service !== "lambda.amazonaws.com")
        expect(Condition).toMatchObject({ ArnLike: { "aws:SourceArn": expect.anything() } });
    }
  });

  test("a function's role is for that function: where Lambda says for which, no other has it", () => {
    const roles = resources("AWS::IAM::Role").filter(
      ({ Properties }) =>
        Properties.AssumeRolePolicyDocument.Statement[0].Principal.Service ===
        "lambda.amazonaws.com",
    );
    expect(roles.length).toBe(resources("AWS::Lambda::Function").length);
    for (const { Properties } of roles) {
      const own = `arn:<AWS::Partition>:lambda:eu-central-1:<AWS::AccountId>:function:${Properties.RoleName}`;
      const [{ Condition }] = plain(Properties.AssumeRolePolicyDocument.Statement) as [
        { readonly Condition: { readonly ArnLikeIfExists: Record<string, string[]> } },
      ];
      const functions = Condition.ArnLikeIfExists["aws:SourceArn"]?.filter((arn) =>
        arn.includes(":function:"),
      );
      expect(functions).toEqual([own, `${own}:*`]);
    }
  });

  /** The statements of a policy that let services in, by the service. */
  const letIn = (type: string, field: "PolicyDocument" | "KeyPolicy") =>
    resources(type).flatMap(({ Properties }) =>
      (plain(Properties[field].Statement) as readonly Letting[]).filter(
        ({ Effect, Principal }) =>
          Effect === "Allow" && typeof Principal === "object" && "Service" in Principal,
      ),
    );
  interface Letting {
    readonly Effect: string;
    readonly Principal: "*" | { readonly Service?: string };
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }
  const ofUs = expect.stringMatching(/:<AWS::AccountId>:/);
  const services = [
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "costalerts.amazonaws.com",
    "events.amazonaws.com",
  ];
  const serviceOf = ({ Principal }: Letting) => Principal !== "*" && Principal.Service;

  test("the topic takes messages of four services, each for its own resources in our account", () => {
    const statements = letIn("AWS::SNS::TopicPolicy", "PolicyDocument");
    expect(statements.map(serviceOf).sort()).toEqual(services);
    for (const { Condition } of statements)
      expect(Condition).toEqual({
        StringEquals: { "aws:SourceAccount": "<AWS::AccountId>" },
        ArnLike: { "aws:SourceArn": expect.toSatisfy((arn) => ofUs.asymmetricMatch(String(arn))) },
      });
  });

  test("the topic's key is for our topic's messages, of our account where the service says so", () => {
    const statements = letIn("AWS::KMS::Key", "KeyPolicy");
    expect(statements.map(serviceOf).sort()).toEqual(services);
    const ofTopic = {
      "kms:EncryptionContext:aws:sns:topicArn":
        "arn:<AWS::Partition>:sns:eu-central-1:<AWS::AccountId>:nightshift",
    };
    for (const statement of statements)
      if (serviceOf(statement) === "events.amazonaws.com")
        expect(statement.Condition).toEqual({ StringEquals: ofTopic });
      else
        expect(statement.Condition).toEqual({
          StringEquals: { "aws:SourceAccount": "<AWS::AccountId>", ...ofTopic },
          ArnLike: {
            "aws:SourceArn": expect.toSatisfy((arn) => ofUs.asymmetricMatch(String(arn))),
          },
        });
  });
  test("the failure queue takes what our own topic and rules give up, of our account alone", () => {
    const statements = letIn("AWS::SQS::QueuePolicy", "PolicyDocument");
    expect(new Set(statements.map(serviceOf))).toEqual(
      new Set(["events.amazonaws.com", "sns.amazonaws.com"]),
    );
    for (const { Condition = {} } of statements) {
      expect(Condition.StringEquals).toEqual({ "aws:SourceAccount": "<AWS::AccountId>" });
      const sources = { ...Condition.ArnEquals, ...Condition.ArnLike }["aws:SourceArn"];
      // A topic that the settings name is written out; it lies in the account that they are for.
      for (const source of [sources].flat())
        expect(source).toMatch(/^arn:[^*]+:(<AWS::AccountId>|123456789012):/);
    }
  });
  test("nobody of another account, and not everybody, is let in by topic, key or queue", () => {
    const open = ["AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::KMS::Key"].flatMap(
      (type) =>
        resources(type).flatMap(({ Properties }) =>
          (
            plain((Properties.PolicyDocument ?? Properties.KeyPolicy).Statement) as Letting[]
          ).filter(
            ({ Effect, Principal }) =>
              Effect === "Allow" &&
              !/^(\{"Service":"[\w.]+"\}|\{"AWS":"arn:<AWS::Partition>:iam::<AWS::AccountId>:root"\})$/.test(
                JSON.stringify(Principal),
              ),
          ),
        ),
    );
    expect(open).toEqual([]);
  });
});

describe("schedules (rule: time-slots)", () => {
  const schedules = resources("AWS::Scheduler::Schedule").map(({ Properties }) => Properties);

  test("there is one for each unit and configured region, with the region and the slot in its input", () => {
    expect(schedules.map(({ Name }) => Name).sort()).toEqual(
      ["closes-ports", "saves-volumes", "watches-volumes"]
        .flatMap((id) => [`${id}-0-eu-central-1`, `${id}-0-us-east-1`])
        .concat("costs-0-eu-central-1", "watchdog")
        .sort(),
    );
    expect(
      JSON.parse(schedules.find(({ Name }) => Name === "saves-volumes-0-us-east-1")?.Target.Input),
    ).toEqual({
      kind: "slot",
      region: "us-east-1",
      schedule: "<aws.scheduler.schedule-arn>",
      slot: "<aws.scheduler.scheduled-time>",
      sweep: 0,
    });
  });

  test("the time zone and the window are the unit's", () => {
    expect(schedules.find(({ Name }) => Name === "costs-0-eu-central-1")).toMatchObject({
      ScheduleExpression: "cron(0 2 * * ? *)",
      ScheduleExpressionTimezone: "Europe/Berlin",
      FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 30 },
    });
  });
});

describe("what is forwarded home", () => {
  const happening = (source: string, detailType: string, detail: object = {}) => ({
    source,
    "detail-type": detailType,
    detail,
  });
  const call = (eventName: string, more: object = {}) =>
    happening("aws.ec2", "AWS API Call via CloudTrail", { eventName, ...more });
  // sdk/pattern.ts is without `$or`, which only these rules use.
  const taken = (pattern: Pattern, event: object): boolean => {
    const { detail, ...head } = pattern as { detail?: { $or?: Pattern[] } };
    return detail?.$or
      ? detail.$or.some((one) => matchesPattern({ ...(head as Pattern), detail: one }, event))
      : matchesPattern(pattern, event);
  };
  const given: Pattern[] = [
    {
      source: ["aws.ec2"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: { eventName: ["CreateVolume"], errorCode: [{ exists: false }] },
    },
    {
      source: ["aws.ec2"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: { eventName: ["CreateVolume", "ModifySecurityGroupRules"] },
    },
    { source: ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"] },
    {
      source: ["aws.cloudwatch"],
      "detail-type": ["CloudWatch Alarm State Change"],
      detail: { state: { value: ["ALARM"] } },
    },
    { source: ["aws.health"] },
    { source: ["aws.health", "aws.backup"], "detail-type": ["AWS Health Event"] },
    { source: ["aws.rds"], "detail-type": ["RDS DB Instance Event"] },
    { source: ["aws.ecs"], "detail-type": ["ECS Task State Change"] },
    {
      source: ["aws.rds"],
      "detail-type": ["ECS Task State Change"],
      detail: { lastStatus: ["STOPPED"] },
    },
  ];

  test.each([
    ["what two units ask for", call("CreateVolume"), 1],
    ["a failed call that one of them asks for", call("CreateVolume", { errorCode: "x" }), 1],
    ["what nobody asks for", call("DeleteVolume"), 0],
    [
      "an alarm",
      happening("aws.cloudwatch", "CloudWatch Alarm State Change", { state: { value: "ALARM" } }),
      1,
    ],
    [
      "anything of a source that is asked for as a whole",
      happening("aws.health", "AWS Health Event"),
      1,
    ],
    [
      "a type of a source that is asked for by type",
      happening("aws.backup", "AWS Health Event"),
      1,
    ],
    ["another type of it", happening("aws.backup", "Backup Job State Change"), 0],
    [
      "one of several sources that are asked for by type alone",
      happening("aws.rds", "RDS DB Instance Event"),
      1,
    ],
    ["another of them", happening("aws.ecs", "ECS Task State Change"), 1],
    [
      "a type of the one that is asked of the other by detail",
      happening("aws.rds", "ECS Task State Change", { lastStatus: "STOPPED" }),
      1,
    ],
    [
      "the same with another detail",
      happening("aws.rds", "ECS Task State Change", { lastStatus: "RUNNING" }),
      0,
    ],
  ])("%s is forwarded as often as it should be", (_, event, times) => {
    expect(forwarded(given).filter((pattern) => taken(pattern, event))).toHaveLength(times);
  });
});

test("the ledger keeps what it is told: recoverable, protected, kept when the stack goes", () => {
  const [table] = stacks
    .flatMap(({ template }) =>
      Object.values(template.Resources as Record<string, Resource & { DeletionPolicy?: string }>),
    )
    .filter(({ Type }) => Type === "AWS::DynamoDB::GlobalTable");
  expect(table?.DeletionPolicy).toBe("Retain");
  expect(table?.Properties).toMatchObject({
    TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
    Replicas: [
      {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    ],
  });
});

test("synthesis loads no SDK client", () => {
  const root = resolve(import.meta.dirname, "..");
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", join(root, "test/setup/refuse-clients.mjs"), "bin/app.ts"],
    {
      cwd: root,
      encoding: "utf8",
      env: {
        ...process.env,
        CDK_OUTDIR: mkdtempSync(join(tmpdir(), "nightshift-app-")),
        CDK_CONTEXT_JSON: JSON.stringify({ out: emptyBundles() }),
      },
    },
  );
  expect(stderr).not.toContain("SDK client is loaded");
  expect(status, stderr).toBe(0);
});
