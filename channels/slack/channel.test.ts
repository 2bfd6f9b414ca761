/** Over HTTP, against a server that behaves like Slack and refuses what Slack refuses. */
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { clockAt, seconds } from "../../sdk/time.ts";
import { keptLog } from "../../testing/context.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import type { Undelivered } from "../undelivered.ts";
import { slackApi } from "./api.ts";
import { asTerminal } from "./as-text.ts";
import type { Block } from "./blocks.ts";
import { slack } from "./channel.ts";
import { type FakeSlack, startFakeSlack } from "./fake.ts";
import type { FakeMessage } from "./fake-workspace.ts";
import { refs } from "./thread.ts";

const at = new Date("2026-11-21T02:00:00Z");
let fake: FakeSlack;
const fakes: FakeSlack[] = [];
beforeEach(async () => {
  fake = await startFakeSlack({ now: () => at });
  fakes.push(fake);
});
afterAll(() => Promise.all(fakes.map((one) => one.stop())));

function channel(
  given: {
    token?: string;
    channel?: string;
    renewed?: () => Promise<boolean>;
    timeoutMs?: number;
    /** Operations of the ledger that fail. */
    fails?: RegExp;
  } = {},
) {
  const clock = clockAt(at);
  const ledger = memoryLedger(clock);
  const { store } = ledger;
  ledger.before = (operation) => {
    if (given.fails?.test(operation)) throw new Error("the ledger is away");
  };
  const { log, lines } = keptLog();
  let token = given.token ?? fake.token;
  const made = slack(
    {
      name: "oncall",
      channel: given.channel ?? fake.channel,
      api: async () =>
        slackApi({
          token,
          url: fake.api,
          ...(given.timeoutMs !== undefined && { timeoutMs: given.timeoutMs }),
        }),
      renewed: async () => {
        token = fake.token;
        return given.renewed?.() ?? false;
      },
      refs: refs(store, "oncall", clock),
      log,
    },
    { timeZone: "UTC", member: (person) => (person === "ann" ? "U0ANN" : undefined) },
  );
  return { send: (message: Outgoing) => made.send(message), lines };
}

const base = { at, account: "123456789012", region: "eu-central-1" } as const;
const signal: Outgoing = {
  ...base,
  id: "alarm.1",
  unit: "alarm",
  kind: "signal",
  severity: "critical",
  title: "api is in ALARM",
};
const action = (target: string, more: Partial<ActionResult> = {}): ActionResult => ({
  id: `log-retention.t.r.${target}`,
  target,
  because: "it is kept for ever",
  call: { operation: "logs:PutRetentionPolicy", input: {} },
  outcome: "waiting",
  verified: null,
  held: null,
  error: null,
  undo: { operation: "logs:DeleteRetentionPolicy", input: {} },
  savesPerMonth: null,
  ...more,
});
const runOf = (
  id: string,
  actions: readonly ActionResult[],
  plan: RunResult["plan"] = null,
): RunResult => ({
  id,
  automation: "log-retention",
  ...base,
  mode: "ask",
  outcome: "waiting",
  found: 3,
  plan,
  actions,
  calls: { reads: 1, writes: 0 },
});
const plan = {
  id: "log-retention.t.r1.plan-01234567",
  hash: "0123456789abcdef",
  expires: new Date("2026-11-24T02:00:00Z"),
};
const asked: Outgoing = {
  ...base,
  id: "log-retention.t.r1.m1",
  unit: "log-retention",
  kind: "run",
  severity: "warning",
  title: "log-retention: 2 waiting for approval",
  run: runOf("log-retention.t.r1", [action("a"), action("b")], plan),
};
const carried: Outgoing = {
  ...asked,
  id: "log-retention.t.r2.m2",
  title: "log-retention: 2 changed",
  severity: "info",
  carries: { plan: plan.id, by: "slack:T0TEAM/U0ANN/A0APP" },
  run: runOf("log-retention.t.r2", [
    action("a", { outcome: "applied", verified: true }),
    action("b", { outcome: "failed", error: "AccessDenied" }),
  ]),
};

const text = ({ blocks }: FakeMessage): string =>
  asTerminal({ blocks: blocks as unknown as Block[] });
const pressable = ({ blocks }: FakeMessage): (string | undefined)[] =>
  blocks.flatMap(({ type, elements = [] }) =>
    type === "actions" ? elements.map(({ action_id }) => action_id) : [],
  );
const [first, second, third] = [0, 1, 2].map(
  (index) => () => fake.messages[index] as FakeMessage,
) as [() => FakeMessage, () => FakeMessage, () => FakeMessage];

test("a message stands in the channel, with blocks and with text for notifications", async () => {
  await channel().send(signal);
  expect(fake.messages).toMatchObject([
    {
      channel: fake.channel,
      text: "[critical] api is in ALARM",
      blocks: [{ type: "header" }, { type: "context" }],
    },
  ]);
});

