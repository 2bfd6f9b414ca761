import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import type { Outgoing } from "../../messages/outgoing.ts";
import { asSubject } from "../../messages/render/text.ts";
import { embedded } from "../../test/setup/aws.ts";
import { sns } from "./sns.ts";

const message: Outgoing = {
  id: "m1",
  at: new Date("2026-11-21T02:00:00Z"),
  account: "123456789012",
  region: "eu-west-1",
  unit: "alarm",
  kind: "signal",
  title: "Zürich’s api is in ALARM: ".padEnd(400, "x"),
  severity: "critical",
};

test("a topic takes what is published, and passes subject and attributes on", async () => {
  const aws = await embedded();
  const [topics, queues] = [aws.client(SNSClient), aws.client(SQSClient)];
  const { TopicArn = "" } = await topics.send(new CreateTopicCommand({ Name: "nightshift" }));
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: "reader" }));
  const { Attributes } = await queues.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  await topics.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: "sqs",
      Endpoint: Attributes?.QueueArn,
      Attributes: { FilterPolicy: JSON.stringify({ severity: ["critical"] }) },
    }),
  );

  const channel = sns(topics, TopicArn, { timeZone: "UTC" });
  await channel.send({ ...message, severity: "info", id: "not for this reader" });
  await channel.send(message);

  const { Messages = [] } = await queues.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
  );
  const received = Messages.map(
    ({ Body = "" }) =>
      JSON.parse(Body) as {
        Subject: string;
        Message: string;
        MessageAttributes: Record<string, { Value: string }>;
      },
  );
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({
    Subject: asSubject(message),
    MessageAttributes: {
      severity: { Value: "critical" },
      unit: { Value: "alarm" },
      kind: { Value: "signal" },
      account: { Value: "123456789012" },
      region: { Value: "eu-west-1" },
    },
  });
  expect(received[0]?.Message).toContain('"id":"m1"');
});

test("a topic that is not there fails, so that the message is told again", async () => {
  const aws = await embedded();
  const channel = sns(aws.client(SNSClient), `arn:aws:sns:eu-west-1:${aws.account}:gone`, {
    timeZone: "UTC",
  });
  await expect(channel.send(message)).rejects.toThrow();
});
