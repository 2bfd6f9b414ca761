import { expect, test } from "vitest";
import * as z from "zod/mini";
import type { Clients } from "../../engine/run/clients.ts";
import { alarmsTopic, throughSns } from "../../events/samples.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { type Read, read } from "../../sdk/call.ts";
import { type AnySignal, confirmation, type Over, signal } from "../../sdk/signal.ts";
import { clockAt, type Span } from "../../sdk/time.ts";
import { testSettings } from "../../testing/host.ts";
import { signalsHandler } from "./signals.ts";

class DoorCommand {
  readonly input: object;
  constructor(input: object) {
    this.input = input;
  }
}
const describeDoor = read(
  "house:DescribeDoor",
  class {} as never,
  DoorCommand as never,
) as unknown as Read<"house:DescribeDoor", { Name: string }, { State: string }>;
const detail = z.object({ door: z.string(), state: z.string() });

const look = confirmation({
  reads: [describeDoor],
  async over({ door: Name }: z.output<typeof detail>, { read: ask }) {
    const { State } = await ask(describeDoor({ Name }));
    return State === "closed";
  },
});
const door = signal({
  id: "door",
  family: "test",
  summary: "Tells of doors that are open",
  on: [{ source: "aws.house" }, { source: "aws.s3" }],
  config: z.strictObject({}),
  detail,
  tell: ({ door: name, state }) => ({
    title: `The door ${name} is ${state}`,
    severity: state === "open" ? "critical" : "info",
    facts: { state },
    key: name,
    closes: state !== "open",
    quiet: state === "still closed",
  }),
  confirmation: async () => ({ default: look }),
});
/** The same, its ends confirmed by what this says. */
const confirmedBy = (over: () => Promise<Over>): AnySignal => ({
  ...door,
  confirmation: async () => ({ default: { reads: [], over } }),
});
const { confirmation: _, ...blind } = door;

/**
 * What is told of a door that changes its state, when AWS answers so, each answer once and the last
 * for ever.
 */
