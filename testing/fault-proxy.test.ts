import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CostExplorerClient, GetCostAndUsageCommand } from "@aws-sdk/client-cost-explorer";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { ClientClass } from "../sdk/call.ts";
import { embedded } from "../test/setup/aws.ts";
import { startFaultProxy } from "./fault-proxy.ts";

const account = await embedded();
const proxy = await startFaultProxy(account.endpoint);
const client = <C extends ClientClass>(Client: C, maxAttempts = 1) =>
  account.client(Client, { endpoint: proxy.endpoint, maxAttempts });
beforeEach(() => proxy.reset());
afterAll(() => proxy.stop());

/** Of any of the services below. */
const send = (Client: ClientClass, command: object, maxAttempts?: number) =>
  client(Client, maxAttempts).send(command);

const TimePeriod = { Start: "2026-11-01", End: "2026-11-02" };
const services = [
  [
    "ec2:DescribeSecurityGroups",
    EC2Client,
    new DescribeSecurityGroupsCommand({}),
    "RequestLimitExceeded",
    "UnauthorizedOperation",
  ],
  [
    "dynamodb:ListTables",
    DynamoDBClient,
    new ListTablesCommand({}),
    "ProvisionedThroughputExceededException",
    "AccessDeniedException",
  ],
  [
    "logs:DescribeLogGroups",
    CloudWatchLogsClient,
    new DescribeLogGroupsCommand({}),
    "ThrottlingException",
    "AccessDeniedException",
  ],
  [
    "ce:GetCostAndUsage",
    CostExplorerClient,
    new GetCostAndUsageCommand({ TimePeriod, Granularity: "DAILY", Metrics: ["UnblendedCost"] }),
    "ThrottlingException",
    "AccessDeniedException",
  ],
  [
    "cloudwatch:ListMetrics",
    CloudWatchClient,
    new ListMetricsCommand({}),
    "ThrottlingException",
    "AccessDeniedException",
  ],
  [
    "events:ListRules",
    EventBridgeClient,
    new ListRulesCommand({}),
    "ThrottlingException",
    "AccessDeniedException",
  ],
  [
    "ssm:GetParametersByPath",
    SSMClient,
    new GetParametersByPathCommand({ Path: "/" }),
    "ThrottlingException",
    "AccessDeniedException",
  ],
  [
    "sqs:ListQueues",
    SQSClient,
    new ListQueuesCommand({}),
    "RequestThrottled",
    "AccessDeniedException",
  ],
  [
    "sns:ListTopics",
    SNSClient,
    new ListTopicsCommand({}),
    "ThrottledException",
    "AuthorizationErrorException",
  ],
  [
    "sts:GetCallerIdentity",
    STSClient,
    new GetCallerIdentityCommand({}),
    "Throttling",
    "AccessDenied",
  ],
] as const;

test.for(services)(
  "%s is recorded by its own name, and passes through unchanged",
  async ([name, Client, command]) => {
    await send(Client, command);
    expect(proxy.calls.map(({ service, operation }) => `${service}:${operation}`)).toEqual([name]);
    expect(proxy.calls[0]).toMatchObject({
      index: 0,
      region: "eu-west-1",
      accessKeyId: account.credentials.accessKeyId,
    });
  },
);

test.for(services)(
  "%s is throttled and denied in the service's own words",
  async ([, Client, command, throttled, denied]) => {
    proxy.fault(0, "throttled");
    proxy.fault(1, "denied");
    await expect(send(Client, command)).rejects.toMatchObject({
      name: throttled,
      $metadata: { attempts: 1 },
    });
    await expect(send(Client, command)).rejects.toMatchObject({ name: denied });
  },
);

// One for each protocol, because the SDK really waits between its tries.
const protocols = services.filter(([name]) =>
  ["ec2:", "dynamodb:", "cloudwatch:", "sns:"].some((service) => name.startsWith(service)),
);
test.for(protocols)(
  "%s: the SDK tries a throttled call, a 500, a 503 and a reset again",
  async ([, Client, command]) => {
    for (const [index, fault] of (
      ["throttled", "error500", "error503", "reset"] as const
    ).entries())
      proxy.fault(index, fault);
    await send(Client, command, 5);
    expect(proxy.calls).toHaveLength(5);
  },
);

