/**
 * The service control policy for an organisation, as docs/service-control-policy.json ships it
 * (rule: unauthenticated-tags).
 */
import { readFileSync } from "node:fs";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { describe, expect, test } from "vitest";
import {
  longestServiceControlPolicy,
  peopleIn,
  roleOnCall,
  serviceControlPolicy,
} from "../lib/iam/service-control-policy.ts";
import { defaultPrefix } from "../settings/names.ts";

/** Is the same, as test/generated.test.ts says. */
const shipped = readFileSync(`${import.meta.dirname}/../docs/service-control-policy.json`, "utf8");
const usual = serviceControlPolicy({
  deployment: { prefix: defaultPrefix },
  partition: "aws",
  people: [roleOnCall("aws")],
});
const account = "123456789012";
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const volume = `arn:aws:ec2:eu-central-1:${account}:volume/vol-1`;
const everything = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

type Context = Record<string, string | string[]>;

/** What comes of a request by somebody who may do everything in the account. */
async function ask(
  principal: string,
  action: string,
  resource: string,
  contextVariables: Context = {},
  policy: object = usual,
): Promise<string> {
  const answer = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: account },
        contextVariables: { "aws:PrincipalArn": principal, ...contextVariables },
      },
      identityPolicies: [{ name: "admin", policy: everything }],
      serviceControlPolicies: [
        {
          orgIdentifier: "root",
          policies: [
            { name: "full", policy: everything },
            { name: "nightshift", policy },
          ],
        },
      ],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult;
}
const tagging = (...keys: string[]) => ({ "aws:TagKeys": keys });

describe("tags of ours", () => {
  test.each(["nightshift:exempt", "nightshift:made-by"])(
    "%s is written and removed by those on call and by Nightshift alone",
    async (key) => {
      for (const action of ["ec2:CreateTags", "ec2:DeleteTags"]) {
        expect(await ask(role("Admin"), action, volume, tagging(key))).toBe("ExplicitlyDenied");
        expect(await ask(role("OnCall"), action, volume, tagging(key))).toBe("Allowed");
        expect(await ask(role("nightshift-idle-instances"), action, volume, tagging(key))).toBe(
          "Allowed",
        );
      }
    },
  );
  test("deployments may mark what they deploy as theirs", async () => {
    for (const name of ["cfn-exec-role", "deploy-role"]) {
      const deploying = role(`cdk-hnb659fds-${name}-123456789012-eu-central-1`);
      const marked = tagging("nightshift:deployment");
      expect(await ask(deploying, "ec2:CreateTags", volume, marked)).toBe("Allowed");
    }
    const marked = tagging("nightshift:deployment");
    expect(await ask(role("Admin"), "ec2:CreateTags", volume, marked)).toBe("ExplicitlyDenied");
  });
  test("one among others is denied too, and other tags are nobody's business", async () => {
    expect(
      await ask(role("Admin"), "ec2:CreateTags", volume, tagging("Name", "nightshift:exempt")),
    ).toBe("ExplicitlyDenied");
    expect(await ask(role("Admin"), "ec2:CreateTags", volume, tagging("Name"))).toBe("Allowed");
    expect(await ask(role("Admin"), "ec2:DeleteVolume", volume)).toBe("Allowed");
  });
});

test("our roles are changed by deployments alone, so that nobody borrows their name", async () => {
  const deployment = role("cdk-hnb659fds-cfn-exec-role-123456789012-eu-central-1");
  const changes = [
    "AttachRolePolicy",
    "CreateRole",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "UpdateAssumeRolePolicy",
    "UpdateRole",
  ].map((call) => `iam:${call}`);
  for (const action of changes) {
    expect(await ask(role("Admin"), action, role("nightshift-undo")), action).toBe(denied);
    expect(await ask(deployment, action, role("nightshift-undo")), action).toBe("Allowed");
    expect(await ask(role("Admin"), action, role("other")), action).toBe("Allowed");
  }
  // Whoever could make a role of the deployment's name would be let through everywhere.
  for (const action of ["iam:CreateRole", "iam:UpdateAssumeRolePolicy"])
    expect(await ask(role("Admin"), action, deployment), action).toBe(denied);
});

const denied = "ExplicitlyDenied";
const exec = role("cdk-hnb659fds-cfn-exec-role-123456789012-eu-central-1");
const arn = (service: string, resource: string) =>
  `arn:aws:${service}:eu-central-1:${account}:${resource}`;
const functionOf = (name: string) => arn("lambda", `function:nightshift-${name}`);
const table = arn("dynamodb", "table/nightshift");
const keys = (...leading: string[]): Context => ({ "dynamodb:LeadingKeys": leading });
const mapping = arn("lambda", "event-source-mapping:1234abcd-12ab-34cd-56ef-1234567890ab");
const toOurs: Context = { "lambda:FunctionArn": functionOf("tell") };

