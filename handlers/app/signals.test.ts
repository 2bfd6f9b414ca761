import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import {
  alarmsTopic,
  notification,
  sample,
  samples,
  throughSns,
  throughSqs,
  wrappings,
} from "../../events/samples.ts";
import alarm from "../../functions/signals/alarm/index.ts";
import anyEvent from "../../functions/signals/any-event/index.ts";
import { EnvelopeError } from "../../ingest/envelope.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { type AnySignal, signal } from "../../sdk/signal.ts";
import { clockAt } from "../../sdk/time.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { deployment } from "../../testing/deployed.ts";
import type { Counted } from "./metrics.ts";
import { type Listening, signalsHandler } from "./signals.ts";

const settings: UnitSettings = {
  home: "eu-central-1",
  deployment,
  regions: ["us-east-1", "us-west-2", "ca-central-1"],
  timeZone: "UTC",
  caps: { changes: 25, percent: 20, floor: 12 },
  coolDown: { seconds: 1800 },
  breaker: 5,
  exempt: [],
  longestSecurityExemption: { seconds: 1_209_600 },
  approvers: [],
  twoPersonRule: false,
  untrustedPerHour: 20,
  freezes: [],
  irreversible: "ask",
  id: "",
  all: [],
  family: "signals",
  protects: false,
  mode: "watch",
  config: {},
};
const listens = (one: AnySignal, own: Partial<UnitSettings> = {}): Listening => ({
  signal: one,
  settings: { ...settings, id: one.id, ...own },
});
const both = [listens(alarm), listens(anyEvent)];
const fromTopic = [
  listens(alarm, { signalTopics: [alarmsTopic] }),
  listens(anyEvent, { signalTopics: [alarmsTopic] }),
];

/** What is put, by id, as the ledger keeps it; what is logged; what is counted. */
function ears(
  signals: readonly Listening[] = both,
  broken: (message: Outgoing) => boolean = () => false,
) {
  const put = new Map<string, Outgoing>();
  const logged: { level: string; message: string; fields: object | undefined }[] = [];
  const counted = new Map<Counted, number>();
  const log = (level: string) => (message: string, fields?: object) =>
    void logged.push({ level, message, fields });
  const hear = signalsHandler({
    signals,
    outbox: {
      async put(message) {
        if (broken(message)) throw new Error("the ledger is away");
        put.set(message.id, message);
      },
    },
    log: { info: log("info"), warn: log("warn"), error: log("error") },
    clock: clockAt(new Date("2026-11-21T02:00:00Z")),
    metrics: {
      add: (what, count) => void counted.set(what, (counted.get(what) ?? 0) + count),
      publish: () => undefined,
    },
    account: "123456789012",
  });
  return { hear, put, logged, counted, told: () => [...put.values()] };
}

test.each(
  Object.entries(wrappings).flatMap(([how, wrap]) =>
    samples.map((path) => [path, how, wrap] as const),
  ),
)("%s, %s, is one message", async (path, _, wrap) => {
  const { hear, told } = ears();
  await hear(wrap(sample(path)));
  expect(told()).toEqual([
    expect.objectContaining({
      kind: "signal",
      account: "123456789012",
      unit: path.startsWith("alarm/") ? "alarm" : "any-event",
      title: expect.stringMatching(/\S/),
      severity: expect.any(String),
    }),
  ]);
});

test("an event delivered twice is the same message to the last letter", async () => {
  const once = ears();
  await once.hear(sample("ec2/instance-state-change"));
  const again = ears();
  await again.hear(sample("ec2/instance-state-change"));
  expect(again.told()).toEqual(once.told());
});

test("one change of an alarm that comes in three shapes is one message at one time", async () => {
  const { hear, told } = ears(fromTopic);
  await hear(sample("alarm/metric-alarm"));
  await hear(sample("alarm/metric-alarm-direct"));
  await hear(throughSns(sample("alarm/metric-alarm-sns")));
  expect(told().map(({ at, key }) => [at.toISOString(), key])).toEqual([
    [
      "2019-10-02T17:04:40.989Z",
      "arn:aws:cloudwatch:us-east-1:123456789012:alarm:ServerCpuTooHigh",
    ],
  ]);
});

