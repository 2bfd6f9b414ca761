/** A run or an undo for which one invocation is too short. */
import { describe, expect, test } from "vitest";
import { abandoned } from "../../ledger/claims.ts";
import { keys } from "../../ledger/keys.ts";
import { numbersIn } from "../../ledger/numbers.ts";
import { abandonedUndos, claimUndo, type HeldUndo } from "../../ledger/undo-claims.ts";
import { invocationRetries } from "../../lib/delivery.ts";
import type { UndoTold } from "../../messages/outgoing.ts";
import { after, clockAt, hours, minutes } from "../../sdk/time.ts";
import { type ManyGroups, manyGroups } from "../../testing/many.ts";
import type { Host } from "./host.ts";
import { run } from "./run.ts";
import { deliveries, GoesOn, leaseFrom, OutOfTime } from "./time-left.ts";
import { undo } from "./undo.ts";

const names = (count: number) => Array.from({ length: count }, (_, at) => `/group-${at}`);
const caps = { changes: 1000, percent: 100, floor: 1000 };
const begun = new Date("2026-11-21T02:00:00Z");

interface Counted extends ManyGroups {
  /** How often each was changed. */
  readonly changes: Map<string, number>;
}

function counted(count: number): Counted {
  const many = manyGroups(names(count), { mode: "act", caps });
  const changes = new Map<string, number>();
  const { groups } = many;
  const set = groups.set.bind(groups);
  groups.set = (name, days) => {
    changes.set(name, (changes.get(name) ?? 0) + 1);
    return set(name, days);
  };
  return { ...many, changes };
}

/** The n-th invocation, an hour after the one before, out of time after so many writes to the ledger. */
function invocation({ host }: ManyGroups, nth: number, writes: number): Host {
  const clock = clockAt(after(begun, hours(nth)));
  const deadline = after(clock.now(), minutes(15));
  let left = writes;
  const { transact } = host.store;
  const store: Host["store"] = {
    ...host.store,
    async transact(steps) {
      left -= 1;
      const last = left === 0;
      const failed = await transact(steps);
      if (last) await clock.sleep(minutes(15));
      return failed;
    },
  };
  return { ...host, clock, deadline, store };
}

const start = { kind: "sweep", key: "slot-1", region: "eu-west-1", at: begun } as const;

/** Delivers until it is done, as Lambda and the watchdog do. */
async function carried(many: ManyGroups, writes: number, latest?: Date) {
  const errors: unknown[] = [];
  for (let nth = 0; nth < 100; nth += 1)
    try {
      return {
        errors,
        result: await run(many.unit, { ...start, latest }, invocation(many, nth, writes)),
      };
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      errors.push(error);
      const left = abandoned(many.host.store, many.unit.id, after(begun, hours(nth + 1)));
      expect((await Array.fromAsync(left)).map(({ key }) => key)).toEqual(["slot-1"]);
      expect(await many.messages()).toEqual([]);
    }
  throw new Error("it never ended");
}

describe("a run that is cut", () => {
  test.each([8, 10, 13, 21, 34])(
    "after each %i writes goes on where it was: each change once, all of them in one message",
    async (writes) => {
      const many = counted(120);
      const { errors, result } = await carried(many, writes);
      expect(errors.length).toBeGreaterThan(0);
      expect(numbersIn(result)).toMatchObject({ applied: 120, failed: 0 });
      expect([...many.changes.values()]).toEqual(names(120).map(() => 1));
      expect(await many.messages()).toHaveLength(1);
    },
  );
  test("more often than a run that gets nowhere is tried still comes to its end", async () => {
    const many = counted(60);
    const { errors, result } = await carried(many, 5);
    expect(errors.length).toBeGreaterThan(deliveries);
    expect(numbersIn(result)).toMatchObject({ applied: 60, failed: 0 });
    expect([...many.changes.values()]).toEqual(names(60).map(() => 1));
    // The last delivery of an invocation is no failure: the watchdog takes it up.
    expect(errors.map((error) => error instanceof GoesOn)).toEqual(
      errors.map((_, at) => (at + 1) % deliveries === 0),
    );
  });
  test("past the time of its slot only watches what is left, and tells both", async () => {
    const many = counted(120);
    const { errors, result } = await carried(many, 10, after(begun, minutes(90)));
    const { applied, watched } = numbersIn(result);
    expect(errors).toHaveLength(2);
    expect([applied + watched, applied]).toEqual([120, many.changes.size]);
    expect(applied).toBeGreaterThan(0);
    expect(watched).toBeGreaterThan(0);
    expect(await many.messages()).toHaveLength(1);
  });
  test("is delivered as often as Lambda is told to", () => {
    expect(deliveries).toBe(invocationRetries.maximumRetryAttempts + 1);
  });
});

test("a run that gets nowhere as often as it is delivered is told once, with what to do, and changes nothing", async () => {
  const many = counted(300);
  const { groups } = many;
  const slow = async (nth: number) => {
    const host = invocation(many, nth, 0);
    groups[Symbol.iterator] = function* () {
      void host.clock.sleep(minutes(15));
      yield* groups.entries();
      return undefined;
    };
    await expect(run(many.unit, start, host)).rejects.toThrow(OutOfTime);
    // Whoever tells them tells each id once.
    const messages = new Map((await many.messages()).map((message) => [message.id, message]));
    return [...messages.values()].map(({ severity, facts }) => [severity, facts?.error]);
  };
  const told = [["critical", expect.stringContaining("takes longer than one may last")]];
  expect(await slow(0)).toEqual([]);
  expect(await slow(1)).toEqual([]);
  expect(await slow(2)).toEqual(told);
  expect(await slow(3)).toEqual(told);
  expect(many.changes.size).toBe(0);
});

