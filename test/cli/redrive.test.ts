/** What was given up is done again when its cause is mended: rules.md, "no silent loss". */

import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { beforeEach, describe, expect, test } from "vitest";
import { writeLetter } from "../../channels/queue.ts";
import { type DeadLetter, readDeadLetter } from "../../cli/redrive/letter.ts";
import { recordOrder } from "../../ledger/orders.ts";
import { untold } from "../../messages/outbox.ts";
import { deployment } from "../../testing/deployed.ts";
import { startFaultProxy } from "../../testing/fault-proxy.ts";
import { deployedLedger, hostOf, testSettings } from "../../testing/host.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { plainStore } from "../setup/plain-store.ts";
import { makeGroups, retentions } from "../setup/retention.ts";
import { cli, created, settingsFor } from "./cli.ts";

describe("a letter is for", () => {
  const ours = {
    deployment,
    account: "123456789012",
    home: "eu-central-1",
    units: ["log-retention"],
    channels: ["chat"],
  };
  const lambda = (name: string, account = ours.account, region = ours.home) =>
    `arn:aws:lambda:${region}:${account}:function:${name}`;
  const failed = (functionArn: string, rest: object = { requestPayload: { a: 1 } }) =>
    JSON.stringify({ requestContext: { functionArn, condition: "RetriesExhausted" }, ...rest });
  const stream = { DDBStreamBatchInfo: { shardId: "s", startSequenceNumber: "1" } };
  const at = (TARGET_ARN: string, rest: object = {}) => ({
    TARGET_ARN,
    ERROR_MESSAGE: "denied",
    ...rest,
  });
  const channelLetter = (channel: string) =>
    writeLetter({
      pk: "unit#alarm#outbox",
      sk: "x",
      channel,
      channels: [channel],
      at: new Date(0),
      tried: [{ channel: "pager", why: "it answered 410" }],
    });
  const schedule = { SCHEDULE_ARN: "arn:s", SCHEDULED_TIME: "2026-11-21T02:00:00Z" };
  test.each<[what: string, body: string, attributes: Record<string, string>, Partial<DeadLetter>]>([
    [
      "a function that failed",
      failed(lambda("nightshift-log-retention:$LATEST")),
      {},
      { kind: "invocation", to: "log-retention", payload: { a: 1 } },
    ],
    [
      "what works for Slack",
      failed(lambda("nightshift-slack-work:$LATEST")),
      {},
      { kind: "unknown", to: null, why: expect.stringContaining("they press it again") },
    ],
    [
      "a function that was given nothing",
      failed(lambda("nightshift-signals"), { requestPayload: null }),
      {},
      { to: "signals", payload: null },
    ],
    [
      "the watchdog, where the stream gave up",
      failed(lambda("nightshift-tell"), stream),
      {},
      { kind: "stream", to: "watchdog" },
    ],
    [
      "a rule's function",
      '{"source":"aws.ec2"}',
      at(lambda("nightshift-log-retention")),
      { kind: "event", to: "log-retention", why: "denied" },
    ],
    [
      "who asks the home bus",
      '{"source":"aws.ec2"}',
      at(`arn:aws:events:eu-central-1:${ours.account}:event-bus/nightshift`),
      { kind: "event", to: "bus" },
    ],
    [
      "a schedule's function, its slot filled in",
      '{"kind":"slot","slot":"<aws.scheduler.scheduled-time>","schedule":"<aws.scheduler.schedule-arn>"}',
      at(lambda("nightshift-log-retention"), schedule),
      {
        kind: "schedule",
        to: "log-retention",
        payload: { kind: "slot", slot: "2026-11-21T02:00:00Z", schedule: "arn:s" },
      },
    ],
    [
      "nobody, where it is cut",
      "{}",
      at(lambda("nightshift-log-retention"), { ...schedule, IS_PAYLOAD_TRUNCATED: "true" }),
      { to: null },
    ],
    [
      "nobody, where another account's function failed",
      failed(lambda("nightshift-log-retention", "999999999999")),
      {},
      { to: null },
    ],
    [
      "nobody, where another region's function failed",
      failed(lambda("nightshift-log-retention", ours.account, "us-east-1")),
      {},
      { to: null },
    ],
    ["nobody, where it is no function of ours", failed(lambda("payroll")), {}, { to: null }],
    ["nobody, where there is no such unit", failed(lambda("nightshift-gone")), {}, { to: null }],
    ["nobody, where a person decides", failed(lambda("nightshift-decide")), {}, { to: null }],
    ["nobody, where a person takes back", failed(lambda("nightshift-undo")), {}, { to: null }],
    [
      "nobody, where its payload is not in it",
      failed(lambda("nightshift-log-retention"), {}),
      {},
      { to: null },
    ],
    [
      "nobody, where a mail address refused",
      '{"Type":"Notification","Message":"x"}',
      {},
      { to: null },
    ],
    [
      "a channel's queue, where not even the topic took it",
      channelLetter("chat"),
      {},
      { kind: "channel", to: "chat", why: "pager: it answered 410" },
    ],
    [
      "nobody, where the settings name the channel no more",
      channelLetter("gone"),
      {},
      { to: null },
    ],
    ["nobody, where it is no JSON", "hello", {}, { to: null }],
    ["nobody, where it is a list", "[]", {}, { to: null }],
  ])("%s", (_, body, attributes, expected) =>
    expect(readDeadLetter(body, attributes, ours)).toMatchObject(expected),
  );
});