type Row = readonly [action: string, resource: string, context: Context];
const rows = (
  ...given: readonly (readonly [action: string, resource: string, context?: Context])[]
): Row[] => given.map(([action, resource, context = {}]) => [action, resource, context]);
/** What nobody does but a deployment and Nightshift itself. */
const changing = rows(
  ["lambda:UpdateFunctionCode", functionOf("undo")],
  ["lambda:UpdateFunctionCode", functionOf("undo:live")],
  ["lambda:UpdateFunctionConfiguration", functionOf("open-ingress")],
  ["lambda:CreateFunction", functionOf("another")],
  ["lambda:DeleteFunction", functionOf("tell")],
  ["lambda:PublishVersion", functionOf("tell")],
  ["lambda:CreateAlias", functionOf("tell")],
  ["lambda:UpdateAlias", functionOf("tell:live")],
  ["lambda:DeleteAlias", functionOf("tell:live")],
  ["lambda:AddPermission", functionOf("decide")],
  ["lambda:RemovePermission", functionOf("slack")],
  ["lambda:PutResourcePolicy", functionOf("slack")],
  ["lambda:CreateFunctionUrlConfig", functionOf("undo")],
  ["lambda:UpdateFunctionUrlConfig", functionOf("decide")],
  ["lambda:DeleteFunctionUrlConfig", functionOf("decide")],
  ["lambda:PutFunctionConcurrency", functionOf("tell")],
  ["lambda:DeleteFunctionConcurrency", functionOf("slack")],
  ["lambda:PutFunctionEventInvokeConfig", functionOf("slack-work")],
  ["lambda:UpdateFunctionEventInvokeConfig", functionOf("slack-work")],
  ["lambda:DeleteFunctionEventInvokeConfig", functionOf("slack-work")],
  ["lambda:PutRuntimeManagementConfig", functionOf("undo")],
  ["lambda:PutFunctionCodeSigningConfig", functionOf("undo")],
  ["lambda:DeleteFunctionCodeSigningConfig", functionOf("undo")],
  ["lambda:PutFunctionRecursionConfig", functionOf("undo")],
  ["lambda:CreateEventSourceMapping", "*", toOurs],
  ["lambda:UpdateEventSourceMapping", mapping, toOurs],
  ["lambda:DeleteEventSourceMapping", mapping, toOurs],
  [
    "iam:PassRole",
    role("nightshift-open-ingress"),
    { "iam:PassedToService": "lambda.amazonaws.com" },
  ],
  ["events:PutTargets", arn("events", "rule/other"), { "events:TargetArn": [functionOf("undo")] }],
  [
    "events:PutTargets",
    arn("events", "rule/other"),
    { "events:TargetArn": [arn("sqs", "queue"), functionOf("open-ingress")] },
  ],
  [
    "events:PutTargets",
    arn("events", "rule/nightshift-Forward1"),
    { "events:TargetArn": [mapping] },
  ],
  ["events:RemoveTargets", arn("events", "rule/nightshift/signal")],
  ["events:PutRule", arn("events", "rule/nightshift/mine")],
  ["events:DisableRule", arn("events", "rule/nightshift-Forward1")],
  ["events:DeleteRule", arn("events", "rule/nightshift/signal")],
  ["events:DeleteEventBus", arn("events", "event-bus/nightshift")],
  ["scheduler:CreateSchedule", arn("scheduler", "schedule/nightshift/mine")],
  ["scheduler:UpdateSchedule", arn("scheduler", "schedule/nightshift/watchdog")],
  ["scheduler:DeleteSchedule", arn("scheduler", "schedule/nightshift/watchdog")],
  ["scheduler:DeleteScheduleGroup", arn("scheduler", "schedule-group/nightshift")],
  ...["AddPermission", "DeleteTopic", "Publish", "RemovePermission", "SetTopicAttributes"].map(
    (call) => [`sns:${call}`, arn("sns", "nightshift")] as const,
  ),
  ...["AddPermission", "DeleteQueue", "PurgeQueue", "RemovePermission", "SetQueueAttributes"].map(
    (call) => [`sqs:${call}`, arn("sqs", "nightshift-channel-team")] as const,
  ),
  ["sqs:PurgeQueue", arn("sqs", "nightshift-failures")],
  ["dynamodb:PutItem", table, keys("decision#p")],
  ["dynamodb:PutItem", table, keys("watch#findings")],
  ["dynamodb:UpdateItem", table, keys("unit#open-ingress#run#r")],
  ["dynamodb:DeleteItem", table, keys("unit#open-ingress#run#r")],
  ["dynamodb:PutItem", table, keys("exempt#123456789012#eu-central-1", "decision#p")],
  ["dynamodb:BatchWriteItem", table, keys("exempt#123456789012#eu-central-1")],
  ["dynamodb:PartiQLInsert", table, keys("exempt#123456789012#eu-central-1")],
  ["dynamodb:PartiQLUpdate", table, keys("decision#p")],
  ["dynamodb:PartiQLDelete", table, keys("decision#p")],
  ["dynamodb:DeleteTable", table],
  ["dynamodb:UpdateTable", table],
  ["dynamodb:UpdateTimeToLive", table],
  ["dynamodb:UpdateContinuousBackups", table],
  ["dynamodb:PutResourcePolicy", table],
  ["dynamodb:RestoreTableToPointInTime", table],
);
/** What an order by somebody is: those on call may. */
const direct: Context = { "lambda:InvokedViaFunctionUrl": "false" };
const viaUrl: Context = { "lambda:InvokedViaFunctionUrl": "true" };
const ofPeople = rows(
  ["lambda:InvokeFunction", functionOf("open-ingress")],
  ["lambda:InvokeFunction", functionOf("undo")],
  ["lambda:InvokeFunction", functionOf("signals")],
  ["lambda:InvokeFunction", functionOf("incidents"), direct],
  ["lambda:InvokeAsync", functionOf("watchdog")],
  ["lambda:InvokeFunction", functionOf("decide"), viaUrl],
  ["lambda:InvokeFunctionUrl", functionOf("decide")],
  ["dynamodb:PutItem", table, keys("exempt#123456789012#eu-central-1")],
  ["dynamodb:DeleteItem", table, keys("exempt#log", "exempt#outbox")],
  ["dynamodb:DeleteItem", table, keys("unit#open-ingress#breaker")],
  ["dynamodb:PutItem", table, keys("watch#outbox")],
  ["ssm:PutParameter", arn("ssm", "parameter/nightshift/kill-switch")],
);
/** What nobody on call does past the address, or takes away. */
const ofNobody = rows(
  ["lambda:InvokeFunction", functionOf("decide")],
  ["lambda:InvokeFunction", functionOf("decide"), direct],
  ["lambda:InvokeAsync", functionOf("decide")],
  ["lambda:InvokeFunction", functionOf("slack-work")],
  ["lambda:InvokeFunction", functionOf("slack")],
  ["lambda:InvokeFunction", functionOf("signals:aws")],
);

