/**
 * The whole way, against the embedded AWS: ledger, queues, secrets and topic are real, the services
 * are servers that behave as they do.
 */

import { randomBytes } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChannelSetting } from "../../channels/declared.ts";
import { type FakePagerDuty, startPagerDuty } from "../../channels/pagerduty/fake.ts";
import { type FakeTeams, startTeams } from "../../channels/teams/fake.ts";
import { createClients } from "../../engine/run/clients.ts";
import { features } from "../../features.ts";
import { createTable } from "../../ledger/create.ts";
import { createStore } from "../../ledger/dynamo.ts";
import type { Store } from "../../ledger/store.ts";
import { put } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { serialise } from "../../sdk/codec.ts";
import { clockAt, minutes } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import { messages } from "../../test/messages.ts";
import { embedded, type TestAccount } from "../../test/setup/aws.ts";
import { contextOf, keptLog } from "../../testing/context.ts";
import { deployedIn, names } from "../../testing/deployed.ts";
import { identifyNobody } from "../../testing/signatures.ts";
import { deliverFunction } from "./deliver-function.ts";
import { noMetrics } from "./metrics.ts";
import { tellFunction } from "./tell-function.ts";

const routingKey = randomBytes(16).toString("hex");
const channels = {
  pager: { kind: "pagerduty", routingKey: "secretsmanager:nightshift/pager" },
  room: { kind: "teams", url: "secretsmanager:nightshift/room" },
} as const satisfies Readonly<Record<string, ChannelSetting>>;
const routes = [{ channel: "pager" }, { channel: "room", fallback: "pager" }];

let aws: TestAccount;
let [pagerduty, teams]: [FakePagerDuty, FakeTeams] = [undefined as never, undefined as never];
let store: Store;
let tell: ReturnType<typeof tellFunction>;
let deliver: ReturnType<typeof deliverFunction>;
const clock = clockAt(new Date("2026-11-21T02:08:00Z"));
const { lines, log } = keptLog();

beforeAll(async () => {
  [aws, pagerduty, teams] = await Promise.all([
    embedded(),
    startPagerDuty(routingKey),
    startTeams(),
  ]);
  const clients = createClients(clock, {
    endpoint: aws.endpoint,
    credentials: async () => aws.credentials,
  });
  const settings = parseSettings(
    { ...deployedIn(aws.region), channels, routes },
    { units: [], features },
  );
  await createTable(clients.get(DynamoDBClient, aws.region) as DynamoDBClient, names.table);
  store = createStore(
    clients.get(DynamoDBClient, aws.region) as DynamoDBClient,
    names.table,
    clock,
  );
  const secretsManager = aws.client(SecretsManagerClient);
  await secretsManager.send(
    new CreateSecretCommand({ Name: "nightshift/pager", SecretString: routingKey }),
  );
  await secretsManager.send(
    new CreateSecretCommand({ Name: "nightshift/room", SecretString: teams.webhook }),
  );
  for (const QueueName of [...Object.keys(channels).map(names.channelQueue), "reader"])
    await aws
      .client(SQSClient)
      .send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: "600" } }));
  const topics = aws.client(SNSClient);
  const { TopicArn } = await topics.send(new CreateTopicCommand({ Name: names.topic }));
  const reader = await urlOf("reader");
  const { Attributes } = await aws
    .client(SQSClient)
    .send(new GetQueueAttributesCommand({ QueueUrl: reader, AttributeNames: ["QueueArn"] }));
  await topics.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: "sqs",
      Endpoint: Attributes?.QueueArn,
      Attributes: { RawMessageDelivery: "true" },
    }),
  );
  const nobody = () => Promise.reject(new Error("there are no other functions"));
  const ports = {
    ...{ clients, clock, log, metrics: noMetrics },
    ...{ invoke: nobody, ask: nobody, identify: identifyNobody },
  };
  const deployed = { settings, units: {} };
  tell = tellFunction(ports, deployed);
  deliver = deliverFunction(ports, deployed, { urls: { pagerduty: pagerduty.url } });
});
afterAll(() => Promise.all([pagerduty, teams].map(({ stop }) => stop())));

const urlOf = async (QueueName: string) =>
  (
    await aws.client(SQSClient).send(
      new CreateQueueCommand({
        QueueName,
        ...(QueueName !== "reader" && { Attributes: { VisibilityTimeout: "600" } }),
      }),
    )
  ).QueueUrl ?? "";
const received = async (QueueUrl: string) =>
  (
    await aws.client(SQSClient).send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["All"],
      }),
    )
  ).Messages ?? [];

async function told(message: Outgoing): Promise<void> {
  await put(store, `unit#${message.unit}`, message);
  const NewImage = {
    pk: { S: `unit#${message.unit}#outbox` },
    sk: { S: `${message.at.toISOString()}#${message.id}` },
    type: { S: "message" },
    body: { S: serialise(message) },
  };
  expect(
    await tell(
      { Records: [{ eventName: "INSERT", dynamodb: { SequenceNumber: "1", NewImage } }] },
      contextOf(aws),
    ),
  ).toEqual({ batchItemFailures: [] });
}