async function told(
  state: string,
  answers: readonly (string | Error)[],
  of: AnySignal = door,
  incidents = true,
  doors = ["front"],
) {
  const put: Outgoing[] = [];
  const asked: string[] = [];
  const slept: Span[] = [];
  const clock = clockAt(new Date("2026-11-21T02:00:00Z"));
  const clients = {
    get: (_: unknown, region: string) => ({
      async send({ input }: { input: { Name: string } }) {
        asked.push(`${input.Name} in ${region}`);
        const answer = answers[Math.min(asked.length, answers.length) - 1];
        if (answer instanceof Error) throw answer;
        return { State: answer };
      },
    }),
  } as unknown as Clients;
  const hear = signalsHandler({
    signals: [
      {
        signal: of,
        settings: {
          ...testSettings({ region: "eu-west-1" }, of.id),
          regions: ["eu-west-1", "eu-west-2"],
          config: {},
          signalTopics: [alarmsTopic],
          incidents,
        },
      },
    ],
    outbox: { put: async (message) => void put.push(message) },
    log: { info() {}, warn() {}, error() {} },
    clock: { ...clock, sleep: (span) => clock.sleep(span).then(() => void slept.push(span)) },
    account: "123456789012",
    ...(answers.length > 0 && { clients }),
  });
  const event = {
    id: "front",
    source: "aws.house",
    "detail-type": "Door",
    account: "123456789012",
    region: "eu-west-2",
    time: "2026-11-21T02:00:00Z",
    resources: [],
    detail: { door: doors[0], state },
  };
  // Several come at once from a topic, as a service writes them there.
  const records = doors.map((name) => ({
    eventSource: "aws:s3",
    eventName: "Door",
    awsRegion: "eu-west-2",
    eventTime: "2026-11-21T02:00:00Z",
    door: name,
    state,
  }));
  await hear(doors.length > 1 ? throughSns({ Records: records }) : event);
  return {
    message: put[0],
    puts: put.length,
    asked,
    waited: slept.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

test("what is not said to be over is not asked for", async () => {
  expect(await told("open", ["closed"])).toMatchObject({
    asked: [],
    message: { severity: "critical", closes: false },
  });
});

test("what is over by its state, read in the event's region, closes and is confirmed", async () => {
  expect(await told("closed", ["closed"])).toMatchObject({
    asked: ["front in eu-west-2"],
    waited: 0,
    message: { closes: true, confirmed: true, facts: { state: "closed" } },
  });
});

test("reads lag: it is asked again, with growing waits", async () => {
  const { message, asked, waited } = await told("closed", ["open", "open", "closed"]);
  expect([
    message?.closes,
    message?.kind === "signal" && message.confirmed,
    asked.length,
    waited,
  ]).toEqual([true, true, 3, 4]);
});

test("what its state does not say closes nothing, and the doubt is told; asking takes less than 30 seconds", async () => {
  const { message, asked, waited } = await told("closed", ["open"]);
  expect(message).not.toHaveProperty("closes");
  expect(message).not.toHaveProperty("confirmed");
  expect(message?.facts).toEqual({
    state: "closed",
    "still open": "said to be over, but the state, read 5 times, does not say so",
  });
  expect(message).toHaveProperty("doubt", message?.facts?.["still open"]);
  expect([asked.length, waited]).toEqual([5, 22]);
});

test("all that one invocation brings shares these seconds, and each is asked for at least once", async () => {
  const doors = Array.from({ length: 10 }, (_, at) => `door ${at}`);
  const { asked, waited, puts } = await told("closed", ["open"], door, true, doors);
  expect([puts, new Set(asked).size]).toEqual([10, 10]);
  expect(waited).toBeLessThan(30);
});

test("what cannot be read closes nothing, and it is said why", async () => {
  const { message, asked } = await told("closed", [new Error("not allowed\nto look")]);
  expect(message).not.toHaveProperty("closes");
  expect(message?.facts).toEqual({
    state: "closed",
    "still open": "said to be over, but its state could not be read: not allowed to look",
  });
  expect(asked).toHaveLength(1);
});

test("where there is nothing to read with, nothing is taken as over", async () => {
  const { message } = await told("closed", []);
  expect(message).not.toHaveProperty("closes");
  expect(message?.facts?.["still open"]).toBe(
    "said to be over, but there is nothing here to read it with",
  );
});

const asSaid = { closes: true, confirmed: true, asSaid: true };
test("where there is no state to read, AWS's own word on the bus ends it, and that is told", async () => {
  const { message } = await told("closed", ["open"], blind);
  expect(message).toMatchObject(asSaid);
  expect(message?.facts?.over).toBe("AWS itself says so; there is no state to read");
  const sometimes = await told(
    "closed",
    ["open"],
    confirmedBy(async () => "no state"),
  );
  expect(sometimes.message).toMatchObject(asSaid);
});

test("where the account cannot read it at all, AWS's word ends it, and that it was not read is told with the reason", async () => {
  const unread = confirmedBy(async () => ({ unread: "the account has no such plan" }));
  const { message } = await told("closed", ["open"], unread);
  expect(message).toMatchObject(asSaid);
  expect(message?.facts?.over).toBe(
    "AWS itself says so; as AWS said, not read: the account has no such plan",
  );
  const through = await told("closed", ["open"], unread, true, ["front", "back"]);
  expect(through.message).toMatchObject({ closes: true, confirmed: false });
});

test("what confirms an end is loaded for an end alone, and what cannot be loaded ends nothing", async () => {
  const broken: AnySignal = {
    ...door,
    confirmation: () => Promise.reject(new Error("a file is missing")),
  };
  expect((await told("open", ["closed"], broken)).message).toMatchObject({ closes: false });
  const { message } = await told("closed", ["closed"], broken);
  expect(message).not.toHaveProperty("closes");
  expect(message?.facts?.["still open"]).toContain("could not be read: a file is missing");
});

test("a word that comes through a topic ends nothing by itself", async () => {
  const { message } = await told("closed", ["open"], blind, true, ["front", "back"]);
  expect(message).toMatchObject({ closes: true, confirmed: false });
  expect(message).not.toHaveProperty("asSaid");
});

test("a signal reads only what it declares", async () => {
  const { message } = await told("closed", ["closed"], {
    ...door,
    confirmation: async () => ({ default: { ...look, reads: [] } }),
  });
  expect(message?.facts?.["still open"]).toContain(
    "house:DescribeDoor is not among the declared reads",
  );
});

test("what only says that all is well is put where it can end something: where incidents are kept, and it is so", async () => {
  expect((await told("still closed", ["closed"])).message).toMatchObject({
    quiet: true,
    closes: true,
    confirmed: true,
  });
  expect((await told("still closed", ["open"])).message).toMatchObject({
    closes: true,
    confirmed: false,
    facts: { "still open": expect.stringContaining("said to be over, but") },
  });
  expect(await told("still closed", ["closed"], door, false)).toMatchObject({ puts: 0, asked: [] });
});