describe("an undo that is cut", () => {
  const by = "arn:aws:iam::123456789012:user/ann";
  const all = names(130);

  /** Done, and about to be taken back by an order that is kept. */
  async function done() {
    const many = counted(all.length);
    const { id } = await many.deliver({ kind: "sweep", key: "slot-1" });
    many.changes.clear();
    const { store } = many.host;
    const { confirm } = await undo(many.unit, id, { by }, invocation(many, 0, 0));
    const before = (await many.messages()).length;
    const told = async () => {
      const items = await Array.fromAsync(store.query(keys.outbox(`undo#${many.unit.id}`)));
      return items.map(({ body }) => body as UndoTold).slice(before);
    };
    const order = { id, key: "k", by, confirms: confirm, at: after(begun, minutes(1)) };
    return { many, id, told, order, confirm };
  }

  /** One invocation of the undo function, as it is called first or again. */
  async function invoked({ many, order }: Awaited<ReturnType<typeof done>>, host: Host) {
    const next: HeldUndo[] = [];
    const claim = async () => {
      const lease = leaseFrom(host.clock.now(), host);
      const held = await claimUndo(many.host.store, order, `holder ${host.deadline}`, lease);
      if (!held) throw new Error("another invocation has it");
      return held;
    };
    const goOn = async (left: HeldUndo) => void next.push(left);
    const result = await undo(many.unit, order.id, { ...order, keeping: { claim, goOn } }, host);
    return { result, next };
  }

  test("by the time of the function alone says what is left, and goes on there when it is asked again", async () => {
    const { many, id, confirm } = await done();
    const take = async (nth: number, writes: number) =>
      undo(many.unit, id, { by, confirms: confirm }, invocation(many, nth, writes));
    const cut = await take(2, 4);
    const held = cut.actions.filter(({ held }) => held?.by === "time");
    expect(held.length).toBeGreaterThan(0);
    expect(numbersIn(cut)).toMatchObject({ applied: 130 - held.length, failed: 0 });
    expect([cut.outcome, held[0]?.held?.why]).toEqual([
      "held",
      expect.stringContaining("ask for the same undo again"),
    ]);
    const rest = await take(3, 0);
    expect(numbersIn(rest)).toMatchObject({
      applied: held.length,
      already: 130 - held.length,
      failed: 0,
    });
    expect([...many.changes.values()]).toEqual(all.map(() => 1));
  });

  test.each([4, 5, 7])(
    "after each %i writes goes on by itself: each change once, all of them in one message",
    async (writes) => {
      const there = await done();
      const { many, told } = there;
      let nth = 1;
      let one = await invoked(there, invocation(many, nth, writes));
      expect(one.next).not.toEqual([]);
      expect(one.result.actions.find(({ held }) => held)?.held?.why).toContain("by itself");
      while (one.next.length) {
        expect(await told()).toEqual([]);
        nth += 1;
        one = await invoked(there, invocation(many, nth, writes));
        expect(nth).toBeLessThan(60);
      }
      expect([...many.changes.values()]).toEqual(all.map(() => 1));
      expect(numbersIn(one.result)).toMatchObject({ applied: 130, failed: 0 });
      expect((await told()).map(({ title }) => title)).toEqual([
        "test-many in eu-west-1: 130 of 130 changes taken back",
      ]);
      const left = abandonedUndos(many.host.store, after(begun, hours(1000)));
      expect(await Array.fromAsync(left)).toEqual([]);
    },
  );

  test("is found by the watchdog once its process cannot be heard of any more, and not before", async () => {
    const there = await done();
    const { many, order } = there;
    const { store } = many.host;
    const host = invocation(many, 1, 0);
    await claimUndo(store, order, "died", leaseFrom(host.clock.now(), host));
    const found = (at: Date) => Array.fromAsync(abandonedUndos(store, at));
    expect(await found(host.deadline)).toEqual([]);
    expect(await found(after(host.deadline, minutes(2)))).toEqual([order]);
    await expect(invoked(there, host)).rejects.toThrow("another invocation has it");
    const { result } = await invoked(there, invocation(many, 2, 0));
    expect(numbersIn(result)).toMatchObject({ applied: 130 });
    expect(await found(after(host.deadline, hours(100)))).toEqual([]);
  });

  test("again and again without getting further is told, with what to do, and is over", async () => {
    const there = await done();
    const { many, told } = there;
    const short = (nth: number): Host => {
      const host = invocation(many, nth, 0);
      return { ...host, deadline: after(host.clock.now(), minutes(0)) };
    };
    for (let nth = 1; nth < deliveries; nth += 1)
      expect((await invoked(there, short(nth))).next).toHaveLength(1);
    const { result, next } = await invoked(there, short(deliveries));
    expect(next).toEqual([]);
    expect(result.actions[0]?.held?.why).toContain("ask for the same undo again");
    expect(await told()).toHaveLength(1);
    expect(many.changes.size).toBe(0);
  });
});
