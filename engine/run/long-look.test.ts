/** A look at everything for which one invocation is too short. */
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import {
  deleteRetentionPolicy,
  describeLogGroups,
  putRetentionPolicy,
} from "../../aws/logs/log-group.ts";
import { keys } from "../../ledger/keys.ts";
import { numbersIn } from "../../ledger/numbers.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { automation } from "../../sdk/automation.ts";
import { noLog } from "../../sdk/log.ts";
import { after, type Clock, clockAt, minutes, type Span, seconds } from "../../sdk/time.ts";
import { testSettings } from "../../testing/host.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import { createClients } from "./clients.ts";
import type { Host } from "./host.ts";
import { run } from "./run.ts";
import { OutOfTime } from "./time-left.ts";

const account = "123456789012";
const region = "eu-west-1";
const begun = new Date("2026-11-21T02:00:00Z");

const unit = automation({
  id: "test-long",
  family: "test",
  summary: "Gives log groups on very many slow pages a retention",
  on: [],
  config: z.strictObject({}),
  reads: [describeLogGroups],
  writes: [putRetentionPolicy],
  undoes: [deleteRetentionPolicy],
  async *find({ read, pages, only }) {
    if (!only) for await (const groups of pages(describeLogGroups({}))) yield* groups;
    for (const logGroupNamePrefix of only ?? [])
      for await (const group of read(describeLogGroups({ logGroupNamePrefix })))
        if (group.logGroupName === logGroupNamePrefix) yield group;
  },
  target: ({ logGroupName }) => ({ id: logGroupName, tags: {} }),
  counts: ({ retentionInDays }) => retentionInDays === undefined,
  state: ({ retentionInDays }) => ({ days: retentionInDays }),
  propose({ logGroupName, retentionInDays }) {
    if (retentionInDays !== undefined || !logGroupName) return;
    return {
      because: "it keeps its events for ever",
      call: putRetentionPolicy({ logGroupName, retentionInDays: 7 }),
      undo: deleteRetentionPolicy({ logGroupName }),
    };
  },
});

interface Asked {
  readonly logGroupName?: string;
  readonly logGroupNamePrefix?: string;
  readonly nextToken?: string;
  readonly retentionInDays?: number;
}

/** An account of slow pages of ten groups; the first of each page is open. */
class SlowAccount {
  readonly days = new Map<string, number | undefined>();
  readonly changes: string[] = [];
  /** Which pages were answered, in order. */
  readonly listed: number[] = [];
  /** Called with each request before it is answered; what it throws is what comes. */
  before: (nth: number) => void = () => {};
  tokens = true;
  clock: Clock = clockAt(begun);
  readonly ledger = memoryLedger({
    now: () => this.clock.now(),
    sleep: (span) => this.clock.sleep(span),
  });
  #requests = 0;

  readonly pages: number;
  readonly #pageTakes: Span;

  constructor(pages: number, pageTakes = minutes(1)) {
    this.pages = pages;
    this.#pageTakes = pageTakes;
    for (let at = 0; at < pages * 10; at += 1)
      this.days.set(`/g-${String(at).padStart(4, "0")}`, at % 10 ? 7 : undefined);
  }

