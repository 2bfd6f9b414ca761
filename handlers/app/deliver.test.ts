import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, test, vi } from "vitest";
import type { Channel } from "../../channels/channel.ts";
import { queued, readLetter } from "../../channels/queue.ts";
import { TakenInPart, Undelivered } from "../../channels/undelivered.ts";
import { channelFails } from "../../messages/failing-channels.ts";
import { isPosted, put } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { type Telling, tellingLedger } from "../../messages/telling.ts";
import { serialise } from "../../sdk/codec.ts";
import { type Clock, hours, milliseconds, minutes, type Span, seconds } from "../../sdk/time.ts";
import { incident, messages } from "../../test/messages.ts";
import { type PlainStore, plainStore } from "../../test/setup/plain-store.ts";
import { LocalQueues } from "../../testing/queues.ts";
import { useful } from "./deliver/attempt.ts";
import { deliverHandler } from "./deliver.ts";
import { tellHandler } from "./tell.ts";

const [account, home] = ["123456789012", "eu-central-1"];

/** Time that only passes when somebody waits. */
function stopwatch(): Clock & { to(at: Date): void } {
  let now = Date.parse("2026-11-21T02:08:00Z");
  return {
    now: () => new Date(now),
    async sleep(span: Span) {
      now += milliseconds(span);
    },
    to(at) {
      now = Math.max(now, at.getTime());
    },
  };
}

/** What a channel does with one attempt: takes it, or takes it and loses the answer, or fails. */
type Turn = "takes" | "loses" | "hangs" | Error;
const again = (why: string, after?: Span): Undelivered =>
  new Undelivered(why, { again: true, after });

interface Desk {
  readonly clock: ReturnType<typeof stopwatch>;
  /** Ids of what people saw, by channel; more than once where it came more than once. */
  readonly seen: Map<string, string[]>;
  readonly texts: Outgoing[];
  readonly attempts: Map<string, number>;
  readonly queues: LocalQueues;
  readonly store: PlainStore;
  readonly logged: string[];
  /** Puts messages into the outbox and lets tell have them. */
  tell(...messages: readonly Outgoing[]): Promise<void>;
  /** Lets time pass until nothing waits any more, or so long. */
  run(most?: Span): Promise<void>;
  readonly deliver: ReturnType<typeof deliverHandler>;
}

interface Script {
  /**
   * By channel: what happens at each attempt; the last one from then on. Takes everything where
   * absent.
   */
  readonly turns?: Readonly<Record<string, readonly Turn[]>>;
  readonly fallback?: Readonly<Record<string, string>>;
  readonly channels?: readonly string[];
  readonly routed?: readonly string[];
  /** Stands in for the ledger's part. */
  readonly ledger?: (telling: Telling) => Telling;
}