/** As the event source mapping does, once for one channel. @returns how many come again */
async function turn(channel: string): Promise<number> {
  const QueueUrl = await urlOf(names.channelQueue(channel));
  const found = await received(QueueUrl);
  if (!found.length) return 0;
  const Records = found.map(
    ({ MessageId = "", ReceiptHandle = "", Body = "", Attributes = {} }) =>
      ({
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        attributes: Attributes,
        eventSourceARN: `arn:aws:sqs:${aws.region}:${aws.account}:${names.channelQueue(channel)}`,
      }) as unknown as SQSRecord,
  );
  const answer = await deliver({ Records }, contextOf(aws, 60_000));
  const batchItemFailures = "batchItemFailures" in answer ? answer.batchItemFailures : [];
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const { messageId, receiptHandle } of Records)
    if (!failed.has(messageId))
      await aws
        .client(SQSClient)
        .send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receiptHandle }));
  // What comes again comes at once here: the queue goes by its own clock.
  for (const { receiptHandle } of Records.filter(({ messageId }) => failed.has(messageId)))
    await aws.client(SQSClient).send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: 0,
      }),
    );
  return failed.size;
}
const ttl = async ({ unit, at, id }: Outgoing) =>
  (await store.get({ pk: `unit#${unit}#outbox`, sk: `${at.toISOString()}#${id}` }))?.ttl;

test("a message goes through every channel of its routes, once, and is over with when the last has told it", async () => {
  const message = messages["a bare signal"];
  await told(message);
  expect(await ttl(message)).toBeUndefined();
  expect(await turn("pager")).toBe(0);
  expect([pagerduty.opened.length, teams.cards.length, await ttl(message)]).toEqual([
    1,
    0,
    undefined,
  ]);
  expect(await turn("room")).toBe(0);
  expect([pagerduty.opened.length, teams.cards.length]).toEqual([1, 1]);
  expect(await ttl(message)).toBeDefined();
  expect([await turn("pager"), await turn("room")]).toEqual([0, 0]);
});

test("a server that is busy gets it later; one that has revoked us not at all: then the others and the topic have it, with the reason", async () => {
  const message = { ...messages["a bare signal"], id: "alarm.20261121.m2" };
  pagerduty.fail("busy", 1);
  teams.fail("revoked");
  await told(message);
  expect(await turn("pager")).toBe(1);
  expect(await turn("pager")).toBe(0);
  expect(pagerduty.opened).toHaveLength(2);
  expect(await turn("room")).toBe(0);
  expect(await ttl(message)).toBeDefined();

  pagerduty.fail("revoked");
  const third = { ...messages["a bare signal"], id: "alarm.20261121.m3" };
  await told(third);
  expect([await turn("pager"), await turn("room")]).toEqual([0, 0]);
  const [first] = await received(await urlOf("reader"));
  expect(JSON.parse(first?.Body ?? "{}")).toMatchObject({
    id: third.id,
    facts: {
      "not told through pager": expect.stringMatching(/^it answered 400: .*Invalid routing key/),
    },
  });
  expect(await ttl(third)).toBeDefined();
  pagerduty.mend();
  teams.mend();
});

test("a secret that was replaced is found without a deployment, and stands in no log line", async () => {
  const message = { ...messages["a bare signal"], id: "alarm.20261121.m4" };
  await clock.sleep(minutes(6));
  const secretsManager = aws.client(SecretsManagerClient);
  const stale = "f".repeat(32);
  await secretsManager.send(
    new PutSecretValueCommand({ SecretId: "nightshift/pager", SecretString: stale }),
  );
  await told({ ...message, id: "alarm.20261121.m5" });
  expect([await turn("pager"), await turn("room")]).toEqual([0, 0]);
  await secretsManager.send(
    new PutSecretValueCommand({ SecretId: "nightshift/pager", SecretString: routingKey }),
  );
  await clock.sleep(minutes(2));
  const before = pagerduty.opened.length;
  await told(message);
  expect(await turn("pager")).toBe(0);
  expect(pagerduty.opened.length - before).toBe(1);
  const said = JSON.stringify(lines);
  for (const secret of [routingKey, stale, teams.webhook, new URL(teams.webhook).search.slice(1)])
    expect(said).not.toContain(secret);
});

test("each channel can be tried: it says who took the test message and who did not, and leaves nothing open", async () => {
  teams.fail("revoked", 1);
  const answer = await deliver({ kind: "check" }, contextOf(aws, 60_000));
  expect(answer).toEqual({
    checked: [
      { channel: "pager", taken: true },
      {
        channel: "room",
        taken: false,
        why: expect.stringMatching(/^it answered 404: .*WorkflowTriggerNotFound/),
      },
    ],
  });
  expect(
    pagerduty.alerts.get(`nightshift/${aws.account}/${aws.region}/doctor/doctor/pager`)?.state,
  ).toBe("resolved");
  expect(await deliver({ kind: "check", channels: ["room"] }, contextOf(aws, 60_000))).toEqual({
    checked: [{ channel: "room", taken: true }],
  });
});
