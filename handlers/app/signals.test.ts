import { expect, test } from "vitest";
import * as z from "zod/mini";
import {
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

test("an event delivered twice, or in another wrapping, is the same message to the last letter", async () => {
  const once = ears();
  await once.hear(sample("ec2/instance-state-change"));
  const again = ears();
  await again.hear(throughSns(sample("ec2/instance-state-change")));
  expect(again.told()).toEqual(once.told());
});

test("one change of an alarm that comes in three shapes is one message at one time", async () => {
  const { hear, told } = ears();
  await hear(sample("alarm/metric-alarm"));
  await hear(sample("alarm/metric-alarm-direct"));
  await hear(throughSqs(notification(sample("alarm/metric-alarm-sns"))));
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
      severity: "info",
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

test("of a queue's messages only those that failed come again", async () => {
  const { hear, told } = ears(both, ({ title }) => title.includes("Object Created"));
  const answer = await hear(
    throughSqs(
      sample("ec2/instance-state-change"),
      "not JSON",
      sample("s3/object-created"),
      sample("acm/certificate-approaching-expiration"),
    ),
  );
  expect(answer).toEqual({
    batchItemFailures: [{ itemIdentifier: "message-1" }, { itemIdentifier: "message-2" }],
  });
  expect(told()).toHaveLength(2);
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
    detail: { password: "hunter2", text: "AKIAIOSFODNN7EXAMPLE" },
  });
  await hear({ ...sample("alarm/metric-alarm"), detail: { password: "hunter2" } });
  expect(JSON.stringify([told(), logged])).not.toMatch(/hunter2|IOSFODNN7/);
});
