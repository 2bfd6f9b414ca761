import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, test } from "vitest";
import type { Channel } from "../../channels/channel.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { untakenIn } from "../../messages/untaken.ts";
import { serialise } from "../../sdk/codec.ts";
import { before, clockAt, minutes, type Span } from "../../sdk/time.ts";
import { plainStore } from "../../test/setup/plain-store.ts";
import { type TellHost, tellHandler } from "./tell.ts";

const now = new Date("2026-11-21T02:00:00Z");
const message: Outgoing = {
  id: "cost-report.1",
  at: now,
  account: "123456789012",
  region: "eu-central-1",
  unit: "cost-report",
  kind: "report",
  title: "Yesterday cost 12 USD",
  severity: "info",
};

const record = (
  sequence: number,
  body: string,
  more: { eventName?: DynamoDBRecord["eventName"]; type?: string } = {},
): DynamoDBRecord => ({
  eventID: `e-${sequence}`,
  eventName: more.eventName ?? "INSERT",
  awsRegion: "eu-central-1",
  eventSourceARN:
    "arn:aws:dynamodb:eu-central-1:123456789012:table/nightshift/stream/2026-11-20T00:00:00.000",
  dynamodb: {
    SequenceNumber: String(sequence),
    NewImage: {
      pk: { S: "unit#cost-report#outbox" },
      sk: { S: `2026-11-21#${sequence}` },
      type: { S: more.type ?? "message" },
      v: { N: "1" },
      body: { S: body },
    },
  },
});

function desk(fails: (message: Outgoing, channel: string) => boolean = () => false) {
  const sent: string[] = [];
  const titles: string[] = [];
  const remembered = new Set<string>();
  const channel = (name: string): Channel => ({
    name,
    async send(one) {
      if (fails(one, name)) throw new Error(`${name} is down`);
      sent.push(`${one.id} ${name}`);
      titles.push(one.title);
    },
  });
  const logged: string[] = [];
  const tell = tellHandler({
    told: {
      already: async (id, name) => remembered.has(`${id} ${name}`),
      mark: async (id, name) => void remembered.add(`${id} ${name}`),
    },
    channels: [channel("sns"), channel("terminal")],
    log: {
      info: (said) => void logged.push(said),
      warn: (said) => void logged.push(said),
      error: (said) => void logged.push(`error: ${said}`),
    },
    clock: clockAt(now),
  });
  return { sent, titles, logged, tell: (...Records: DynamoDBRecord[]) => tell({ Records }) };
}

test("what the outbox takes in is told through every channel", async () => {
  const { tell, sent } = desk();
  expect(await tell(record(1, serialise(message)))).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual(["cost-report.1 sns", "cost-report.1 terminal"]);
});

test("a message delivered twice is told once", async () => {
  const { tell, sent } = desk();
  await tell(record(1, serialise(message)), record(1, serialise(message)));
  await tell(record(1, serialise(message)));
  expect(sent).toEqual(["cost-report.1 sns", "cost-report.1 terminal"]);
});

test("what is changed or removed, and what is no message, is not told", async () => {
  const { tell, sent } = desk();
  const body = serialise(message);
  await tell(
    record(1, body, { eventName: "MODIFY" }),
    record(2, body, { eventName: "REMOVE" }),
    record(3, body, { type: "run" }),
  );
  expect(sent).toEqual([]);
});

