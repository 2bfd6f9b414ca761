/** What channels need of AWS, against the embedded one: queues and secrets. */

import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { expect, test } from "vitest";
import { createClients } from "../engine/run/clients.ts";
import { clockAt, hours, minutes, seconds } from "../sdk/time.ts";
import { embedded } from "../test/setup/aws.ts";
import { deployment, names } from "../testing/deployed.ts";
import { type Letter, readLetter } from "./queue.ts";
import { awsVault, secrets } from "./secrets.ts";
import { sqsQueues } from "./sqs-queues.ts";

const letter: Letter = {
  pk: "unit#alarm#outbox",
  sk: "2026-11-21T02:07:00.000Z#alarm.1",
  channel: "chat",
  channels: ["sns", "chat"],
  at: new Date("2026-11-21T02:08:00Z"),
  tried: [{ channel: "pager", why: "it answered 410" }],
};

test("a letter lies in its channel's queue as it was written, and comes again when it is told to", async () => {
  const aws = await embedded();
  const client = aws.client(SQSClient);
  const { QueueUrl } = await client.send(
    new CreateQueueCommand({
      QueueName: names.channelQueue("chat"),
      Attributes: { VisibilityTimeout: "600" },
    }),
  );
  const queues = sqsQueues(client, { deployment });
  await queues.post(letter);
  const receive = async () =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 })))
      .Messages ?? [];
  const [first] = await receive();
  expect(readLetter(first?.Body ?? "")).toEqual(letter);
  expect(await receive()).toEqual([]);
  await queues.later("chat", first?.ReceiptHandle ?? "", seconds(0));
  expect((await receive()).map(({ MessageId }) => MessageId)).toEqual([first?.MessageId]);
  // Longer than SQS takes is as long as it takes.
  await queues.later("chat", first?.ReceiptHandle ?? "", hours(100));
});

test("a channel whose queue is not there fails, so that the message is told again", async () => {
  const aws = await embedded();
  const queues = sqsQueues(aws.client(SQSClient), { deployment });
  await expect(queues.post(letter)).rejects.toThrow();
  await aws
    .client(SQSClient)
    .send(new CreateQueueCommand({ QueueName: names.channelQueue("chat") }));
  await queues.post(letter);
});

test("secrets are read from Secrets Manager, whole or by key, and from Parameter Store, decrypted; a new one within minutes", async () => {
  const aws = await embedded();
  const clock = clockAt(new Date("2026-11-21T02:00:00Z"));
  const manager = aws.client(SecretsManagerClient);
  await manager.send(
    new CreateSecretCommand({
      Name: "nightshift/slack",
      SecretString: '{"token":"first-token","other":"x"}',
    }),
  );
  await manager.send(
    new CreateSecretCommand({ Name: "nightshift/pager", SecretString: "first-key\n" }),
  );
  await aws.client(SSMClient).send(
    new PutParameterCommand({
      Name: "/nightshift/teams",
      Value: "https://example.com/x",
      Type: "SecureString",
    }),
  );
  const clients = createClients(clock, {
    endpoint: aws.endpoint,
    credentials: async () => aws.credentials,
  });
  const from = secrets(awsVault(clients, aws.region), clock);
  expect(await from.read("secretsmanager:nightshift/slack#token")).toBe("first-token");
  expect(await from.read("secretsmanager:nightshift/pager")).toBe("first-key");
  expect(await from.read("ssm:/nightshift/teams")).toBe("https://example.com/x");

  await manager.send(
    new PutSecretValueCommand({ SecretId: "nightshift/pager", SecretString: "second-key" }),
  );
  expect(await from.read("secretsmanager:nightshift/pager")).toBe("first-key");
  await clock.sleep(minutes(6));
  expect(await from.read("secretsmanager:nightshift/pager")).toBe("second-key");
  for (const missing of ["secretsmanager:nightshift/none", "ssm:/nightshift/none"] as const)
    await expect(from.read(missing)).rejects.toMatchObject({
      again: false,
      message: expect.stringContaining(missing),
    });
});