test("what becomes of a plan is told in its thread, and its message says who decided and what came of it", async () => {
  const { send } = channel();
  await send(asked);
  expect(pressable(first())).toEqual(["approve", "deny", "targets", "exempt"]);
  await send(carried);
  expect([second().thread, first().edited]).toEqual([first().ts, 1]);
  expect(text(first())).toContain(
    "✅ Approved by @U0ANN. ⚠️ 1 change done, 1 failed, 2026-11-21 02:00 UTC; the thread says more.",
  );
  expect(text(first())).toContain("Waiting for a decision (2)");
  expect(pressable(first())).toEqual(["targets", "exempt"]);

  await send({
    ...asked,
    kind: "undo",
    id: "u",
    facts: { by: "arn:aws:iam::123456789012:user/ann" },
    run: runOf("log-retention.t.r2.undo", [action("a", { outcome: "applied" })]),
  });
  expect(third().thread).toBe(first().ts);
  expect(text(second())).toContain("↩️ Taken back by user/ann: 1 change done");
  expect(pressable(second())).toEqual(["exempt"]);
});

test("a denial is told in the plan's thread, and leaves nothing to decide", async () => {
  const { send } = channel();
  await send(asked);
  await send({
    ...base,
    id: `${plan.id}.denied`,
    unit: "log-retention",
    kind: "decision",
    severity: "info",
    title: "2 proposed changes were denied",
    facts: { plan: plan.id, by: "slack:T0TEAM/U0ANN/A0APP" },
  });
  expect(second().thread).toBe(first().ts);
  expect(text(first())).toContain("❌ Denied by @U0ANN");
  expect(pressable(first())).toEqual(["targets", "exempt"]);
});

const news = (
  why: "opened" | "changed" | "acknowledged" | "escalated" | "resolved",
  incidents: readonly object[],
  calls: string[] = [],
): Outgoing => ({
  ...base,
  id: `incident.${why}.${incidents.length}`,
  unit: "incidents",
  kind: "incident",
  severity: "critical",
  title: "api is in ALARM",
  news: {
    why,
    group: "g1",
    calls,
    incidents: incidents.map((one, index) => ({
      id: `inc.${index}`,
      state: "open" as const,
      severity: "critical" as const,
      title: "api is in ALARM",
      openedAt: at,
      count: 1,
      ...one,
    })),
  },
});

test("an incident's later news stand in the thread of its first message, which shows how it stands; whoever is called sees it in the channel", async () => {
  const { send } = channel();
  await send(news("opened", [{}, { title: "db is in ALARM" }], ["ann"]));
  await send(news("escalated", [{}, { title: "db is in ALARM" }], ["ann"]));
  expect(second()).toMatchObject({ thread: first().ts, broadcast: true });
  await send(news("acknowledged", [{ state: "acknowledged", by: "slack:T0TEAM/U0ANN/A0APP" }]));
  expect(third()).toMatchObject({ thread: first().ts, broadcast: false });
  expect(text(first())).toContain("│ 1 open, 1 taken");
  expect(text(first())).toContain("db is in ALARM (open");
  expect(text(first())).toContain("api is in ALARM (acknowledged by @U0ANN");
  expect(pressable(first())).toContain("acknowledge");

  await send(
    news("resolved", [
      { state: "resolved", resolvedAt: at },
      { state: "resolved", resolvedAt: at, title: "db is in ALARM" },
    ]),
  );
  expect(text(first())).toContain("is in ALARM and 1 more");
  expect(pressable(first())).toEqual([]);
  expect(fake.messages).toHaveLength(4);
  // What comes after its end is a matter of its own.
  await send(news("opened", [{}]));
  expect(fake.messages.at(-1)?.thread).toBeUndefined();
});

test("a first message that somebody has deleted does not keep the news from being told", async () => {
  const { send } = channel();
  await send(news("opened", [{}]));
  fake.remove(first().ts);
  await send(news("acknowledged", [{ state: "acknowledged" }]));
  expect(fake.messages).toMatchObject([{ text: "[critical] api is in ALARM" }]);
  expect(first().thread).toBeUndefined();
});

test("news that stand are not told again because the first message cannot be changed", async () => {
  const { send, lines } = channel();
  await send(news("opened", [{}]));
  fake.refuse("chat.update", "edit_window_closed");
  await send(news("acknowledged", [{ state: "acknowledged" }]));
  expect(fake.messages).toHaveLength(2);
  expect(lines).toMatchObject([
    { level: "warn", message: "The first message of a matter could not be brought up to date" },
  ]);
});

const points = Array.from(
  { length: 14 },
  (_, day) => [new Date(Date.UTC(2026, 10, 1 + day)), 10 + day] as const,
);
const report: Outgoing = {
  ...base,
  id: "cost.1",
  unit: "cost-report",
  kind: "report",
  severity: "info",
  title: "It cost 12 USD",
  chart: { title: "Cost by day", unit: "USD", points },
};

test("a chart is a picture in the message's thread, and bars in the message", async () => {
  await channel().send(report);
  expect(text(first())).toContain("lowest 10 USD");
  expect(fake.files).toMatchObject([
    { name: "chart.png", title: "Cost by day", channel: fake.channel, thread: first().ts },
  ]);
  expect([...(fake.files[0]?.bytes.subarray(0, 8) ?? [])]).toEqual([
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a,
  ]);
});

