import { describe, expect, test } from "vitest";
import {
  alarmsTopic,
  notification,
  sample,
  samples,
  throughSns,
  throughSqs,
  wrappings,
} from "../events/samples.ts";
import { EnvelopeError, unwrap, unwrapEach } from "./envelope.ts";

describe.each(Object.entries(wrappings))("%s", (_, wrap) => {
  test.each(samples)("the sample %s is one event of its account and region", (path) => {
    const [delivery, ...others] = unwrap(wrap(sample(path)), "123456789012");
    expect(others).toEqual([]);
    expect(delivery?.event).toMatchObject({
      account: "123456789012",
      region: expect.stringMatching(/^[a-z]{2}-[a-z]+-\d$/),
      source: expect.any(String),
      detailType: expect.any(String),
    });
    expect(delivery?.event.id).not.toBe("");
    expect(delivery?.event.time.getTime()).toBeGreaterThan(0);
    expect(delivery?.event.detail).toBeTypeOf("object");
  });
});

test("it is said how an event came", () => {
  const event = sample("ec2/instance-state-change");
  expect(unwrap(event)[0]?.via).toBe("eventbridge");
  expect(unwrap(throughSns(event))[0]?.via).toBe("sns");
  expect(unwrap(throughSqs(event, event)).map(({ via, messageId }) => [via, messageId])).toEqual([
    ["sqs", "message-0"],
    ["sqs", "message-1"],
  ]);
  expect(unwrap(sample("alarm/metric-alarm-direct"))[0]?.via).toBe("direct");
  expect(unwrap(notification(event))[0]?.via).toBe("direct");
  expect(unwrap(throughSns(event))[0]).toMatchObject({ topic: alarmsTopic, shape: "event" });
  expect(unwrap(throughSns(sample("alarm/metric-alarm-sns")))[0]).toMatchObject({ shape: "own" });
});

test.each([
  ["alarm/metric-alarm", "alarm/metric-alarm-direct", "alarm/metric-alarm-sns"],
  ["alarm/composite-alarm", "alarm/composite-alarm-direct", "alarm/composite-alarm-sns"],
])("one change of %s is one event, whichever way it comes", (...paths) => {
  const events = paths.flatMap((path) => unwrap(sample(path))).map(({ event }) => event);
  const [first] = events;
  for (const { id, source, detailType, account, region, time, resources, detail } of events) {
    expect({ id, source, detailType, account, region, time, resources }).toEqual({
      id: first?.id,
      source: "aws.cloudwatch",
      detailType: "CloudWatch Alarm State Change",
      account: first?.account,
      region: "us-east-1",
      time: first?.time,
      resources: first?.resources,
    });
    const wanted = first?.detail as { alarmName: string; state: { value: string; reason: string } };
    expect(detail).toMatchObject({
      alarmName: wanted.alarmName,
      state: { value: wanted.state.value, reason: wanted.state.reason },
      previousState: { value: "OK" },
    });
  }
});

test("what SNS says of the metrics becomes what EventBridge says of them", () => {
  const metricsOf = (path: string) =>
    (unwrap(sample(path))[0]?.event.detail as { configuration: { metrics: object[] } } | undefined)
      ?.configuration.metrics ?? [];
  const [metric] = metricsOf("alarm/metric-alarm-sns");
  expect(metric).toEqual({ ...metricsOf("alarm/metric-alarm")[0], id: "m1" });
  expect(metricsOf("alarm/metric-math-alarm-sns")).toEqual(metricsOf("alarm/metric-math-alarm"));
});

test("an alarm without its ARN, as CloudWatch once published, takes the region from its topic", () => {
  const { AlarmArn: _, ...old } = sample("alarm/metric-alarm-sns");
  expect(unwrap(throughSns(old))[0]?.event).toMatchObject({
    region: "us-east-1",
    account: "123456789012",
    resources: [],
  });
});

test("an alarm that goes on and off again is two events", () => {
  const [on, off] = ["alarm/metric-alarm", "alarm/metric-ok"].map(
    (path) => unwrap(sample(path))[0]?.event.id,
  );
  expect(on).not.toBe(off);
});

