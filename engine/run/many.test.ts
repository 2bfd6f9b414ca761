/** Very many proposals, with names as long as AWS takes them: counted, stored, approved in parts. */
import { describe, expect, onTestFinished, test } from "vitest";
import { keys } from "../../ledger/keys.ts";
import { numbersIn } from "../../ledger/numbers.ts";
import { planOrThrow, type StoredPlan, waitingInShort } from "../../ledger/plans.ts";
import { runById, runsOf } from "../../ledger/runs.ts";
import { asText } from "../../messages/render/text.ts";
import { after, hours, minutes, seconds } from "../../sdk/time.ts";
import { type ManyGroups, manyGroups } from "../../testing/many.ts";
import { decideOn } from "./approve.ts";
import { liftHolds, redoStart, undoneBy } from "./redo.ts";
import { run } from "./run.ts";
import { undo } from "./undo.ts";

const ann = "arn:aws:iam::123456789012:user/ann";
const unit = "test-many";
/** What an item of DynamoDB holds, with room for what is beside the body. */
const item = 390_000;

/**
 * Names none of which is like another.
 * @param length that of the longest that CloudWatch Logs takes; an ARN may have four times that
 */
function longNames(count: number, length = 512): string[] {
  let state = 20_261_121;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state.toString(36).padStart(6, "0");
  };
  const noise = () => Array.from({ length: Math.ceil(length / 6) }, next).join("");
  return Array.from({ length: count }, (_, at) =>
    `/${String(at).padStart(6, "0")}/${noise()}`.slice(0, length),
  );
}

/** Fails where anything that was written has no room in an item. */
function weighed(many: ManyGroups): ManyGroups {
  let largest = 0;
  const { put, transact } = many.ledger.store;
  const weigh = (value: unknown) => {
    largest = Math.max(largest, Buffer.byteLength(JSON.stringify(value) ?? ""));
  };
  many.ledger.store.put = (item, condition) => {
    weigh(item);
    return put(item, condition);
  };
  many.ledger.store.transact = (steps) => {
    for (const step of steps) weigh("put" in step ? step.put : step.remove);
    return transact(steps);
  };
  onTestFinished(() => expect(largest).toBeLessThan(item));
  return many;
}

const approvers = { approvers: [ann], twoPersonRule: false };
const approve = ({ host }: ManyGroups, plan: string) =>
  decideOn(host.store, approvers, { plan, verdict: "approve", by: ann, at: host.clock.now() });
const carryOut = (many: ManyGroups, plan: string) =>
  many.deliver({ kind: "decision", key: `decision#${plan}`, plan });
/** The parts, from the first on. */
async function partsOf({ host }: ManyGroups, first: string | undefined): Promise<StoredPlan[]> {
  const parts: StoredPlan[] = [];
  for (let id = first ?? null; id !== null; ) {
    const plan = await planOrThrow(host.store, id);
    parts.push(plan);
    id = plan.part?.next ?? null;
  }
  return parts;
}

describe("a first plan of 20,000", { timeout: 600_000 }, () => {
  test("is asked in parts that fit, says so everywhere, and holds each change once", async () => {
    const names = longNames(20_000);
    const many = weighed(manyGroups(names, approvers));
    const asked = await many.deliver({ kind: "sweep", key: "slot-1" });
    const [message] = await many.messages();
    const recorded = await runById(many.host.store, "unit", unit, asked.id);
    const [line] = await Array.fromAsync(runsOf(many.host.store, "unit", unit, 1));
    expect(message?.title).toBe("test-many in eu-west-1: 20000 waiting for approval");
    expect([recorded && numbersIn(recorded).waiting, line?.waiting, line?.found]).toEqual([
      20_000, 20_000, 20_000,
    ]);
    expect(recorded?.plan?.part).toMatchObject({ number: 1 });

    const parts = await partsOf(many, asked.plan?.id);
    expect(parts.flatMap(({ proposals }) => proposals.map(({ target }) => target)).sort()).toEqual(
      names,
    );
    expect(parts.map(({ part }) => [part?.number, part?.of])).toEqual(
      parts.map((_, index) => [index + 1, parts.length]),
    );
    expect(Math.max(...parts.map(({ proposals }) => proposals.length))).toBeLessThanOrEqual(500);
    const { plans } = await waitingInShort(many.host.store, unit, many.host.clock.now());
    expect(plans.map(({ changes }) => changes)).toEqual(
      expect.arrayContaining(parts.map(({ proposals }) => proposals.length)),
    );
    expect(plans.reduce((sum, { saves }) => sum + saves.known, 0)).toBe(20_000);
    expect(JSON.stringify(plans).length).toBeLessThan(parts.length * 1000);
    expect(message && asText(message, { timeZone: "UTC" })).toMatch(
      /Waiting for a decision \(20000\)[\s\S]+you can decide on part 1 of \d+ \(\d+ changes, the worst parts first\):\n {4}npx nightshift approve /,
    );
  });

  test("takes so many requests to the ledger: one for each target, and one for each part", async () => {
    const many = manyGroups(longNames(300), approvers);
    const asked = await many.deliver({ kind: "sweep", key: "slot-1" });
    const parts = await partsOf(many, asked.plan?.id);
    const few = 40;
    expect(many.ledger.sent.length).toBeLessThanOrEqual(300 + parts.length + few);
  });
});