function desk({
  turns = {},
  fallback = {},
  channels = ["chat", "pager"],
  routed = ["chat"],
  ledger = (same) => same,
}: Script = {}): Desk {
  const clock = stopwatch();
  const store = plainStore();
  const queues = new LocalQueues(clock);
  const [seen, attempts, texts, logged] = [
    new Map<string, string[]>(),
    new Map<string, number>(),
    [] as Outgoing[],
    [] as string[],
  ];
  const say = (said: string, fields?: object) =>
    void logged.push(`${said} ${JSON.stringify(fields)}`);
  const log = { info: say, warn: say, error: say };

  const channel = (name: string): Channel => ({
    name,
    async send(message) {
      const nth = attempts.get(name) ?? 0;
      attempts.set(name, nth + 1);
      const script = turns[name] ?? ["takes"];
      const turn = script[Math.min(nth, script.length - 1)] ?? "takes";
      if (turn instanceof Error) throw turn;
      if (turn === "hangs") return new Promise(() => {});
      seen.set(name, [...(seen.get(name) ?? []), message.id]);
      texts.push(message);
      if (turn === "loses") throw again("the connection to it broke (ECONNRESET)");
    },
  });
  const known = ledger(tellingLedger(store, clock));
  const topic = channel("sns");
  const deliver = deliverHandler({
    channels: channels.map(channel),
    topic,
    fallback: (_, name) => fallback[name],
    telling: known,
    post: queues.post,
    later: queues.later,
    account,
    home,
    clock,
    log,
    random: () => 0.5,
  });
  const toTell = tellHandler({
    told: tellingLedger(store, clock),
    settled: tellingLedger(store, clock).settled,
    channels: [topic, ...channels.map((name) => queued(name, queues.post, () => clock.now()))],
    routes: [
      ...routed.map((name) => ({ channel: name })),
      { channel: "sns", atLeast: "critical" as const },
      ...channels.map((name) => ({ channel: name, atLeast: "critical" as const })),
    ].filter(
      ({ channel: name }, index, all) =>
        all.findIndex((one) => one.channel === name) === index && routed.includes(name),
    ),
    log,
    clock,
    expire: async ({ pk, sk }) =>
      store.expire({ pk, sk }, Math.floor(clock.now().getTime() / 1000) + 1),
  });
  const records = (
    given: readonly Outgoing[],
    writer: (message: Outgoing) => string,
  ): DynamoDBRecord[] =>
    given.map((message) => ({
      eventName: "INSERT",
      dynamodb: {
        SequenceNumber: message.id,
        NewImage: {
          pk: { S: `${writer(message)}#outbox` },
          sk: { S: `${message.at.toISOString()}#${message.id}` },
          type: { S: "message" },
          body: { S: serialise(message) },
        },
      },
    }));
  const writers: Readonly<Record<string, string>> = { watchdog: "watch", incident: "incident" };
  const writer = ({ unit, kind }: Outgoing) => writers[kind] ?? `unit#${unit}`;
  return {
    clock,
    seen,
    texts,
    attempts,
    queues,
    store,
    logged,
    deliver,
    async tell(...given) {
      for (const message of given) await put(store, writer(message), message);
      const { batchItemFailures } = await toTell({ Records: records(given, writer) });
      expect(batchItemFailures).toEqual([]);
    },
    async run(most = hours(6)) {
      const end = clock.now().getTime() + milliseconds(most);
      for (let next = queues.next(); next && next.getTime() <= end; next = queues.next()) {
        clock.to(next);
        await queues.deliver(deliver);
      }
    },
  };
}

const warning: Outgoing = { ...messages["a bare signal"], severity: "warning" };
const critical = messages["a bare signal"];
const ttl = (store: PlainStore, message: Outgoing) =>
  [...store.all()].find(({ sk }) => sk.endsWith(`#${message.id}`))?.ttl;
/** What `deliver` itself posts into its outbox. */
const reports = (store: PlainStore): Outgoing[] =>
  [...store.all()].flatMap(({ pk, body }) => (pk === "deliver#outbox" ? [body as Outgoing] : []));

describe("what becomes of a message", () => {
  test("it waits in its channel's queue, is told through it once, and its end begins when all have told it", async () => {
    const { tell, run, seen, store, queues } = desk({ routed: ["chat", "pager", "sns"] });
    await tell(warning);
    expect([...seen]).toEqual([["sns", [warning.id]]]);
    expect(ttl(store, warning)).toBeUndefined();
    await run();
    expect(Object.fromEntries(seen)).toEqual({
      sns: [warning.id],
      chat: [warning.id],
      pager: [warning.id],
    });
    expect(ttl(store, warning)).toBeDefined();
    expect(queues.waiting()).toBe(0);
  });

  test("the stream's second delivery queues nothing twice, and a letter that SQS delivers twice is told once", async () => {
    const { tell, run, seen, queues } = desk();
    await tell(warning);
    await tell(warning);
    expect(queues.waiting("chat")).toBe(1);
    await queues.post({
      pk: `unit#${warning.unit}#outbox`,
      sk: `${warning.at.toISOString()}#${warning.id}`,
      channels: ["chat"],
      channel: "chat",
      at: warning.at,
      tried: [],
    });
    await run();
    expect(seen.get("chat")).toEqual([warning.id]);
  });

  test("two deliveries of one letter at the same moment send it once", async () => {
    const { tell, run, seen, queues, deliver } = desk();
    await tell(warning);
    await queues.deliver(async (event, context) => {
      const answers = await Promise.all([deliver(event, context), deliver(event, context)]);
      return { batchItemFailures: answers.flatMap(({ batchItemFailures }) => batchItemFailures) };
    });
    await run();
    expect(seen.get("chat")).toEqual([warning.id]);
  });
});