test("a channel that is down stops neither the other channels nor the other messages, and is tried again alone", async () => {
  let down = true;
  const { tell, sent } = desk(
    (one, channel) => down && one.id === "cost-report.a" && channel === "sns",
  );
  const records = [
    record(1, serialise({ ...message, id: "cost-report.a" })),
    record(2, serialise({ ...message, id: "cost-report.b" })),
  ];
  expect(await tell(...records)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
  expect(sent).toEqual(["cost-report.a terminal", "cost-report.b sns", "cost-report.b terminal"]);

  down = false;
  expect(await tell(...records)).toEqual({ batchItemFailures: [] });
  expect(sent.slice(3)).toEqual(["cost-report.a sns"]);
});

test.each([
  ["not JSON", "{"],
  ["no message", serialise({ id: "x" })],
  ["without a time", serialise({ ...message, at: "yesterday" })],
  ["of an unknown severity", serialise({ ...message, severity: "loud" })],
])("a poison record (%s) is reported once and never blocks the ones behind it", async (_, body) => {
  const { tell, sent, titles, logged } = desk();
  const records = [record(1, body), record(2, serialise(message))];
  expect(await tell(...records)).toEqual({ batchItemFailures: [] });
  expect(titles).toEqual([
    ...Array(2).fill(
      "A message in the outbox could not be read, so that what it said is not known",
    ),
    ...Array(2).fill(message.title),
  ]);
  expect(logged).toContain("error: A message in the outbox could not be read");
  await tell(...records);
  expect(sent).toHaveLength(4);
});

describe("a message that is handed over", () => {
  const forged = { ...message, title: "Approve this at once" };
  function desk(posted: TellHost["posted"]) {
    const [sent, expired]: [Outgoing[], string[]] = [[], []];
    const remembered = new Set<string>();
    const tell = tellHandler({
      told: {
        already: async (id) => remembered.has(id),
        mark: async (id) => void remembered.add(id),
      },
      channels: [{ name: "sns", send: async (one) => void sent.push(one) }],
      ...(posted && { posted }),
      expire: async ({ sk }) => void expired.push(sk),
      log: { info() {}, warn() {}, error() {} },
      clock: clockAt(now),
    });
    return { sent, expired, tell: (...Records: DynamoDBRecord[]) => tell({ Records }) };
  }

  test("and lies in no outbox is not told: that somebody tried is, once an hour, without a word of it", async () => {
    const { tell, sent, expired } = desk(async (_, { title }) => title === message.title);
    await tell(record(1, serialise(forged)), record(2, serialise({ ...forged, id: "x" })));
    await tell(record(3, serialise({ ...forged, id: "cost-report.2" })));
    expect(sent.map(({ title }) => title)).toEqual([
      "A message was handed to Nightshift that lies in no outbox, and is not told",
      "A message in the outbox speaks for another unit than the one that wrote it, and is not told",
    ]);
    expect(JSON.stringify(sent)).not.toContain("Approve this");
    // Only whoever keeps incidents says where their news goes.
    const news = { why: "opened", group: "grp.1", incidents: [], calls: [] } as const;
    await tell(record(5, serialise({ ...message, kind: "incident", news, to: [] })));
    expect(sent.at(-1)?.title).toMatch(/speaks for another unit/);
    await tell(record(4, serialise(message)));
    expect(sent.at(-1)?.title).toBe(message.title);
    expect(expired).toContain("2026-11-21#4");
    expect(expired).not.toContain("2026-11-21#1");
  });
  test("without a place is not told either", async () => {
    const { tell, sent } = desk(async () => true);
    const { dynamodb, ...rest } = record(1, serialise(forged));
    const { sk: _, ...image } = dynamodb?.NewImage ?? {};
    await tell({ ...rest, dynamodb: { ...dynamodb, NewImage: image } });
    expect(sent.map(({ id }) => id)).toEqual(["tell.unposted.2026-11-21T02:00:00.000Z"]);
  });
  test("comes again where the ledger cannot be read", async () => {
    const { tell, sent } = desk(() => Promise.reject(new Error("the ledger is away")));
    expect(await tell(record(1, serialise(message)))).toEqual({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(sent).toEqual([]);
  });
});

test("a message of a newer form is told of once, and stays for the version that wrote it", async () => {
  const { tell, titles } = desk();
  const { dynamodb, ...rest } = record(1, serialise({ ...message, kind: "signal", key: "a" }));
  const newer = {
    ...rest,
    dynamodb: { ...dynamodb, NewImage: { ...dynamodb?.NewImage, v: { N: "2" } } },
  };
  expect(await tell(newer, record(2, serialise(message)))).toEqual({ batchItemFailures: [] });
  await tell(newer);
  expect([...new Set(titles)]).toEqual([
    "A message in the outbox was written by a newer Nightshift than tells it, and waits",
    message.title,
  ]);
  expect(titles).toHaveLength(4);
});

describe("with on-call", () => {
  const signal = (id: string): Outgoing => ({
    ...message,
    id: `alarm.${id}`,
    unit: "alarm",
    kind: "signal",
    key: id,
  });
  const alarmRecord = (sequence: number, one: Outgoing): DynamoDBRecord => {
    const { dynamodb, ...rest } = record(sequence, serialise(one));
    return {
      ...rest,
      dynamodb: {
        ...dynamodb,
        NewImage: { ...dynamodb?.NewImage, pk: { S: "unit#alarm#outbox" } },
      },
    };
  };
  function kept(take: (messages: readonly Outgoing[]) => Promise<ReadonlySet<string>>) {
    const [sent, expired]: [string[], string[]] = [[], []];
    const store = plainStore();
    const tell = tellHandler({
      told: { already: async () => false, mark: async () => {} },
      channels: [{ name: "sns", send: async ({ id }) => void sent.push(id) }],
      log: { info() {}, warn() {}, error() {} },
      clock: clockAt(now),
      incidents: { take, ...untakenIn(store) },
      expire: async ({ sk }) => void expired.push(sk),
    });
    return { sent, expired, tell: (...Records: DynamoDBRecord[]) => tell({ Records }) };
  }

  test("what signals say goes to the incidents, all of a batch at once, and counts as told; all else is told as it comes", async () => {
    const took: string[][] = [];
    const { tell, sent, expired } = kept(async (messages) => {
      took.push(messages.map(({ id }) => id));
      return new Set();
    });
    expect(
      await tell(
        alarmRecord(1, signal("a")),
        record(2, serialise(message)),
        alarmRecord(3, signal("b")),
      ),
    ).toEqual({ batchItemFailures: [] });
    expect(took).toEqual([["alarm.a", "alarm.b"]]);
    expect(sent).toEqual(["cost-report.1"]);
    expect(expired).toHaveLength(3);
  });

  test("what they could not take comes again, and is not given up as told", async () => {
    const { tell, expired } = kept(async () => new Set(["alarm.b"]));
    expect(await tell(alarmRecord(1, signal("a")), alarmRecord(2, signal("b")))).toEqual({
      batchItemFailures: [{ itemIdentifier: "2" }],
    });
    expect(expired).toEqual(["2026-11-21#1"]);
  });

  test("where they cannot be reached, all of it comes again", async () => {
    const { tell } = kept(async () => {
      throw new Error("the function is throttled");
    });
    expect(
      (await tell(alarmRecord(1, signal("a")), alarmRecord(2, signal("b")))).batchItemFailures,
    ).toHaveLength(2);
  });

  test("where incidents have been broken for minutes, what they should have taken is told as it came", async () => {
    const { tell, sent } = kept(async () => new Set(["alarm.a", "alarm.b"]));
    const created = (one: DynamoDBRecord, ago: Span) => ({
      ...one,
      dynamodb: { ...one.dynamodb, ApproximateCreationDateTime: before(now, ago).getTime() / 1000 },
    });
    const { batchItemFailures } = await tell(
      created(alarmRecord(1, signal("a")), minutes(3)),
      created(alarmRecord(2, signal("b")), minutes(1)),
    );
    expect(sent).toEqual(["alarm.a"]);
    expect(batchItemFailures).toEqual([{ itemIdentifier: "2" }]);
  });

  test("what is wrong with Nightshift itself is an incident too, where it lasts until it is over", async () => {
    const took: string[] = [];
    const { tell, sent } = kept(async (messages) => {
      took.push(...messages.map(({ id }) => id));
      return new Set();
    });
    const own = (id: string, given: Partial<Outgoing>): DynamoDBRecord => {
      const { dynamodb, ...rest } = record(
        1,
        serialise({ ...message, id, unit: "watchdog", kind: "watchdog", ...given }),
      );
      return {
        ...rest,
        dynamodb: { ...dynamodb, NewImage: { ...dynamodb?.NewImage, pk: { S: "watch#outbox" } } },
      };
    };
    await tell(own("rule", { key: "watchdog rule x" }), own("notice", {}));
    expect(took).toEqual(["rule"]);
    expect(sent).toEqual(["notice"]);
  });

  test("a forged signal opens no incident", async () => {
    const took: string[] = [];
    const { tell, sent } = kept(async (messages) => {
      took.push(...messages.map(({ id }) => id));
      return new Set();
    });
    await tell(record(1, serialise(signal("a"))));
    expect(took).toEqual([]);
    expect(sent).toEqual([expect.stringMatching(/^tell\./)]);
  });
});

describe("what is kept from being told", () => {
  const desk = (withhold: TellHost["withhold"]) => {
    const sent: string[] = [];
    const expired: string[] = [];
    const tell = tellHandler({
      told: { already: async () => false, mark: async () => {} },
      channels: ["sns", "team"].map((name) => ({
        name,
        send: async ({ id }) => void sent.push(`${id} ${name}`),
      })),
      routes: [{ channel: "team", match: { family: ["cost"] } }],
      familyOf: (unit) => (unit === "cost-report" ? "cost" : undefined),
      ...(withhold && { withhold }),
      expire: async ({ sk }) => void expired.push(sk),
      log: { info() {}, warn() {}, error() {} },
      clock: clockAt(now),
    });
    return { sent, expired, tell: (...Records: DynamoDBRecord[]) => tell({ Records }) };
  };

  test("goes through no channel, and is done", async () => {
    const asked: string[][] = [];
    const { tell, sent, expired } = desk(async ({ sk, message: { id } }, channels) => {
      asked.push([sk, id, ...channels]);
      return "muted";
    });
    expect(await tell(record(1, serialise(message)))).toEqual({ batchItemFailures: [] });
    expect([sent, expired, asked]).toEqual([
      [],
      ["2026-11-21#1"],
      [["2026-11-21#1", "cost-report.1", "team"]],
    ]);
  });
  test("is only what is withheld: the rest goes where its family leads", async () => {
    const { tell, sent } = desk(async () => undefined);
    await tell(record(1, serialise(message)));
    expect(sent).toEqual(["cost-report.1 team"]);
  });
  test("comes again where that could not be recorded", async () => {
    const { tell, sent } = desk(() => Promise.reject(new Error("the ledger is away")));
    expect(await tell(record(1, serialise(message)))).toEqual({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(sent).toEqual([]);
  });
});