describe("a part", { timeout: 600_000 }, () => {
  test("that is approved is carried out exactly as shown, names the next, and leaves it alone", async () => {
    const many = weighed(manyGroups(longNames(1200), approvers));
    const asked = await many.deliver({ kind: "sweep", key: "slot-1" });
    const [first, second, ...rest] = await partsOf(many, asked.plan?.id);
    if (!first || !second) throw new Error("there is one part");
    await approve(many, first.id);
    const carried = await carryOut(many, first.id);
    const targets = first.proposals.map(({ target }) => target);
    const changed = [...many.groups].flatMap(([name, days]) => (days === 7 ? [name] : []));
    expect(changed.sort()).toEqual(targets.toSorted());
    expect(numbersIn(carried)).toMatchObject({ applied: targets.length, held: 0, failed: 0 });
    const told = (await many.messages()).at(-1);
    expect(told?.title).toBe(`test-many in eu-west-1: ${targets.length} changed`);
    expect(told?.facts?.["next part"]).toBe(`npx nightshift approve ${second.id}`);

    await expect(carryOut(many, second.id)).rejects.toThrow("is not approved");
    await approve(many, second.id);
    await carryOut(many, second.id);
    const left = rest.reduce((sum, { proposals }) => sum + proposals.length, 0);
    expect([...many.groups.values()].filter((days) => days === undefined)).toHaveLength(left);
  });

  test("that is denied names the next", async () => {
    const many = manyGroups(longNames(600), approvers);
    const asked = await many.deliver({ kind: "sweep", key: "slot-1" });
    const [first, second] = await partsOf(many, asked.plan?.id);
    const { host } = many;
    const at = host.clock.now();
    await decideOn(host.store, approvers, { plan: first?.id ?? "", verdict: "deny", by: ann, at });
    const items = await Array.fromAsync(host.store.query(keys.outbox("decision")));
    expect(items.map(({ body }) => body)).toMatchObject([
      { facts: { "next part": `npx nightshift approve ${second?.id}` } },
    ]);
  });

  test("of names that are too long for so many is smaller", async () => {
    const many = weighed(manyGroups(longNames(600, 2048), approvers));
    const asked = await many.deliver({ kind: "sweep", key: "slot-1" });
    const parts = await partsOf(many, asked.plan?.id);
    expect(parts.length).toBeGreaterThan(2);
  });
});

test("what was done to very many is taken back, and done again, whatever their names", async () => {
  const caps = { changes: 1000, percent: 100, floor: 1000 };
  const many = weighed(manyGroups(longNames(300, 2048), { mode: "act", caps }));
  const { host, unit: automation, groups } = many;
  const done = await many.deliver({ kind: "sweep", key: "slot-1" });
  const inForce = () => [...groups.values()].filter((days) => days === 7).length;
  expect([numbersIn(done).applied, inForce()]).toEqual([300, 300]);

  // Its AWS has no history of calls: a person confirms what is shown.
  const { confirm: confirms } = await undo(automation, done.id, { by: ann }, host);
  const undone = await undo(automation, done.id, { by: ann, confirms }, host);
  expect([numbersIn(undone).applied, inForce()]).toEqual([300, 0]);
  const recorded = await runById(host.store, "undo", unit, undone.id);
  expect(recorded && numbersIn(recorded).applied).toBe(300);

  const at = host.clock.now();
  const orders = await undoneBy(host.store, undone.id);
  expect(orders.length).toBeGreaterThan(1);
  for (const [number, order] of orders.entries()) {
    await liftHolds(host.store, order, { by: ann, at });
    await many.deliver(redoStart({ ...order, key: `again-${number}` }, { by: ann, at }));
  }
  expect(inForce()).toBe(300);
}, 600_000);

test("what one plan holds is asked in one", async () => {
  const many = manyGroups(["/a", "/b"], approvers);
  const asked = await many.deliver({ kind: "sweep", key: "slot-1" });
  expect(asked.plan).not.toHaveProperty("part");
  expect((await partsOf(many, asked.plan?.id)).map(({ proposals }) => proposals.length)).toEqual([
    2,
  ]);
});