  answer(asked: Asked): object {
    this.#requests += 1;
    this.before(this.#requests);
    const { logGroupName, logGroupNamePrefix, nextToken = "0", retentionInDays } = asked;
    const groupOf = (name: string) => ({
      logGroupName: name,
      retentionInDays: this.days.get(name),
    });
    if (logGroupName !== undefined) {
      this.changes.push(logGroupName);
      this.days.set(logGroupName, retentionInDays);
      return {};
    }
    if (logGroupNamePrefix !== undefined) return { logGroups: [groupOf(logGroupNamePrefix)] };
    const page = Number(nextToken);
    if (page > 0 && !this.tokens) throw new RefusedRequest();
    this.listed.push(page);
    void this.clock.sleep(this.#pageTakes);
    const logGroups = [...this.days.keys()].slice(page * 10, page * 10 + 10).map(groupOf);
    return { logGroups, ...(page + 1 < this.pages && { nextToken: `${page + 1}` }) };
  }

  /** An invocation of a quarter of an hour. */
  host(at: Date): Host {
    this.clock = clockAt(at);
    const requestHandler = {
      metadata: { handlerProtocol: "http/1.1" },
      handle: async ({ body }: { readonly body: Uint8Array }) => {
        const answer = (statusCode: number, value: object) => ({
          response: { statusCode, headers: {}, body: Buffer.from(JSON.stringify(value)) },
        });
        try {
          return answer(200, this.answer(JSON.parse(new TextDecoder().decode(body)) as Asked));
        } catch (error) {
          if (!(error instanceof RefusedRequest)) throw error;
          return answer(400, {
            __type: "InvalidParameterException",
            message: "The token is invalid",
          });
        }
      },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
      destroy() {},
    };
    const clients = createClients(this.clock, {
      endpoint: "http://memory",
      credentials: async () => ({ accessKeyId: "memory", secretAccessKey: "memory" }),
      requestHandler,
    });
    const caps = { changes: 1000, percent: 100, floor: 1000 };
    return {
      account,
      settings: testSettings({ region }, unit, { mode: "act", caps }),
      clock: this.clock,
      clients,
      own: clients,
      store: this.ledger.store,
      log: noLog,
      deadline: after(at, minutes(15)),
      killSwitch: async () => "run",
    };
  }

  async messages(): Promise<Outgoing[]> {
    const items = await Array.fromAsync(this.ledger.store.query(keys.outbox(`unit#${unit.id}`)));
    return items.map(({ body }) => body as Outgoing);
  }

  open(): string[] {
    return [...this.days].flatMap(([name, days]) => (days === undefined ? [name] : []));
  }
}

class RefusedRequest extends Error {}

const start = { kind: "sweep", key: "slot-1", region, at: begun } as const;

/** Delivers until it is done, as Lambda and the watchdog do. @returns what each ended with */
async function carried(slow: SlowAccount, pause = seconds(61), most = 40) {
  const errors: unknown[] = [];
  let at = begun;
  for (let nth = 0; nth < most; nth += 1)
    try {
      const result = await run(unit, start, slow.host(at));
      if (result.outcome !== "failed") return { errors, result };
      throw new Error("some of its changes failed");
    } catch (error) {
      errors.push(error);
      const later = new Date(Math.max(slow.clock.now().getTime(), at.getTime() + 15 * 60_000));
      at = after(later, pause);
    }
  throw new Error(`it never ended: ${errors.join("; ")}`);
}

/** Of a quarter of an hour it takes two for a few pages. */
const verySlow = () => new SlowAccount(5, minutes(7));

const isCut = (error: unknown) => error instanceof OutOfTime;
const applied = (result: RunResult) => numbersIn(result).applied;

describe("a look that takes longer than an invocation", { timeout: 600_000 }, () => {
  test("of three quarters of an hour goes on page by page, and each target is changed once", async () => {
    const slow = new SlowAccount(42);
    const wrong = slow.open();
    const { errors, result } = await carried(slow);
    expect(errors.length).toBeGreaterThanOrEqual(2);
    expect(errors.filter((error) => !isCut(error))).toEqual([]);
    expect([result.found, applied(result)]).toEqual([420, wrong.length]);
    expect(slow.changes.toSorted()).toEqual(wrong);
    expect(slow.open()).toEqual([]);
    // No page but the one that it was cut at is read again.
    expect(slow.listed.length).toBeLessThanOrEqual(42 + errors.length);
    const [message, ...others] = await slow.messages();
    expect([message?.kind, others]).toEqual(["run", []]);
  });
  test("ends the measure of nothing that it saw in an earlier invocation", async () => {
    const slow = new SlowAccount(20);
    const wrong = slow.open();
    await carried(slow);
    const place = { unit: unit.id, account, region };
    const seen = await Array.fromAsync(slow.ledger.store.query(keys.seen(place)));
    expect(seen.map(({ sk }) => sk)).toEqual(wrong);
  });
  test("looks again at what it saw a quarter of an hour ago, before it changes it", async () => {
    const slow = new SlowAccount(20);
    const [first = "", ...others] = slow.open();
    slow.before = () => {
      if (slow.listed.length === 18) slow.days.set(first, 30);
    };
    const { result } = await carried(slow);
    expect(slow.changes.toSorted()).toEqual(others);
    expect([result.found, slow.days.get(first)]).toEqual([200, 30]);
  });
  test.each([
    ["whose token AWS knows no more", (slow: SlowAccount) => (slow.tokens = false), seconds(61)],
    ["that is older than an hour", () => {}, minutes(61)],
  ])("begins at the first page again from a position %s", async (_, change, pause) => {
    const slow = new SlowAccount(17);
    await expect(run(unit, start, slow.host(begun))).rejects.toThrow(OutOfTime);
    const before = slow.listed.length;
    change(slow);
    const at = after(slow.clock.now(), pause);
    await run(unit, start, slow.host(at)).catch(() => {});
    expect(slow.listed[before]).toBe(0);
    slow.tokens = true;
    slow.changes.length = 0;
    await run(unit, start, slow.host(after(at, minutes(17))));
    expect(slow.open()).toEqual([]);
    expect(slow.changes).toHaveLength(17);
  });
  test("and dies at any request, ends all the same with each target changed once", async () => {
    const probe = verySlow();
    const requests: number[] = [];
    probe.before = (nth) => void requests.push(nth);
    const { errors } = await carried(probe);
    expect(errors.length).toBeGreaterThan(1);
    expect(requests.length).toBeGreaterThan(20);
    for (const dying of requests) {
      const slow = verySlow();
      const wrong = slow.open();
      slow.before = (nth) => {
        if (nth === dying) throw new Error("the process ended");
      };
      const { result } = await carried(slow);
      expect([dying, result.found, slow.open()]).toEqual([dying, 50, []]);
      expect([dying, slow.changes.toSorted()]).toEqual([dying, wrong]);
    }
  });
  test("and dies at any request to the ledger, ends all the same, and changes no target twice", async () => {
    const probe = verySlow();
    let whileLooking = 0;
    probe.ledger.before = (_, nth) => {
      if (!probe.changes.length) whileLooking = nth;
    };
    await carried(probe);
    expect(whileLooking).toBeGreaterThan(15);
    for (let before = 0; before < whileLooking; before += 1) {
      const slow = verySlow();
      slow.ledger.before = (_, nth) => {
        if (nth === before + 1) throw new Error("the process ended");
      };
      const { result } = await carried(slow, minutes(3));
      expect([before, result.found]).toEqual([before, 50]);
      expect([before, slow.changes.length]).toEqual([before, new Set(slow.changes).size]);
      // What a guard needs to know and cannot is held.
      const held = result.actions.filter(({ outcome }) => outcome === "held");
      expect([before, slow.open()]).toEqual([before, held.map(({ target }) => target)]);
    }
  });
});