const minute = (count: number) => `${count} min`;
describe.each<
  [
    what: string,
    turns: readonly Turn[],
    outcome: {
      readonly by: "chat" | "sns";
      readonly times?: number;
      readonly within: Span;
      readonly attempts?: number;
    },
  ]
>([
  ["takes it", ["takes"], { by: "chat", within: seconds(1), attempts: 1 }],
  [
    "breaks the connection before, twice",
    [
      again("the connection to it broke (ECONNRESET)"),
      again("the connection to it broke (ECONNRESET)"),
      "takes",
    ],
    { by: "chat", within: minutes(1), attempts: 3 },
  ],
  [
    "takes it, but its answer is lost",
    ["loses", "takes"],
    { by: "chat", times: 2, within: minutes(1), attempts: 2 },
  ],
  [
    "does not answer, three times",
    [
      again("it did not answer within 10 seconds"),
      again("it did not answer within 10 seconds"),
      again("it did not answer within 10 seconds"),
      "takes",
    ],
    { by: "chat", within: minutes(2) },
  ],
  [
    "cannot be resolved for a while",
    [
      again("its host name could not be resolved (ENOTFOUND)"),
      again("its host name could not be resolved (ENOTFOUND)"),
      "takes",
    ],
    { by: "chat", within: minutes(1) },
  ],
  [
    "asks for three seconds",
    [again("it answered 429", seconds(3)), "takes"],
    { by: "chat", within: seconds(4), attempts: 2 },
  ],
  [
    "asks for five minutes",
    [again("it answered 429", minutes(5)), "takes"],
    { by: "chat", within: minutes(7), attempts: 2 },
  ],
  [
    "asks for two hours",
    [again("it answered 429", hours(2))],
    { by: "sns", within: seconds(1), attempts: 1 },
  ],
  [
    "answers 503 six times",
    [...Array.from({ length: 6 }, () => again("it answered 503")), "takes"],
    { by: "chat", within: minutes(60) },
  ],
  ["is down", [again("it answered 500")], { by: "sns", within: minutes(60) }],
  [
    "is revoked",
    [new Undelivered("it answered 410: channel_is_archived", { status: 410 })],
    { by: "sns", within: seconds(1), attempts: 1 },
  ],
  [
    "refuses what is sent",
    [new Undelivered("it answered 400: invalid_payload", { status: 400 })],
    { by: "sns", within: seconds(1), attempts: 1 },
  ],
  [
    "has no address",
    [
      new Undelivered(
        "its host name leads to an address that is not in the public Internet, where nothing is sent",
      ),
    ],
    { by: "sns", within: seconds(1) },
  ],
  [
    "fails once in a way that nobody has thought of",
    [new TypeError("cannot read properties of undefined"), "takes"],
    { by: "chat", within: minutes(1) },
  ],
  [
    "always fails so",
    [new TypeError("cannot read properties of undefined")],
    { by: "sns", within: minutes(2), attempts: 3 },
  ],
])("a channel that %s", (_, turns, { by, times = 1, within, attempts: most }) => {
  test(`tells it through ${by} within ${minute(within.seconds / 60)}`, async () => {
    const { tell, run, seen, attempts, store, queues, clock, texts } = desk({
      turns: { chat: turns },
    });
    const began = clock.now().getTime();
    await tell(warning);
    await run();
    expect(seen.get(by)).toEqual(Array.from({ length: times }, () => warning.id));
    expect(seen.get(by === "chat" ? "sns" : "chat")).toBeUndefined();
    expect(clock.now().getTime() - began).toBeLessThanOrEqual(milliseconds(within) * 1.2);
    if (most !== undefined) expect(attempts.get("chat")).toBe(most);
    expect(queues.waiting()).toBe(0);
    expect(queues.dead).toEqual([]);
    expect(ttl(store, warning)).toBeDefined();
    expect(Object.keys(texts.at(-1)?.facts ?? {})).toEqual(
      by === "sns" ? ["not told through chat"] : [],
    );
  });

  /** Each access of the ledger, and each moment between them, is where the function may die. */
  test("is survived by the message wherever the function dies meanwhile", async () => {
    for (let dies = 1; dies <= 12; dies += 1) {
      let left = dies;
      const mortal = (real: Telling): Telling =>
        new Proxy(real, {
          get:
            (of, name: keyof Telling) =>
            async (...given: unknown[]) => {
              left -= 1;
              // Half of the deaths come before the ledger has it, half after.
              if (left === 0 && dies % 2) throw new Error("killed");
              const answer = await (of[name] as (...all: unknown[]) => Promise<unknown>)(...given);
              if (left === 0) throw new Error("killed");
              return answer;
            },
        });
      const { tell, run, seen, store, queues } = desk({ turns: { chat: turns }, ledger: mortal });
      await tell(warning);
      await run();
      const told = [...(seen.get("chat") ?? []), ...(seen.get("sns") ?? [])];
      expect(told.length, `it dies at the ledger's access ${dies}`).toBeGreaterThanOrEqual(1);
      expect(told.length, `it dies at the ledger's access ${dies}`).toBeLessThanOrEqual(times + 1);
      expect(queues.waiting()).toBe(0);
      expect(queues.dead).toEqual([]);
      expect(ttl(store, warning)).toBeDefined();
    }
  });
});