test("a look that has no time left stops between pages, changes nothing, and the next delivery goes on", async () => {
  const caps = { changes: 1000, percent: 100, floor: 1000 };
  const many = manyGroups(longNames(300), { mode: "act", caps });
  const { groups, host } = many;
  const entries = groups.entries.bind(groups);
  let slow = true;
  const slowly = function* () {
    let seen = 0;
    for (const entry of entries()) {
      seen += 1;
      if (slow && seen === 150) void host.clock.sleep(hours(48));
      yield entry;
    }
    return undefined;
  };
  groups[Symbol.iterator] = slowly as typeof groups.entries;
  const start = { kind: "sweep", key: "slot-1" } as const;
  await expect(many.deliver(start)).rejects.toThrow("the next delivery goes on from here");
  expect([...groups.values()].filter((days) => days !== undefined)).toEqual([]);
  expect(await many.messages()).toEqual([]);
  slow = false;
  const later = { ...host, deadline: after(host.clock.now(), hours(1)) };
  const result = await run(many.unit, { region: "eu-west-1", at: new Date(0), ...start }, later);
  expect(numbersIn(result)).toMatchObject({ applied: 300, failed: 0 });
});

describe("a run that dies", () => {
  const dying = async (many: ManyGroups) => {
    await expect(many.deliver({ kind: "sweep", key: "slot-1" })).rejects.toThrow();
    const [line] = await Array.fromAsync(runsOf(many.host.store, "unit", unit, 1));
    const [message] = await many.messages();
    return { line, message };
  };
  test("while it looks says how many it had looked at", async () => {
    const many = manyGroups(longNames(10), approvers);
    const { groups } = many;
    groups.entries = function* () {
      let at = 0;
      for (const name of groups.keys()) {
        at += 1;
        if (at > 7) throw new Error("the listing broke off");
        yield [name, groups.get(name)] as [string, number | undefined];
      }
      return undefined;
    } as typeof groups.entries;
    groups[Symbol.iterator] = groups.entries;
    const { line, message } = await dying(many);
    expect([line?.died, line?.found, line?.applied]).toEqual([true, 7, 0]);
    expect(message?.facts?.["so far"]).toBe("it had looked at 7 things and changed nothing");
  });
  test("says who is behind it, so that twoPersonRule holds for what it had done", async () => {
    const many = manyGroups(longNames(3), { mode: "ask", ...approvers });
    const broken = () => {
      throw new Error("the listing broke off");
    };
    const involvedIn = async (start: Parameters<typeof many.deliver>[0]) => {
      const { store, clock } = many.host;
      await clock.sleep(minutes(1));
      await expect(many.deliver(start)).rejects.toThrow();
      const [line] = await Array.fromAsync(runsOf(store, "unit", unit, 1));
      return (await runById(store, "unit", unit, line?.run ?? ""))?.involved;
    };
    const asked = await many.deliver({ kind: "sweep", key: "slot-1" });
    await approve(many, asked.plan?.id ?? "");
    const { groups } = many;
    groups.entries = broken;
    groups[Symbol.iterator] = broken;
    expect(
      await involvedIn({ kind: "manual", key: "manual#1", by: "arn:aws:iam::1:user/eve" }),
    ).toEqual(["arn:aws:iam::1:user/eve"]);
    const plan = asked.plan?.id ?? "";
    expect(await involvedIn({ kind: "decision", key: `decision#${plan}`, plan })).toEqual([ann]);
  });
  test("while it changes says how many it had changed", async () => {
    const caps = { changes: 100, percent: 100, floor: 100 };
    const many = manyGroups(longNames(30), { mode: "act", caps });
    const { store } = many.host;
    const { transact } = store;
    let asked = 0;
    store.transact = (steps) => {
      asked += 1;
      if (asked === 6) throw new Error("the ledger is away");
      return transact(steps);
    };
    const { line, message } = await dying(many);
    expect([line?.died, line?.found]).toEqual([true, 30]);
    expect(line?.applied).toBeGreaterThan(0);
    expect(message?.facts?.["so far"]).toMatch(/^it had looked at 30 things and changed \d+: /);
  });
});

test("what had to wait too long for others is looked at again, all of it together", async () => {
  const caps = { changes: 100, percent: 100, floor: 100 };
  const many = manyGroups(longNames(60), { mode: "act", caps });
  const { groups } = many;
  const { clock } = many.host;
  let looks = 0;
  const entries = groups[Symbol.iterator].bind(groups);
  groups[Symbol.iterator] = () => {
    looks += 1;
    return entries();
  };
  const set = groups.set.bind(groups);
  groups.set = (name, days) => {
    void clock.sleep(seconds(2));
    return set(name, days);
  };
  const result = await many.deliver({ kind: "sweep", key: "slot-1" });
  expect(numbersIn(result)).toMatchObject({ applied: 60, failed: 0 });
  // All, and what is changed before and after; between, once for each half a minute and what was under way by then.
  expect(looks).toBeLessThanOrEqual(3 + 4);
  expect(looks).toBeGreaterThan(3);
});