describe("an administrator", () => {
  test.each([...changing, ...ofPeople, ...ofNobody])(
    "may not %s on %s",
    async (action, resource, context) => {
      expect(await ask(role("Admin"), action, resource, context)).toBe(denied);
      expect(await ask(`arn:aws:iam::${account}:root`, action, resource, context)).toBe(denied);
      // No name of ours, of CDK or of those on call, but alike.
      for (const name of ["my-nightshift-undo", "OnCallers", "x/cdk-a-cfn-exec-role-b"])
        expect(await ask(role(name), action, resource, context), name).toBe(denied);
    },
  );
  test.each(
    rows(
      ["ssm:DeleteParameter", arn("ssm", "parameter/nightshift/kill-switch")],
      ["ssm:LabelParameterVersion", arn("ssm", "parameter/nightshift/kill-switch")],
    ),
  )("may not %s on %s", async (action, resource, context) =>
    expect(await ask(role("Admin"), action, resource, context)).toBe(denied),
  );
  test.each(
    rows(
      ["lambda:UpdateFunctionCode", arn("lambda", "function:another")],
      ["lambda:InvokeFunction", arn("lambda", "function:another")],
      [
        "lambda:CreateEventSourceMapping",
        "*",
        { "lambda:FunctionArn": arn("lambda", "function:x") },
      ],
      ["lambda:CreateEventSourceMapping", "*"],
      ["lambda:GetFunction", functionOf("undo")],
      ["lambda:GetPolicy", functionOf("undo")],
      ["lambda:ListVersionsByFunction", functionOf("undo")],
      ["events:PutTargets", arn("events", "rule/other"), { "events:TargetArn": [arn("sqs", "q")] }],
      ["events:PutEvents", arn("events", "event-bus/nightshift"), { "events:source": "my.app" }],
      ["events:DescribeRule", arn("events", "rule/nightshift/signal")],
      ["iam:PassRole", role("other"), { "iam:PassedToService": "lambda.amazonaws.com" }],
      ["iam:GetRole", role("nightshift-undo")],
      ["dynamodb:PutItem", arn("dynamodb", "table/orders"), keys("decision#p")],
      ["dynamodb:Query", table, keys("decision#p")],
      ["dynamodb:PartiQLSelect", table, keys("decision#p")],
      ["dynamodb:DescribeTable", table],
      ["ssm:GetParameter", arn("ssm", "parameter/nightshift/kill-switch")],
      ["ssm:PutParameter", arn("ssm", "parameter/other")],
      ["scheduler:CreateSchedule", arn("scheduler", "schedule/default/mine")],
      ["sns:Subscribe", arn("sns", "nightshift")],
      ["sns:Publish", arn("sns", "other")],
      ["sqs:ReceiveMessage", arn("sqs", "nightshift-failures")],
      ["sqs:DeleteMessage", arn("sqs", "nightshift-failures")],
      ["sqs:SendMessage", arn("sqs", "nightshift-channel-team")],
      ["sqs:PurgeQueue", arn("sqs", "other")],
      ["cloudformation:DescribeStacks", arn("cloudformation", "stack/nightshift/1")],
      ["cloudformation:UpdateStack", arn("cloudformation", "stack/other/1")],
    ),
  )("may %s on %s as before", async (action, resource, context) =>
    expect(await ask(role("Admin"), action, resource, context)).toBe("Allowed"),
  );
});

