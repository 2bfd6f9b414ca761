/** The deployment looked at through the real API: what was disabled, throttled or given up. */

import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateEventBusCommand,
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { beforeEach, expect, test } from "vitest";
import { before, clockAt, minutes } from "../../../sdk/time.ts";
import { embedded, type TestAccount } from "../../../test/setup/aws.ts";
import { names } from "../../../testing/deployed.ts";
import { clientsOf } from "../../../testing/host.ts";
import {
  deadLetters,
  disabledRules,
  type Look,
  lookingWith,
  schedules,
  throttled,
} from "./deployment.ts";

const now = new Date();
let aws: TestAccount;
let look: Look;
beforeEach(async () => {
  aws = await embedded();
  look = lookingWith(clientsOf(aws, clockAt(now)));
});
const titles = async (found: Promise<readonly { readonly title: string }[]>) =>
  (await found).map(({ title }) => title);

test("a schedule that somebody disabled", async () => {
  const client = aws.client(SchedulerClient);
  await client.send(new CreateScheduleGroupCommand({ Name: "nightshift" }));
  for (const State of ["ENABLED", "DISABLED"] as const)
    await client.send(
      new CreateScheduleCommand({
        Name: State.toLowerCase(),
        GroupName: "nightshift",
        State,
        ScheduleExpression: "rate(1 hour)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: {
          Arn: `arn:aws:lambda:${aws.region}:${aws.account}:function:x`,
          RoleArn: `arn:aws:iam::${aws.account}:role/x`,
        },
      }),
    );
  expect(await titles(schedules(look, aws.region, names))).toEqual([
    "The schedule disabled is disabled: what it should start does not start",
  ]);
});

test("a rule that somebody disabled, on the home bus and on a default bus; what is not ours is nobody's business", async () => {
  const client = aws.client(EventBridgeClient);
  await client.send(new CreateEventBusCommand({ Name: "nightshift" }));
  for (const [Name, EventBusName] of [
    ["on-home", "nightshift"],
    ["home-off", "nightshift"],
    ["nightshift-off", "default"],
    ["others-off", "default"],
  ] as const) {
    await client.send(
      new PutRuleCommand({
        Name,
        EventBusName,
        EventPattern: JSON.stringify({ source: ["aws.ec2"] }),
      }),
    );
    if (Name.endsWith("off")) await client.send(new DisableRuleCommand({ Name, EventBusName }));
  }
  expect(
    await titles(disabledRules(look, { home: aws.region, regions: [aws.region] }, names)),
  ).toEqual([
    `The rule home-off in ${aws.region} is disabled: its events reach nobody`,
    `The rule nightshift-off in ${aws.region} is disabled: its events reach nobody`,
  ]);
});

test("a function that was throttled lately", async () => {
  const point = (FunctionName: string, Value: number, ago: number) => ({
    MetricName: "Throttles",
    Dimensions: [{ Name: "FunctionName", Value: FunctionName }],
    Timestamp: before(now, minutes(ago)),
    Value,
  });
  await aws.client(CloudWatchClient).send(
    new PutMetricDataCommand({
      Namespace: "AWS/Lambda",
      MetricData: [
        point("nightshift-tell", 3, 5),
        point("nightshift-tell", 2, 10),
        point("nightshift-undo", 9, 50),
        point("nightshift-decide", 0, 5),
      ],
    }),
  );
  expect(
    await titles(
      throttled(look, aws.region, ["nightshift-tell", "nightshift-undo", "nightshift-decide"], now),
    ),
  ).toEqual(["nightshift-tell was throttled 5 times within 20 minutes"]);
});

test("what was given up, and a failure queue that is gone", async () => {
  expect(await titles(deadLetters(look, [aws.region], names))).toEqual([
    `The failure queue in ${aws.region} is gone: what cannot be done there is lost`,
  ]);
  const client = aws.client(SQSClient);
  const { QueueUrl } = await client.send(
    new CreateQueueCommand({ QueueName: "nightshift-failures" }),
  );
  expect(await deadLetters(look, [aws.region], names)).toEqual([]);
  for (const MessageBody of ["one", "two"])
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  expect(await titles(deadLetters(look, [aws.region], names))).toEqual([
    `2 things that Nightshift should have done were given up in ${aws.region}`,
  ]);
});