test("an operation of a REST service is recorded by its name and refused in its words", async () => {
  proxy.fault(0, "denied");
  const refused = client(LambdaClient).send(
    new InvokeCommand({ FunctionName: "nightshift-decide" }),
  );
  await expect(refused).rejects.toMatchObject({ name: "AccessDeniedException" });
  expect(proxy.calls[0]).toMatchObject({ service: "lambda", operation: "InvokeFunction" });
});

test("parameters are recorded as they were sent", async () => {
  await client(EC2Client).send(new DescribeSecurityGroupsCommand({ GroupNames: ["default"] }));
  await client(CloudWatchLogsClient).send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws" }),
  );
  expect(proxy.calls.map(({ parameters }) => parameters)).toEqual([
    { "GroupName.1": "default" },
    { logGroupNamePrefix: "/aws" },
  ]);
});

const groups = async () =>
  (
    await account.client(CloudWatchLogsClient).send(new DescribeLogGroupsCommand({}))
  ).logGroups?.map(({ logGroupName }) => logGroupName) ?? [];
const create = (logGroupName: string) =>
  client(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName }));

test("a reset before the call leaves no effect, one after it does, and the caller cannot tell them apart", async () => {
  proxy.fault(0, "reset");
  proxy.fault(1, "resetAfter");
  await expect(create("before")).rejects.toMatchObject({ code: "ECONNRESET" });
  await expect(create("after")).rejects.toMatchObject({ code: "ECONNRESET" });
  const there = await groups();
  expect(there).not.toContain("before");
  expect(there).toContain("after");
});

test("once killed, nothing arrives any more until it is revived", async () => {
  const killed: string[] = [];
  proxy.fault(({ operation }) => operation === "CreateLogGroup", "killedAfter", {
    times: 1,
    onFault: ({ operation }) => killed.push(operation),
  });
  await expect(create("last-words")).rejects.toMatchObject({ code: "ECONNRESET" });
  await expect(create("from-the-grave")).rejects.toMatchObject({ code: "ECONNRESET" });
  proxy.revive();
  await create("next-life");
  const there = await groups();
  expect(there).toEqual(expect.arrayContaining(["last-words", "next-life"]));
  expect(there).not.toContain("from-the-grave");
  expect(killed).toEqual(["CreateLogGroup"]);
});

test("a malformed answer is an error, never an empty list", async () => {
  proxy.fault(() => true, "malformed");
  await expect(client(EC2Client).send(new DescribeSecurityGroupsCommand({}))).rejects.toThrow();
  await expect(
    client(CloudWatchLogsClient).send(new DescribeLogGroupsCommand({})),
  ).rejects.toThrow();
});

test("faults go by what a call is about, as often as asked", async () => {
  proxy.fault(({ operation }) => operation === "CreateSecurityGroup", "denied", { times: 1 });
  const again = () =>
    client(EC2Client).send(
      new CreateSecurityGroupCommand({ GroupName: "again", Description: "again" }),
    );
  await client(EC2Client).send(new DescribeSecurityGroupsCommand({}));
  await expect(again()).rejects.toMatchObject({ name: "UnauthorizedOperation" });
  await expect(again()).resolves.toMatchObject({ GroupId: expect.any(String) });
});

test("what a caller says of its connection is none of the one that is kept to the embedded AWS", async () => {
  const asked: (string | undefined)[] = [];
  const target = createServer((incoming, response) => {
    asked.push(incoming.headers.connection);
    response.end();
  });
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const between = await startFaultProxy(
    `http://127.0.0.1:${(target.address() as AddressInfo).port}`,
  );
  try {
    // Asks with "Connection: close".
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    get(between.endpoint, { agent: false }, ({ statusCode }) => resolve(statusCode)).on(
      "error",
      reject,
    );
    expect(await promise).toBe(200);
    expect(asked).toEqual(["keep-alive"]);
  } finally {
    await between.stop();
    target.close();
  }
});