describe("a channel that is given up", () => {
  const revoked = [new Undelivered("it answered 404: no_service", { status: 404 })];

  test("hands over to its route's fallback, that one to the topic, and the message says who did not take it and why", async () => {
    const { tell, run, seen, texts, store } = desk({
      turns: { chat: revoked, pager: revoked },
      fallback: { chat: "pager" },
    });
    await tell(warning);
    await run();
    expect(Object.fromEntries(seen)).toEqual({ sns: [warning.id] });
    expect(texts.at(-1)?.facts).toEqual({
      "not told through chat": "it answered 404: no_service",
      "not told through pager": "it answered 404: no_service",
    });
    expect(ttl(store, warning)).toBeDefined();
  });

  test("hands over to a fallback that has its own queue and tries", async () => {
    const { tell, run, seen } = desk({
      turns: { chat: revoked, pager: [again("it answered 503"), "takes"] },
      fallback: { chat: "pager" },
    });
    await tell(warning);
    await run();
    expect(Object.fromEntries(seen)).toEqual({ pager: [warning.id] });
  });

  test("and its message is kept until the one that stands in has told it", async () => {
    const { tell, run, queues, deliver, store } = desk({
      turns: { chat: revoked },
      fallback: { chat: "pager" },
    });
    await tell(warning);
    await queues.deliver(deliver);
    expect(queues.waiting("pager")).toBe(1);
    expect(ttl(store, warning)).toBeUndefined();
    await run();
    expect(ttl(store, warning)).toBeDefined();
  });

  test("hands nothing over to one that tells it anyway, be it a queue or the topic", async () => {
    const { tell, run, seen, store, queues, deliver } = desk({
      turns: { chat: revoked },
      fallback: { chat: "pager" },
      routed: ["chat", "pager"],
    });
    await tell(warning);
    // The pager's own function has not come yet.
    await queues.deliver(({ Records }, context) =>
      Records.some(({ body }) => readLetter(body).channel === "pager")
        ? Promise.reject(new Error("busy"))
        : deliver({ Records }, context),
    );
    expect([queues.waiting("chat"), queues.waiting("pager")]).toEqual([0, 1]);
    await run();
    expect(Object.fromEntries(seen)).toEqual({ pager: [warning.id] });
    expect(ttl(store, warning)).toBeDefined();

    const other = desk({ turns: { chat: revoked }, routed: ["chat", "sns"] });
    await other.tell(warning);
    await other.run();
    expect(Object.fromEntries(other.seen)).toEqual({ sns: [warning.id] });
  });

  test("does not go round in a circle", async () => {
    const { tell, run, seen } = desk({
      turns: { chat: revoked, pager: revoked },
      fallback: { chat: "pager", pager: "chat" },
    });
    await tell(warning);
    await run();
    expect(Object.fromEntries(seen)).toEqual({ sns: [warning.id] });
  });

  test("and that the settings name no more is told through the topic", async () => {
    const { tell, run, seen, queues, deliver } = desk({ channels: ["chat"] });
    await tell(warning);
    await run();
    await queues.post({
      pk: `unit#${warning.unit}#outbox`,
      sk: `${warning.at.toISOString()}#${warning.id}`,
      channels: ["gone"],
      channel: "gone",
      at: warning.at,
      tried: [],
    });
    await queues.deliver(deliver);
    expect(seen.get("sns")).toEqual([warning.id]);
  });

  test("when even the topic fails, it comes again and ends in the failure queue, where its alarm is: nothing is dropped", async () => {
    const { tell, run, queues, seen, store, attempts } = desk({
      turns: { chat: revoked, sns: [new Error("KMSAccessDenied")] },
    });
    await tell(warning);
    await run(hours(24));
    expect(seen.size).toBe(0);
    expect(queues.dead.map((body) => readLetter(body).sk)).toEqual([
      `${warning.at.toISOString()}#${warning.id}`,
    ]);
    expect(attempts.get("sns")).toBe(100);
    expect(ttl(store, warning)).toBeUndefined();
  });

  test("becomes a message of its own when it begins and once a day, however many messages it did not take", async () => {
    const { tell, run, store, clock } = desk({ turns: { chat: revoked } });
    const many = (from: number) =>
      Array.from({ length: 25 }, (_, index) => ({ ...warning, id: `alarm.${from + index}` }));
    await tell(...many(0));
    await run();
    await clock.sleep(minutes(20));
    await tell(...many(50));
    await run();
    expect(reports(store)).toHaveLength(1);
    expect(reports(store)[0]).toMatchObject({
      kind: "watchdog",
      severity: "critical",
      title: expect.stringContaining("chat"),
      facts: { "the last one failed because": "it answered 404: no_service" },
    });
    await clock.sleep(hours(23));
    await tell(...many(100));
    await run();
    expect(reports(store)).toHaveLength(1);
    await clock.sleep(hours(1));
    await tell(...many(200));
    await run();
    expect(reports(store)).toHaveLength(2);
  });

  test("is over when it takes one again: that is said once, and ends the incident of it", async () => {
    const { tell, run, store } = desk({ turns: { chat: [...revoked, "takes"] } });
    await tell(warning);
    await run();
    await tell({ ...warning, id: "alarm.next" }, { ...warning, id: "alarm.after" });
    await run();
    const [begun, over, ...more] = reports(store);
    expect(more).toEqual([]);
    expect(over).toMatchObject({
      key: begun?.key,
      unit: begun?.unit,
      closes: true,
      confirmed: true,
      title: "The channel chat takes messages again",
    });
    expect(over && begun && over.at > begun.at).toBe(true);
    expect(over && (await isPosted(store, over))).toBe(true);
  });

  test("one that the settings name no more is over when another takes a message", async () => {
    const { tell, run, store, clock } = desk({ routed: ["chat", "pager"] });
    const at = { account, home };
    await channelFails(store, { channel: "gone", why: "it answered 404", at }, clock.now());
    await tell(warning);
    await run();
    expect(reports(store).map(({ title, closes }) => [title, closes])).toEqual([
      ["The channel gone does not take messages: they go another way", undefined],
      ["The channel gone is no more in the settings: that it failed is over", true],
    ]);
  });

  test("that fails and takes in turns is told of no more often than once an hour", async () => {
    const { tell, run, store, clock } = desk({
      turns: {
        chat: Array.from({ length: 20 }, (_, nth) => (nth % 2 ? "takes" : (revoked[0] ?? "takes"))),
      },
    });
    for (let nth = 0; nth < 12; nth += 1) {
      await tell({ ...warning, id: `alarm.${nth}` });
      await run(minutes(1));
      await clock.sleep(minutes(5));
    }
    expect(reports(store).filter(({ closes }) => !closes)).toHaveLength(1);
  });

  test("that has nobody for a message is none that fails: it goes another way, and nobody is told of the channel", async () => {
    const nobody = new Undelivered("nobody is called for this", { forNobody: true });
    const { tell, run, texts, store } = desk({ turns: { chat: [nobody] } });
    await tell(warning);
    await run();
    expect(reports(store)).toEqual([]);
    expect(texts[0]?.facts).toHaveProperty("not told through chat", "nobody is called for this");
  });

  test("a message about the channel itself that it does not take is not told again and again", async () => {
    const { tell, run, store, clock } = desk({ turns: { chat: revoked } });
    await tell(warning);
    await run();
    const seen = new Set<string>();
    for (let hour = 0; hour < 23; hour += 1) {
      for (const report of reports(store)) if (!seen.has(report.id)) await tell(report);
      for (const { id } of reports(store)) seen.add(id);
      await run();
      await clock.sleep(hours(1));
    }
    expect(seen.size).toBe(1);
  });

  test("one that reached all but some is told through no other, and who was not reached is said once a day", async () => {
    const part = new TakenInPart(["gone@example.com"], "SES answered MessageRejected");
    const { tell, run, attempts, store } = desk({ turns: { chat: [part] } });
    await tell(warning, { ...warning, id: "alarm.next" });
    await run();
    expect(Object.fromEntries(attempts)).toEqual({ chat: 2 });
    expect(reports(store)).toHaveLength(1);
    expect(reports(store)[0]).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("gone@example.com"),
      facts: { why: "SES answered MessageRejected" },
    });
    expect(ttl(store, warning)).toBeDefined();
  });

  test.each(["critical", "warning", "info"] as const)(
    "is given up for a message that is %s while it is of use to somebody",
    async (severity) => {
      const { tell, run, seen, clock } = desk({ turns: { chat: [again("it answered 503")] } });
      const began = clock.now().getTime();
      await tell({ ...critical, severity });
      await run();
      expect(seen.get("sns")).toHaveLength(1);
      expect(clock.now().getTime() - began).toBeLessThanOrEqual(milliseconds(useful[severity]));
    },
  );
});