describe("the deployment and Nightshift", () => {
  test.each([...changing, ...ofPeople, ...ofNobody])(
    "may %s on %s",
    async (action, resource, context) => {
      for (const principal of [exec, role("nightshift-undo"), role("nightshift-slack")])
        expect(await ask(principal, action, resource, context), principal).toBe("Allowed");
    },
  );
  test("CDK may hand a deployment over: it passes its own role, none of ours", async () => {
    const handing = role("cdk-hnb659fds-deploy-role-123456789012-eu-central-1");
    expect(
      await ask(handing, "iam:PassRole", exec, {
        "iam:PassedToService": "cloudformation.amazonaws.com",
      }),
    ).toBe("Allowed");
    const stack = arn("cloudformation", "stack/nightshift/1234");
    for (const action of ["CreateChangeSet", "ExecuteChangeSet", "DescribeStacks", "DeleteStack"])
      expect(await ask(handing, `cloudformation:${action}`, stack), action).toBe("Allowed");
  });
});

test("a stack of ours is changed by deployments alone: it would be with the role that it was deployed with", async () => {
  const calls = [
    "ContinueUpdateRollback",
    "CreateChangeSet",
    "DeleteStack",
    "ExecuteChangeSet",
    "RollbackStack",
    "SetStackPolicy",
    "UpdateStack",
    "UpdateTerminationProtection",
  ].map((call) => `cloudformation:${call}`);
  for (const stack of ["nightshift/1", "nightshift-security/1", "nightshift-forward-eu-west-1/1"])
    for (const action of calls)
      for (const name of ["Admin", "OnCall"])
        expect(await ask(role(name), action, arn("cloudformation", `stack/${stack}`)), action).toBe(
          denied,
        );
});

describe("those on call", () => {
  test.each(ofPeople)("may %s on %s", async (action, resource, context) =>
    expect(await ask(role("OnCall"), action, resource, context)).toBe("Allowed"),
  );
  test.each([...changing, ...ofNobody])("may not %s on %s", async (action, resource, context) =>
    expect(await ask(role("OnCall"), action, resource, context)).toBe(denied),
  );
});

describe("a deployment with a prefix and approvers of its own", () => {
  const approvers = [
    "arn:aws:iam::123456789012:role/payments-oncall",
    "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_OnCall_0123456789abcdef/ann",
    "slack:T0TEAM/U0ANN/A0APP",
  ];
  const policy = serviceControlPolicy({
    deployment: { prefix: "payments" },
    partition: "aws",
    people: peopleIn(approvers, "aws"),
  });
  const undo = arn("lambda", "function:payments-undo");
  test("protects what is called so, and lets its approvers through, by role however they sign in", async () => {
    expect(await ask(role("Admin"), "lambda:InvokeFunction", undo, {}, policy)).toBe(denied);
    expect(await ask(role("OnCall"), "lambda:InvokeFunction", undo, {}, policy)).toBe(denied);
    for (const name of [
      "payments-oncall",
      "aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_OnCall_0123456789abcdef",
    ])
      expect(await ask(role(name), "lambda:InvokeFunction", undo, {}, policy), name).toBe(
        "Allowed",
      );
  });
  test("leaves the other deployment of the account alone", async () => {
    const other = functionOf("undo");
    expect(await ask(role("Admin"), "lambda:InvokeFunction", other, {}, policy)).toBe("Allowed");
  });
});

test("it is short enough for AWS, and denies nobody for being a service or of the management account", () => {
  expect(shipped.length).toBeLessThan(longestServiceControlPolicy);
  expect(JSON.parse(shipped)).toEqual(usual);
  for (const { Effect, Condition } of usual.Statement) {
    expect(Effect).toBe("Deny");
    expect(JSON.stringify(Condition)).toContain('"ArnNotLike":{"aws:PrincipalArn":[');
  }
});