test.each([
  ["account", { account: "999999999999" }],
  ["region", { region: "eu-north-1" }],
])("an event of another %s ends quietly, with one line and a metric", async (_, foreign) => {
  const { hear, told, logged, counted } = ears();
  await hear({ ...sample("ec2/instance-state-change"), ...foreign });
  expect(told()).toEqual([]);
  expect(logged.map(({ level }) => level)).toEqual(["info"]);
  expect(counted).toEqual(new Map([["foreign", 1]]));
});

test("without knowing its own account it takes nothing", async () => {
  const { hear, told } = ears();
  const nowhere = signalsHandler({
    signals: both,
    outbox: { put: async () => undefined },
    log: { info() {}, warn() {}, error() {} },
    clock: clockAt(new Date()),
  });
  await expect(nowhere(sample("ec2/instance-state-change"))).rejects.toThrow(
    "not known which account",
  );
  await hear(sample("ec2/instance-state-change"));
  expect(told()).toHaveLength(1);
});

test("the account is the function's own where none is given", async () => {
  const put: Outgoing[] = [];
  const hear = signalsHandler({
    signals: both,
    outbox: { put: async (message) => void put.push(message) },
    log: { info() {}, warn() {}, error() {} },
    clock: clockAt(new Date()),
  });
  await hear(sample("ec2/instance-state-change"), {
    invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:nightshift-signals",
  });
  expect(put).toHaveLength(1);
});

test("settings give a signal other events; what it then leaves goes to the fallback", async () => {
  const signals = [listens(alarm, { on: [{ source: "my.alarms" }] }), listens(anyEvent)];
  const { hear, told } = ears(signals);
  await hear({ ...sample("alarm/metric-alarm"), source: "my.alarms" });
  await hear(sample("alarm/metric-ok"));
  expect(told().map(({ unit }) => unit)).toEqual(["alarm", "any-event"]);
});

test("a detail that a signal cannot read is told as it is", async () => {
  const { hear, told, logged } = ears();
  await hear({
    ...sample("alarm/metric-alarm"),
    detail: { AlarmName: "renamed", state: "ALARM" },
  });
  expect(told()).toEqual([
    expect.objectContaining({
      unit: "any-event",
      severity: "warning",
      facts: expect.objectContaining({ AlarmName: "renamed" }),
    }),
  ]);
  expect(logged).toContainEqual(
    expect.objectContaining({
      level: "warn",
      message: "A signal could not read an event; it is told as it is",
    }),
  );
});

test("what a signal chooses not to tell is not told by another", async () => {
  const { hear, told } = ears([
    listens(alarm, { config: { ignore: ["ServerCpuTooHigh"] } }),
    listens(anyEvent),
  ]);
  await hear(sample("alarm/metric-alarm"));
  expect(told()).toEqual([]);
});

test("an event that is not of AWS is labelled, carries no link and closes nothing, whatever a signal says of it", async () => {
  const trusting = signal({
    id: "trusting",
    family: "test",
    summary: "Believes everything",
    on: [{ source: "my.app" }],
    config: z.strictObject({}),
    detail: z.unknown(),
    tell: () => ({
      title: "see https://evil.example",
      severity: "info",
      key: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:x",
      closes: true,
      link: "https://evil.example",
      facts: { link: "http://evil.example" },
    }),
  });
  const { hear, told } = ears([listens(trusting)]);
  await hear(sample("any-event/order-failed"));
  expect(told()).toEqual([
    expect.objectContaining({
      untrusted: true,
      title: "see https[:]//evil.example",
      facts: { link: "http[:]//evil.example" },
    }),
  ]);
  // It groups among its own, and never with what AWS opened.
  expect(told()[0]?.key).toBe("my.app/arn:aws:cloudwatch:us-east-1:123456789012:alarm:x");
  expect(told()[0]).not.toHaveProperty("closes");
  expect(told()[0]).not.toHaveProperty("link");
});