describe("redrive", () => {
  let aws: TestAccount;
  let act: string;
  let QueueUrl: string | undefined;
  beforeEach(async () => {
    aws = await embedded();
    aws.use();
    act = settingsFor(aws, "act");
    ({ QueueUrl } = await aws
      .client(SQSClient)
      .send(new CreateQueueCommand({ QueueName: "nightshift-failures" })));
  });
  const lambda = (name: string) =>
    `arn:aws:lambda:${aws.region}:${aws.account}:function:nightshift-${name}`;
  async function dead(body: object, attributes: Record<string, string> = {}): Promise<void> {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]): [string, MessageAttributeValue] => [
        name,
        { DataType: "String", StringValue },
      ]),
    );
    await aws
      .client(SQSClient)
      .send(
        new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body), MessageAttributes }),
      );
  }
  const invocation = (name: string, requestPayload: unknown) =>
    dead({
      requestContext: { functionArn: `${lambda(name)}:$LATEST`, condition: "RetriesExhausted" },
      requestPayload,
      responsePayload: { errorMessage: "down" },
    });
  /** Those that whoever comes next sees; and that nothing else is in the queue. */
  const left = async () => {
    const AttributeNames = [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
    ] as const;
    const { Attributes = {} } = await aws
      .client(SQSClient)
      .send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }));
    expect(Attributes.ApproximateNumberOfMessagesNotVisible).toBe("0");
    return Number(Attributes.ApproximateNumberOfMessages);
  };
  const redrive = async (...rest: readonly string[]) => {
    const { code, json } = await cli("redrive", "--settings", act, "--json", ...rest);
    return {
      code,
      outcomes: json.letters.map(({ outcome }: { outcome: string }) => outcome),
      letters: json.letters,
    };
  };

  test("does what each was meant for, once, and takes it out of the queue", async () => {
    await makeGroups(aws, "/a", "/b");
    await invocation("log-retention", created(aws, "/a"));
    await dead(created(aws, "/b", { id: "8bf73129-1428-4cd3-a780-95db273d1602" }), {
      TARGET_ARN: lambda("log-retention"),
      RULE_ARN: "arn:r",
      ERROR_CODE: "NO_PERMISSIONS",
    });
    expect(await redrive()).toMatchObject({ code: 0, outcomes: ["taken", "taken"] });
    expect(await retentions(aws)).toEqual({ "/a": 90, "/b": 90 });
    expect(await redrive()).toMatchObject({ code: 0, outcomes: [] });
    expect(await left()).toBe(0);
  });

  test("--dry shows each, does nothing, and leaves all of it for whoever comes next", async () => {
    await makeGroups(aws, "/a");
    await invocation("log-retention", created(aws, "/a"));
    expect(await redrive("--dry")).toMatchObject({
      code: 0,
      outcomes: ["waiting"],
      letters: [
        {
          kind: "invocation",
          functions: ["nightshift-log-retention"],
          why: "down",
          region: aws.region,
          payload: { source: "aws.logs" },
        },
      ],
    });
    expect([await left(), await retentions(aws)]).toEqual([1, { "/a": null }]);
  });

  test("what fails again stays in the queue, and does not keep the others from being done", async () => {
    await makeGroups(aws, "/a");
    await invocation("log-retention", { kind: "slot" });
    await invocation("log-retention", created(aws, "/a"));
    expect(await redrive()).toMatchObject({ code: 1, outcomes: ["failed", "taken"] });
    expect(await left()).toBe(1);
  });

  test("a change that fails again leaves it where it is", async () => {
    await makeGroups(aws, "/a");
    await invocation("log-retention", created(aws, "/a"));
    const proxy = await startFaultProxy(aws.endpoint);
    process.env.AWS_ENDPOINT_URL = proxy.endpoint;
    proxy.fault(({ operation }) => operation === "PutRetentionPolicy", "denied");
    expect(await redrive()).toMatchObject({
      code: 1,
      outcomes: ["failed"],
      letters: [{ error: expect.stringContaining("/a") }],
    });
    await proxy.stop();
    aws.use();
    expect(await left()).toBe(1);
    expect(await redrive()).toMatchObject({ code: 0, outcomes: ["taken"] });
    expect(await retentions(aws)).toEqual({ "/a": 90 });
  });

  test("an event that could not be forwarded goes to all that ask for it", async () => {
    await makeGroups(aws, "/a");
    await dead(created(aws, "/a"), {
      TARGET_ARN: `arn:aws:events:${aws.region}:${aws.account}:event-bus/nightshift`,
    });
    expect(await redrive()).toMatchObject({
      code: 0,
      letters: [{ outcome: "taken", functions: ["nightshift-log-retention"] }],
    });
    expect(await retentions(aws)).toEqual({ "/a": 90 });
  });

  test("an alarm is told", async () => {
    await deployedLedger(aws);
    const alarm = {
      "detail-type": "CloudWatch Alarm State Change",
      source: "aws.cloudwatch",
      detail: { alarmName: "cpu", state: { value: "ALARM", reason: "hot" } },
    };
    await invocation("signals", created(aws, "/a", alarm));
    expect(await redrive()).toMatchObject({ code: 0, outcomes: ["taken"] });
    const { store } = hostOf(aws, testSettings(aws, "alarm"));
    expect(
      await Array.fromAsync(untold(store, "unit#alarm", new Date(0), new Date())),
    ).toHaveLength(1);
  });

  test("an order that only a person may give is not taken from a letter that anybody could have written", async () => {
    await makeGroups(aws, "/a");
    await deployedLedger(aws);
    const action = "log-retention.20261121T020000.00000000.1111111111";
    const redo = {
      kind: "redo",
      region: aws.region,
      key: "k",
      undo: `${action}.undo`,
      again: [{ target: "/a", within: null, state: "s" }],
    };
    const recorded = await recordOrder(plainStore(), "undo", {
      to: "log-retention",
      order: redo,
      by: "ann",
      at: new Date(),
    });
    await invocation("log-retention", { ...redo, recorded });
    await invocation("log-retention", {
      kind: "manual",
      region: aws.region,
      key: "k",
      by: "mallory",
    });
    const { code, letters } = await redrive();
    expect([code, letters.map(({ error }: { error: string }) => error)]).toEqual([
      3,
      [
        expect.stringContaining("the ledger does not know of it"),
        expect.stringContaining("it is an order of a person"),
      ],
    ]);
    expect([await left(), await retentions(aws)]).toEqual([2, { "/a": null }]);
    // Somebody did ask for it.
    await recordOrder(hostOf(aws, testSettings(aws, "log-retention")).store, "undo", {
      to: "log-retention",
      order: redo,
      by: "ann",
      at: new Date(),
    });
    expect((await redrive("--dry")).outcomes).toEqual(["waiting", "left"]);
  });

  test("what is for nobody is left, and said", async () => {
    await dead({ hello: "world\u001b[2J" });
    const { code, out } = await cli("redrive", "--settings", act);
    expect(code).toBe(3);
    expect(out).toContain("left where it is: it is of no known shape");
    expect(out).not.toContain("\u001b[2J");
    expect(await left()).toBe(1);
  });
});

test("where there is no queue there is nothing to redrive", async () => {
  const aws = await embedded();
  aws.use();
  const { code, out } = await cli("redrive", "--settings", settingsFor(aws, "act"));
  expect([code, out]).toEqual([0, "No dead letters.\n"]);
});