test.each([
  ["taken", { why: "acknowledged", state: "acknowledged" }],
  ["over", { why: "resolved", state: "resolved" }],
] as const)(
  "that a matter is %s reaches a channel that was away for hours, where it stands as open",
  async (_, { why, state }) => {
    const away = Array.from({ length: 20 }, () => again("it answered 503"));
    const { tell, run, seen, clock } = desk({ turns: { chat: [...away, "takes"] } });
    const began = clock.now().getTime();
    const news = { why, group: "grp.1", calls: [], incidents: [incident("inc.1", { state })] };
    await tell({ ...critical, id: "incidents.1", unit: "incidents", kind: "incident", news });
    await run(hours(13));
    expect(seen.get("sns")).toBeUndefined();
    expect(seen.get("chat")).toEqual(["incidents.1"]);
    expect(clock.now().getTime() - began).toBeGreaterThan(milliseconds(hours(2)));
  },
);

describe("a channel whose secret may not be read", () => {
  const denied = new Undelivered("its secret ssm:/team could not be read (AccessDenied)", {
    untilMended: true,
  });
  const end: Outgoing = {
    ...critical,
    id: "incidents.1",
    unit: "incidents",
    kind: "incident",
    news: {
      why: "resolved",
      group: "grp.1",
      calls: [],
      incidents: [incident("inc.1", { state: "resolved" })],
    },
  };

  test("is told of an end when somebody has mended it; meanwhile what is new goes another way at once", async () => {
    const away = Array.from({ length: 12 }, () => denied);
    const { tell, run, seen, store } = desk({
      turns: { chat: [...away, "takes"] },
      fallback: { chat: "pager" },
    });
    await tell(end);
    await run(minutes(1));
    await tell(critical);
    await run(minutes(1));
    expect(seen.get("pager")).toEqual([critical.id]);
    await run(hours(13));
    expect(seen.get("chat")).toEqual(["incidents.1"]);
    expect(seen.get("pager")).toEqual([critical.id]);
    expect(reports(store).map(({ title }) => title)).toEqual([
      "The channel chat does not take messages: they go another way",
      "The channel chat takes messages again",
    ]);
  });

  test("once: nobody is told of the channel", async () => {
    const { tell, run, seen, store } = desk({ turns: { chat: [denied, "takes"] } });
    await tell(end);
    await run(hours(1));
    expect(seen.get("chat")).toEqual(["incidents.1"]);
    expect(reports(store)).toEqual([]);
  });

  test("for longer than it is of use to anybody: the end goes another way too", async () => {
    const { tell, run, seen } = desk({ turns: { chat: [denied] } });
    await tell(end);
    await run(hours(13));
    expect(seen.get("sns")).toEqual(["incidents.1"]);
  });
});