test.each<[string, unknown, RegExp]>([
  ["nothing", undefined, /got undefined; expected an EventBridge event/],
  ["a text", "hello", /got the text "hello"/],
  [
    "an object of another kind",
    { action: "run", mode: "act" },
    /got an object with action, mode; expected/,
  ],
  [
    "an event without its account",
    {
      source: "aws.ec2",
      "detail-type": "x",
      region: "us-east-1",
      time: "2026-01-01T00:00:00Z",
      detail: {},
    },
    /without a valid account/,
  ],
  [
    "an event without a real time",
    {
      source: "aws.ec2",
      "detail-type": "x",
      account: "1",
      region: "us-east-1",
      time: "soon",
      detail: {},
    },
    /without a valid time/,
  ],
  ["an SNS message without a word", throughSns(" "), /SNS message is not JSON: " "/],
  ["an SQS message without a word", throughSqs(""), /body of the SQS message is not JSON/],
  [
    "a record of Kinesis",
    { Records: [{ kinesis: { data: "" } }] },
    /neither of SNS nor of SQS: an object with kinesis/,
  ],
  ["a text with a terminal's escape", "\u001b[2J", /got the text "\\u001b\[2J"/],
])("%s is refused, and it is said what was expected", (_, payload, message) => {
  expect(() => unwrap(payload)).toThrow(EnvelopeError);
  expect(() => unwrap(payload)).toThrow(message);
});

test("one record that cannot be read does not take the others with it", () => {
  const outcomes = unwrapEach(
    throughSqs(sample("s3/object-created"), "", notification(sample("any-event/order-failed"))),
  );
  expect(
    outcomes.map((one) =>
      "error" in one ? `refused ${one.messageId}` : `${one.event.source} ${one.messageId}`,
    ),
  ).toEqual(["aws.s3 message-0", "refused message-1", "my.app message-2"]);
});

describe("what is of no known shape is told as it is", () => {
  const hook = {
    AutoScalingGroupName: "web",
    LifecycleHookName: "drain",
    LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  };
  test.each<[string, unknown, object]>([
    [
      "a text of a topic",
      throughSns("The nightly import did not finish"),
      {
        source: "sns",
        detailType: "ALARM",
        resources: [alarmsTopic],
        detail: { message: "The nightly import did not finish" },
      },
    ],
    [
      "what a lifecycle hook publishes to a topic",
      throughSns(hook),
      { source: "sns", resources: [], detail: { ...hook, through: alarmsTopic } },
    ],
    [
      "a letter whose lines have names",
      throughSns("Timestamp: now\nMessage: health has gone from Ok to Severe\n\nEnvironment: shop"),
      {
        source: "sns",
        resources: [],
        detail: {
          Timestamp: "now",
          Message: "health has gone from Ok to Severe",
          Environment: "shop",
          text: expect.stringContaining("Severe\n\nEnvironment"),
        },
      },
    ],
    [
      "a sentence with a colon",
      throughSns("Nightly import: 3 files are missing"),
      { detail: { message: "Nightly import: 3 files are missing" } },
    ],
    ["a text of a queue", throughSqs("{"), { source: "sqs", detail: { message: "{" } }],
    [
      "a topic's text through a queue",
      throughSqs(notification("Dear customer")),
      { source: "sns", detail: { message: "Dear customer" } },
    ],
    [
      "an event that lacks what an event has",
      throughSns({ source: "aws.ec2", detail: {} }),
      { source: "sns", detail: { source: "aws.ec2", detail: {} } },
    ],
  ])("%s", (_, payload, event) => {
    const [delivery, ...others] = unwrap(payload);
    expect(others).toEqual([]);
    expect(delivery?.event).toMatchObject({
      account: "123456789012",
      region: "us-east-1",
      ...event,
    });
    expect(unwrap(payload)[0]?.event.id).toBe(delivery?.event.id);
  });
});