const invokedAs = (alias: string) => ({
  invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:nightshift-signals${alias}`,
});
const finding = {
  ...sample("guardduty/finding"),
  detail: {
    ...(sample("guardduty/finding").detail as object),
    title: "Call https://evil.example/login now",
  },
};

describe("what says that it is of AWS", () => {
  const believedSignal = (source: string) =>
    signal({
      id: "believing",
      family: "test",
      summary: "Believes everything",
      on: [{ source }],
      config: z.strictObject({}),
      detail: z.unknown(),
      tell: () => ({
        title: "see https://evil.example",
        severity: "critical",
        key: "the key of a finding",
        closes: true,
        link: "https://evil.example",
      }),
    });

  test.each<[how: string, wrap: (event: object) => unknown, alias: string]>([
    ["through a topic, however it is named", (event) => throughSns(event), ":aws"],
    ["through a queue", (event) => throughSqs(event), ":aws"],
    ["through a topic and a queue", (event) => throughSqs(notification(event)), ":aws"],
    ["as a notification that somebody hands over", (event) => notification(event), ":aws"],
    ["from whoever invokes the function", (event) => event, ""],
    ["from whoever invokes a version of it", (event) => event, ":7"],
    ["from whoever invokes another alias", (event) => event, ":aws2"],
  ])("%s, is labelled, carries no link and closes nothing", async (_, wrap, alias) => {
    const { hear, told } = ears([
      listens(believedSignal("aws.guardduty"), { signalTopics: [alarmsTopic] }),
    ]);
    await hear(wrap(finding), invokedAs(alias));
    expect(told()).toEqual([
      expect.objectContaining({ untrusted: true, title: "see https[:]//evil.example" }),
    ]);
    expect(told()[0]?.key).toBe("not of AWS/aws.guardduty/the key of a finding");
    expect(told()[0]).not.toHaveProperty("closes");
    expect(told()[0]).not.toHaveProperty("link");
  });

  test("by the bus may hold links that others put into its fields: they lead nowhere", async () => {
    const { hear, told } = ears([listens(believedSignal("aws.guardduty"))]);
    await hear(finding, invokedAs(":aws"));
    expect(told()[0]?.title).toBe("see https[:]//evil.example");
  });

  test("by the bus is AWS's own word", async () => {
    const { hear, told } = ears([listens(believedSignal("aws.guardduty"))]);
    await hear(finding, invokedAs(":aws"));
    expect(told()[0]).not.toHaveProperty("untrusted");
    expect(told()[0]).toMatchObject({ link: "https://evil.example", key: "the key of a finding" });
  });

  test.each([
    "awsevil",
    "aws",
    "AWS.guardduty",
    "aws-guardduty",
    " aws.guardduty",
    "com.aws.guardduty",
  ])("in words alone, as the source %j does, is not of AWS even on the bus", async (source) => {
    const { hear, told } = ears([listens(believedSignal(source))]);
    await hear({ ...finding, source }, invokedAs(":aws"));
    expect(told()).toEqual([expect.objectContaining({ untrusted: true })]);
    expect(told()[0]).not.toHaveProperty("closes");
  });

  test.each([
    ["alarm/metric-alarm-sns", true],
    ["alarm/composite-alarm-sns", true],
    ["budgets/actual", true],
    ["cost-anomaly/anomaly-sns", true],
    ["s3/replication-failed", true],
    ["lambda/destination-record", false],
    ["alarm/metric-alarm-direct", true],
    ["alarm/metric-alarm", false],
    ["guardduty/finding", false],
    ["any-event/order-failed", false],
  ])("%s from a topic of the settings is believed: %s", async (path, isBelieved) => {
    const { hear, told } = ears(fromTopic);
    await hear(throughSns(sample(path)), invokedAs(":aws"));
    expect(told().map((message) => "untrusted" in message)).toEqual([!isBelieved]);
  });

  test.each([
    ["another topic", "arn:aws:sns:us-east-1:123456789012:alarms2"],
    ["the same topic elsewhere", "arn:aws:sns:eu-west-1:123456789012:alarms"],
    ["one of another account", "arn:aws:sns:us-east-1:999999999999:alarms"],
    ["none", undefined],
  ])("an alarm from %s is not of AWS", async (_, TopicArn) => {
    const { hear, told } = ears(fromTopic);
    const [record] = (throughSns(sample("alarm/metric-alarm-sns")) as { Records: object[] })
      .Records;
    await hear(
      { Records: [{ ...record, Sns: { ...(record as { Sns: object }).Sns, TopicArn } }] },
      invokedAs(":aws"),
    );
    expect(told()).toEqual([expect.objectContaining({ untrusted: true })]);
  });

  test("an alarm that names the function as its action is believed; one that somebody hands over is not", async () => {
    const alarmed = sample("alarm/metric-alarm-direct");
    const [believed, forged] = [ears(), ears()];
    await believed.hear(alarmed, invokedAs(":aws"));
    await forged.hear(alarmed, invokedAs(""));
    expect(believed.told()[0]).not.toHaveProperty("untrusted");
    expect(forged.told()[0]).toHaveProperty("untrusted", true);
  });

  test("and comes before what AWS says does not take its place", async () => {
    const { hear, told } = ears();
    await hear(sample("alarm/metric-alarm-direct"), invokedAs(""));
    await hear(sample("alarm/metric-alarm"), invokedAs(":aws"));
    expect(told().map((message) => "untrusted" in message)).toEqual([true, false]);
  });
});

test("a source that looks like the beginning of a key of AWS's groups among its own", async () => {
  const source = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer";
  const forging = signal({
    id: "forging",
    family: "test",
    summary: "Has keys like AWS's",
    on: [{ source }],
    config: z.strictObject({}),
    detail: z.unknown(),
    tell: () => ({ title: "x", severity: "info", key: "app/front/50dc6c495c0c9188" }),
  });
  const { hear, told } = ears([listens(forging)]);
  await hear({ ...sample("any-event/order-failed"), source });
  expect(told()[0]?.key).toBe(`not of AWS/${source}/app/front/50dc6c495c0c9188`);
});

test("what has used up its share is not even read", async () => {
  const read: unknown[] = [];
  const reading = signal({
    id: "reading",
    family: "test",
    summary: "Notes what it reads",
    on: [{ source: "my.app" }, { source: "aws.ec2" }],
    config: z.strictObject({}),
    detail: z.pipe(
      z.unknown(),
      z.transform((given: unknown) => void read.push(given)),
    ),
    tell: () => ({ title: "x", severity: "info" }),
  });
  const hear = signalsHandler({
    signals: [listens(reading)],
    outbox: { put: async () => undefined, isFull: async () => true },
    log: { info() {}, warn() {}, error() {} },
    clock: clockAt(new Date()),
    account: "123456789012",
  });
  await hear(sample("any-event/order-failed"));
  expect(read).toHaveLength(0);
  // What is of AWS has no share.
  await hear(sample("ec2/instance-state-change"));
  expect(read).toHaveLength(1);
});

test("of a queue's messages only those that failed come again", async () => {
  const { hear, told } = ears(both, ({ title }) => title.includes("Object Created"));
  const answer = await hear(
    throughSqs(
      sample("ec2/instance-state-change"),
      "",
      sample("s3/object-created"),
      sample("acm/certificate-approaching-expiration"),
    ),
  );
  expect(answer).toEqual({
    batchItemFailures: [{ itemIdentifier: "message-1" }, { itemIdentifier: "message-2" }],
  });
  expect(told()).toHaveLength(2);
});

test("a text that comes through a topic is told, labelled as not of AWS, and is not tried again", async () => {
  const { hear, told } = ears(fromTopic);
  await hear(throughSns("The nightly import did not finish: 3 files are missing"));
  expect(told()).toEqual([
    expect.objectContaining({
      unit: "any-event",
      untrusted: true,
      title: `sns says "ALARM: The nightly import did not finish: 3 files are missing" about alarms`,
    }),
  ]);
});

test("what is not from a queue fails loudly, so that it is delivered again", async () => {
  await expect(ears().hear({ hello: "world" })).rejects.toThrow(EnvelopeError);
  await expect(ears(both, () => true).hear(sample("s3/object-created"))).rejects.toThrow(
    "the ledger is away",
  );
});

test("the event is kept with its message, cut and without secrets", async () => {
  const { hear, told } = ears();
  await hear({
    ...sample("any-event/order-failed"),
    detail: { order: "o-1001", password: "hunter2", text: "x ".repeat(10_000) },
  });
  const [message] = told();
  const event = message?.kind === "signal" ? message.event : undefined;
  expect(JSON.parse(event ?? "")).toMatchObject({
    source: "my.app",
    account: "123456789012",
    detail: { order: "o-1001", password: "[redacted]" },
  });
  expect(event?.length).toBeLessThan(2_500);
});

test("a secret in an event is neither told nor logged", async () => {
  const { hear, told, logged } = ears();
  await hear({
    ...sample("any-event/order-failed"),
    detail: {
      password: "hunter2",
      environment: [{ name: "DB_PASSWORD", type: "PLAINTEXT", value: "hunter2" }],
      body: JSON.stringify({ headers: { authorization: "Bearer hunter2" } }),
      text: "AKIAIOSFODNN7EXAMPLE",
    },
  });
  await hear({ ...sample("alarm/metric-alarm"), detail: { password: "hunter2" } });
  await hear(throughSns('{"password": "hunter2", '));
  await hear(throughSqs('{"password": "hunter2", '));
  expect(JSON.stringify([told(), logged])).not.toMatch(/hunter2/);
  // The id of an access key is needed in an incident, and is no secret.
  expect(JSON.stringify(told())).toContain("AKIAIOSFODNN7EXAMPLE");
});

describe("an event that speaks of several matters", () => {
  const doors = signal({
    id: "doors",
    family: "test",
    summary: "Tells of each of several doors",
    on: [{ source: "aws.house" }],
    config: z.strictObject({}),
    detail: z.object({ open: z.array(z.string()) }),
    tell: ({ open }) =>
      open.map((name) => ({
        title: `The door ${name} is open`,
        severity: "warning" as const,
        key: name,
      })),
  });
  const event = (open: readonly string[]) => ({
    id: "e-1",
    source: "aws.house",
    "detail-type": "Doors",
    account: "123456789012",
    region: "us-east-1",
    time: "2026-11-21T02:00:00Z",
    resources: [],
    detail: { open },
  });

  test("is a message for each, the same ones when it is delivered again, in whatever order", async () => {
    const { hear, told } = ears([listens(doors)]);
    await hear(event(["front", "back"]));
    const ids = told().map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(told().map(({ key }) => key)).toEqual(["front", "back"]);
    await hear(event(["back", "front"]));
    expect(told().map(({ id }) => id)).toEqual(ids);
  });

  test("is told whole, where the ledger was away in between", async () => {
    let away = true;
    const { hear, told } = ears([listens(doors)], ({ key }) => away && key === "back");
    await expect(hear(event(["front", "back"]))).rejects.toThrow("the ledger is away");
    away = false;
    await hear(event(["front", "back"]));
    expect(told().map(({ key }) => key)).toEqual(["front", "back"]);
  });

  test("without any is no message", async () => {
    const { hear, told } = ears([listens(doors)]);
    await hear(event([]));
    expect(told()).toEqual([]);
  });
});
