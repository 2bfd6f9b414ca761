import { expect, test } from "vitest";
import type { RunResult } from "../../ledger/result.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { asData } from "../../messages/render/data.ts";
import { incident, news } from "../../test/messages.ts";
import { envelope, sns } from "./sns.ts";

const at = new Date("2026-11-21T02:00:00Z");
const options = { timeZone: "UTC" };
const bare: Outgoing = {
  id: "m1",
  at,
  account: "123456789012",
  region: "eu-central-1",
  unit: "alarm",
  kind: "signal",
  title: "api is in ALARM",
  severity: "critical",
  facts: { metric: "5xx" },
  key: "arn:x",
  closes: false,
};

const run = (count: number, text = "x"): RunResult => ({
  id: "idle.r1",
  automation: "idle",
  account: "123456789012",
  region: "eu-central-1",
  mode: "act",
  at,
  outcome: "done",
  found: count,
  plan: { id: "idle.p1", hash: "h", expires: at },
  actions: Array.from({ length: count }, (_, number) => ({
    id: `idle.r1.${number}`,
    target: `i-${number}`,
    because: text,
    call: { operation: "ec2:StopInstances", input: { InstanceIds: [`i-${number}`], Since: at } },
    outcome: "applied" as const,
    verified: true as const,
    held: null,
    error: null,
    undo: { operation: "ec2:StartInstances", input: null },
    savesPerMonth: 1,
  })),
  calls: { reads: 1, writes: 1 },
});
type Forms = {
  default: string;
  sms: string;
  sqs: string;
  lambda: string;
  http: string;
  https: string;
};
const forms = (message: Outgoing): Forms => JSON.parse(envelope(message, options)) as Forms;

test("people get text, programs get JSON", () => {
  const { default: text, sms, sqs, lambda, http, https } = forms(bare);
  expect(text).toMatch(/^api is in ALARM\n/);
  expect(sms).toBe("[critical] api is in ALARM");
  expect(JSON.parse(sqs)).toEqual(asData(bare));
  expect([lambda, http, https]).toEqual([sqs, sqs, sqs]);
});

test("the structured form has one shape, whatever the message has", () => {
  const { id, account, region, unit, kind, title, severity } = bare;
  expect(asData({ id, at, account, region, unit, kind, title, severity })).toEqual({
    version: 1,
    id: "m1",
    at: "2026-11-21T02:00:00.000Z",
    severity: "critical",
    kind: "signal",
    unit: "alarm",
    account: "123456789012",
    region: "eu-central-1",
    title: "api is in ALARM",
    facts: {},
    key: null,
    closes: false,
    untrusted: false,
    chart: null,
    table: null,
    affected: [],
    link: null,
    runbook: null,
    incidents: null,
    run: null,
  });
  expect(asData({ ...bare, chart: { title: "Cost", points: [[at, 3]] } }).chart).toEqual({
    title: "Cost",
    unit: null,
    points: [["2026-11-21T02:00:00.000Z", 3]],
  });
  const bars = [["Amazon EC2", 812.5]] as const;
  expect(asData({ ...bare, chart: { title: "Cost", unit: "USD", bars } }).chart).toEqual({
    title: "Cost",
    unit: "USD",
    points: [],
    bars: [["Amazon EC2", 812.5]],
  });
});

test("of incidents a subscription can ask by id and by why it is told, and a program reads how each stands", async () => {
  const published: {
    MessageAttributes?: Record<string, { StringValue?: string }>;
    Message?: string;
  }[] = [];
  const client = {
    send: async ({ input }: { input: (typeof published)[number] }) => published.push(input),
  } as never;
  const group = [incident("api", { state: "acknowledged", by: "ann", count: 7 }), incident("db")];
  await sns(client, "arn:x", options).send(news("acknowledged", group, { more: 2 }));
  await sns(client, "arn:x", options).send(bare);
  expect(
    published.map(({ MessageAttributes = {} }) => [
      MessageAttributes.incident?.StringValue,
      MessageAttributes.why?.StringValue,
    ]),
  ).toEqual([
    ["inc.api", "acknowledged"],
    [undefined, undefined],
  ]);
  expect(JSON.parse(JSON.parse(published[0]?.Message ?? "").sqs).incidents).toMatchObject({
    why: "acknowledged",
    more: 2,
    incidents: [
      {
        id: "inc.api",
        state: "acknowledged",
        by: "ann",
        count: 7,
        openedAt: "2026-11-21T02:07:00.000Z",
        resolvedAt: null,
      },
      { id: "inc.db" },
    ],
  });
});

test("a run is in it, its inputs exactly, its times as ISO 8601", () => {
  expect(asData({ ...bare, kind: "run", run: run(1) }).run).toMatchObject({
    id: "idle.r1",
    at: "2026-11-21T02:00:00.000Z",
    plan: { id: "idle.p1", expires: "2026-11-21T02:00:00.000Z" },
    actions: [
      {
        target: "i-0",
        call: { input: { InstanceIds: ["i-0"], Since: { $date: "2026-11-21T02:00:00.000Z" } } },
      },
    ],
  });
});

test.each([
  ["thousands of actions", { kind: "run" as const, run: run(5_000) }],
  [
    "actions of long reasons full of quotes",
    { kind: "run" as const, run: run(150, '"\\'.repeat(2_000)) },
  ],
  [
    "enormous facts",
    {
      facts: Object.fromEntries(
        Array.from({ length: 300 }, (_, number) => [`f${number}`, '"'.repeat(4_000)]),
      ),
    },
  ],
  ["a title without end", { title: "\u0000".repeat(300_000) }],
  [
    "incidents and names without end",
    {
      affected: Array.from({ length: 500 }, () => "x".repeat(600)),
      ...news(
        "opened",
        Array.from({ length: 400 }, (_, number) =>
          incident(`${number}`, { title: '"'.repeat(600) }),
        ),
      ),
      id: "m1",
    },
  ],
  [
    "text of four bytes a character",
    {
      facts: Object.fromEntries(
        Array.from({ length: 300 }, (_, number) => [`f${number}`, "🌙".repeat(400)]),
      ),
    },
  ],
])("with %s it still fits through a topic, and says what was left out", (_, more) => {
  const message = { ...bare, ...more };
  expect(Buffer.byteLength(envelope(message, options))).toBeLessThan(256 * 1024);
  const data = JSON.parse(forms(message).sqs) as {
    id: string;
    leftOut?: string;
    run?: { actionsLeftOut?: number; actions: unknown[] };
  };
  expect(data.id).toBe("m1");
  if ("run" in more)
    expect((data.run?.actions.length ?? 0) + (data.run?.actionsLeftOut ?? 0)).toBe(
      more.run.actions.length,
    );
});