test("without the right to upload, the message is told all the same", async () => {
  fake.refuse("files.getUploadURLExternal", "missing_scope", 9);
  const { send, lines } = channel();
  await send(report);
  expect([fake.messages.length, fake.files.length]).toEqual([1, 0]);
  expect(lines.map(({ message }) => message)).toEqual([
    "A chart could not be shown as a picture; its bars are in the message",
  ]);
});

test("the token goes to Slack alone, wherever an answer says that a file is to be sent", async () => {
  const thief = await startFakeSlack();
  fake = await startFakeSlack({ uploads: thief.url });
  fakes.push(thief, fake);
  const { send, lines } = channel();
  await send(report);
  expect([fake.messages.length, thief.asked()]).toEqual([1, 0]);
  expect(lines).toMatchObject([
    { fields: { error: expect.stringContaining("an address that is not Slack's") } },
  ]);
});
test.each([
  "http://slack.com/api/",
  "https://slack.com.evil.example/api/",
  "https://evil.example/",
])("%s is not Slack", async (url) => {
  const original = globalThis.fetch;
  onTestFinished(() => void Object.assign(globalThis, { fetch: original }));
  const asked: string[] = [];
  Object.assign(globalThis, {
    fetch: async (to: URL) =>
      asked.push(String(to)) && Response.json({ ok: true, upload_url: url, file_id: "F1" }),
  });
  await expect(
    slackApi({ token: "xoxb-1" }).upload(
      { channel: "C1", ts: "1.1" },
      { name: "a", title: "a", alt: "a", bytes: Buffer.from("a") },
    ),
  ).rejects.toThrow("not Slack's");
  expect(asked).toEqual(["https://slack.com/api/files.getUploadURLExternal"]);
});

async function refusal(send: Promise<unknown>): Promise<Undelivered> {
  return send.then(
    () => expect.fail("it was taken"),
    (error: unknown) => error as Undelivered,
  );
}

test.each([
  ["429", "throttled", { again: true, after: seconds(30), status: 429 }],
  ["a broken server", "broken", { again: true, status: 500 }],
  ["a busy server", "busy", { again: true, status: 503 }],
  ["a connection that breaks", "reset", { again: true }],
  ["a redirect, which is not followed", "moved", { again: true }],
  ["a token that was revoked", "revoked", { again: false, code: "token_revoked" }],
] as const)(
  "%s is told apart, so that it is tried again where that helps",
  async (_, how, verdict) => {
    fake.fail(how);
    const error = await refusal(channel().send(signal));
    expect(error).toMatchObject({ name: "Undelivered", ...verdict });
    expect(fake.asked()).toBe(1);
    expect(fake.messages).toEqual([]);
  },
);

test("no answer at all ends after a while", async () => {
  fake.fail("silent");
  expect(await refusal(channel({ timeoutMs: 100 }).send(signal))).toMatchObject({ again: true });
});

test.each([
  ["channel_not_found", { channel: "C0OTHER" }, "check `channel` in the settings"],
  ["invalid_auth", { token: "xoxb-of-somebody-else" }, "store the present one"],
  ["not_authed", { token: "" }, "not_authed"],
])("%s is final, and says what to do", async (code, given, says) => {
  const error = await refusal(channel(given).send(signal));
  expect(error).toMatchObject({ again: false, code, message: expect.stringContaining(says) });
  expect(error.message).not.toContain("xoxb");
});

test("what was posted is taken, also where the ledger cannot remember where it stands", async () => {
  const { send, lines } = channel({ fails: /PutItem|DeleteItem/ });
  await send(news("opened", [{}]));
  await send(news("resolved", [{ state: "resolved" }]));
  expect(fake.messages).toHaveLength(2);
  expect(JSON.stringify(lines)).toContain("could not be remembered");
});

test("a token that somebody has replaced is read again", async () => {
  await channel({ token: "xoxb-old", renewed: async () => true }).send(signal);
  expect(fake.messages).toHaveLength(1);
});

test("the token stands in no log line and no error, whatever goes wrong", async () => {
  const printed: string[] = [];
  const [out, err] = [process.stdout.write, process.stderr.write];
  const catching = (text: string | Uint8Array) => printed.push(String(text)) > 0;
  process.stdout.write = catching as never;
  process.stderr.write = catching as never;
  onTestFinished(
    () =>
      Object.assign(process.stdout, { write: out }) &&
      Object.assign(process.stderr, { write: err }) &&
      undefined,
  );
  const { send, lines } = channel();
  const errors: unknown[] = [];
  for (const how of ["broken", "reset", "moved", "throttled", "revoked"] as const) {
    fake.fail(how, 1);
    errors.push(await refusal(send(report)));
  }
  expect(
    `${printed.join("")}${JSON.stringify(lines)}${errors.map((error) => `${(error as Error).stack} ${JSON.stringify(error)}`).join("")}`,
  ).not.toContain(fake.token);
});