describe("many letters", () => {
  const many = Array.from(
    { length: 30 },
    (_, index): Outgoing => ({ ...warning, id: `alarm.${index}` }),
  );

  test("a channel that asks for patience is asked once an invocation, not once a letter, and all are told once", async () => {
    const patience = again("it answered 429", seconds(40));
    const { tell, run, seen, attempts, queues, deliver } = desk({
      turns: { chat: [patience, patience, patience, "takes"] },
    });
    await tell(...many);
    await queues.deliver(deliver);
    expect([attempts.get("chat"), seen.size]).toEqual([3, 0]);
    await run();
    expect(seen.get("chat")?.toSorted()).toEqual(many.map(({ id }) => id).toSorted());
    expect(attempts.get("chat")).toBe(3 + many.length);
  });

  test("a channel that takes one a second slows down nobody but itself, and loses nothing", async () => {
    const { tell, run, seen, clock } = desk({
      routed: ["chat", "pager"],
      turns: {
        chat: [
          ...many.flatMap((): Turn[] => ["takes", again("it answered 429", seconds(1))]),
          "takes",
        ],
      },
    });
    await tell(...many);
    await run();
    expect(seen.get("chat")?.toSorted()).toEqual(many.map(({ id }) => id).toSorted());
    expect(seen.get("pager")).toHaveLength(many.length);
    expect(clock.now().getTime() - Date.parse("2026-11-21T02:08:00Z")).toBeLessThan(
      milliseconds(minutes(5)),
    );
  });

  test("a channel that never answers does not hold up the others", async () => {
    const { tell, queues, deliver, seen } = desk({
      routed: ["chat", "pager"],
      turns: { chat: ["hangs"] },
    });
    await tell(...many);
    void queues.deliver(deliver);
    await vi.waitFor(() => expect(seen.get("pager")).toHaveLength(many.length));
    expect(seen.get("chat")).toBeUndefined();
  });

  test("what there is no time left for comes again, and is sent by nobody meanwhile", async () => {
    const { tell, queues, deliver, seen, run } = desk();
    await tell(...many.slice(0, 10));
    await queues.deliver(deliver, seconds(10));
    expect(seen.size).toBe(0);
    await run();
    expect(seen.get("chat")).toHaveLength(10);
  });

  test("a letter that cannot be read takes none with it, and ends in the failure queue", async () => {
    const { tell, queues, deliver, run, seen } = desk();
    await queues.post({ channel: "chat" } as never).catch(() => undefined);
    await tell(...many.slice(0, 3));
    const broken: typeof deliver = ({ Records }, context) =>
      deliver(
        { Records: [{ ...Records[0], messageId: "broken", body: "{" } as never, ...Records] },
        context,
      );
    await queues.deliver(async (event, context) => {
      const { batchItemFailures } = await broken(event, context);
      expect(batchItemFailures).toEqual([{ itemIdentifier: "broken" }]);
      return { batchItemFailures };
    });
    await run();
    expect(seen.get("chat")).toHaveLength(3);
  });

  test("a letter names a place of an outbox, and nothing else of the ledger is told", async () => {
    const { queues, store, deliver, seen } = desk();
    const item = { pk: "unit#alarm#plan", sk: "x", type: "message", body: warning };
    await store.put(item);
    await queues.post({
      pk: item.pk,
      sk: item.sk,
      channels: ["chat"],
      channel: "chat",
      at: warning.at,
      tried: [],
    });
    await queues.deliver(deliver);
    expect(seen.size).toBe(0);
  });

  test("a message that speaks for another unit is told by no channel", async () => {
    const { queues, store, deliver, seen, clock } = desk();
    await put(store, "unit#cost-report", warning);
    await queues.post({
      pk: "unit#cost-report#outbox",
      sk: `${warning.at.toISOString()}#${warning.id}`,
      channels: ["chat"],
      channel: "chat",
      at: clock.now(),
      tried: [],
    });
    await queues.deliver(deliver);
    expect(seen.size).toBe(0);
  });
});
