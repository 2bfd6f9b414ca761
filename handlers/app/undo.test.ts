import {
  CloudWatchLogsClient,
  DeleteRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../../engine/run/run.ts";
import { isOrder, type Order, order } from "../../ingest/start.ts";
import { actionsOf } from "../../ledger/actions.ts";
import { holdsAt } from "../../ledger/holds.ts";
import { runOf } from "../../ledger/ids.ts";
import { keys } from "../../ledger/keys.ts";
import { recordOrder } from "../../ledger/orders.ts";
import { waitingPlans } from "../../ledger/plans.ts";
import type { RunResult } from "../../ledger/result.ts";
import { runById, runsOf } from "../../ledger/runs.ts";
import type { Outgoing, UndoTold } from "../../messages/outgoing.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { after, minutes } from "../../sdk/time.ts";
import type { Mode } from "../../settings/mode.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import type { TwoPersonRule } from "../../settings/two-persons.ts";
import { prepare, subjects } from "../../test/setup/delivery.ts";
import { retention, retentions } from "../../test/setup/retention.ts";
import { contextOf, keptLog } from "../../testing/context.ts";
import { clientsOf } from "../../testing/host.ts";
import { knownPeople } from "../../testing/signatures.ts";
import { noMetrics } from "./metrics.ts";
import { type UndoParts, undoHandler } from "./undo.ts";
import { withUndoRole } from "./undo-function.ts";
import { unitFunction } from "./unit.ts";

/** @param automation what the undo function has, by the settings of the run */
async function done(
  automation?: (settings: UnitSettings) => UndoParts["automation"],
  given: Partial<UnitSettings> = {},
  causedBy?: (account: string) => string,
) {
  const delivery = await prepare(subjects.retention, ["wrong-a", "wrong-b"]);
  onTestFinished(() => delivery.close());
  const { aws, store } = delivery;
  const host = delivery.host(given);
  const by = causedBy && { by: causedBy(aws.account) };
  const result = await delivery.deliver({ host, start: { ...delivery.start, ...by } });
  const orders: Order[] = [];
  const assumed: string[] = [];
  let invocations = 0;
  const { log } = keptLog();
  const { sign, identify } = knownPeople(host.clock);
  const handle = undoHandler({
    automation:
      automation?.(host.settings) ??
      (async (id) =>
        id === retention.id ? { unit: retention, settings: host.settings } : undefined),
    store,
    settings: host.settings,
    clock: host.clock,
    log,
    identify,
    clients: clientsOf(aws, host.clock),
    assume(unit, account) {
      assumed.push(`${unit} in ${account}`);
      return clientsOf(aws, host.clock);
    },
    async invoke(_, one) {
      orders.push(one);
    },
  });
  return {
    ...delivery,
    host,
    result,
    orders,
    assumed,
    /** As it was sent. */
    send: (payload: unknown, context = contextOf(aws)) => handle(payload, context),
    undo: async (
      order: object,
      arn = `arn:aws:iam::${aws.account}:user/ann`,
      context = contextOf(aws),
    ) =>
      handle(
        await sign(arn, { deployed: host.settings, account: aws.account, to: "undo" }, order),
        context,
      ),
    /** Invokes the unit's own function, each time anew. */
    unit: async (payload: unknown, given: Partial<UnitSettings> = {}) => {
      const { clock, clients } = host;
      const ports = { clock, clients, log: keptLog().log, metrics: noMetrics, identify };
      const carryOut = unitFunction(ports, retention, { ...host.settings, ...given });
      invocations += 1;
      const context = { ...contextOf(aws), awsRequestId: `request-${invocations}` };
      const { runs } = await carryOut(JSON.parse(JSON.stringify(payload)), context);
      return runs.flatMap(({ actions }) =>
        actions.map(({ target, outcome, held }) => [target, held?.by ?? outcome]),
      );
    },
  };
}

test("takes a run back with the automation's own undo role", async () => {
  const { undo, result, assumed, aws } = await done();
  const answer = (await undo({ id: result.id, key: "k" })) as RunResult;
  expect([answer.outcome, answer.actions.length]).toEqual(["done", 2]);
  expect(assumed).toEqual([`test-retention in ${aws.account}`]);
  expect(await retentions(aws)).toEqual({ "wrong-a": null, "wrong-b": null, other: null });
});

describe("an undo that its invocation is too short for", () => {
  const tooShort = 5_000;
  const asDone = { "wrong-a": 7, "wrong-b": 7, other: null };
  const takenBack = { "wrong-a": null, "wrong-b": null, other: null };

  async function cut(...args: Parameters<typeof done>) {
    const there = await done(...args);
    const { aws, result, undo, orders } = there;
    const ann = `arn:aws:iam::${aws.account}:user/ann`;
    const short = contextOf(aws, tooShort);
    const answer = (await undo({ id: result.id, key: "k" }, ann, short)) as RunResult;
    const messages = async () => {
      const items = await Array.fromAsync(there.store.query(keys.outbox(`undo#${retention.id}`)));
      return items.map(({ body }) => body as UndoTold);
    };
    return { ...there, ann, answer, messages, order: orders.at(-1) };
  }

  test("goes on in another of itself, for whoever ordered it, and is told when it is done", async () => {
    const { answer, order, send, aws, ann, messages } = await cut();
    expect(answer.actions.map(({ held }) => held?.by)).toEqual(["time", "time"]);
    expect(answer.actions[0]?.held?.why).toContain("by itself");
    expect([order?.kind, await messages()]).toEqual(["undo-goes-on", []]);
    expect(await retentions(aws)).toEqual(asDone);
    const rest = (await send(order)) as RunResult;
    expect([rest.outcome, rest.actions.length]).toEqual(["done", 2]);
    expect(await retentions(aws)).toEqual(takenBack);
    expect((await messages()).map(({ by }) => by)).toEqual([ann]);
  });

  test("is carried out once, however often that is delivered", async () => {
    const { order, send, messages } = await cut();
    await send(order);
    expect(await send(order)).toEqual({ before: true });
    expect(await messages()).toHaveLength(1);
  });

  test("is nobody's to make up: what the ledger has not is not begun, whoever says so", async () => {
    const { result, undo, send, aws, orders } = await cut();
    const made = { kind: "undo-goes-on", id: result.id, key: "another", by: "mallory" };
    expect(await send(made)).toEqual({ before: true });
    expect(await retentions(aws)).toEqual(asDone);
    const known = (await send({ ...orders.at(-1), by: "mallory", confirms: "x" })) as RunResult;
    expect(known.outcome).toBe("done");
    await expect(undo({ id: "nothing", key: "k" })).rejects.toThrow(NotPossible);
  });

  test("whose unit is taken away meanwhile is told as what it is, with what to do, and is over", async () => {
    let isThere = true;
    const { order, send, messages, aws, result } = await cut(
      (settings) => async () => (isThere ? { unit: retention, settings } : undefined),
    );
    isThere = false;
    await expect(send(order)).rejects.toThrow("is no longer deployed");
    const [told] = await messages();
    expect([told?.severity, told?.title]).toEqual([
      "critical",
      `test-retention: the undo of ${result.id} was begun and cannot go on`,
    ]);
    expect(told?.facts?.["what now"]).toContain(`undo ${result.id} again`);
    expect(await send(order)).toEqual({ before: true });
    expect(await retentions(aws)).toEqual(asDone);
  });
});

test("takes one action back, and leaves the others", async () => {
  const { undo, result, aws } = await done();
  await undo({ id: result.actions[1]?.id, key: "k" });
  expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": null, other: null });
});

test("taking an undo back changes nothing itself: the unit's own function does it again, guarded anew", async () => {
  const { undo, result, aws, orders, unit } = await done();
  await undo({ id: result.id, key: "k" });
  expect(await undo({ id: `${result.id}.undo`, key: "k2" })).toEqual({ again: 1 });
  expect((await retentions(aws))["wrong-a"]).toBeNull();
  for (const one of orders) {
    expect([isOrder(one), order.safeParse(one).success]).toEqual([true, true]);
    await unit(one);
  }
  expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7, other: null });
});

describe("an order to do again what was undone", () => {
  const nothingAgain = { "wrong-a": null, "wrong-b": null, other: null };
  /** Both were undone, and that is taken back. */
  async function ordered(...args: Parameters<typeof done>) {
    const there = await done(...args);
    await there.undo({ id: there.result.id, key: "k" });
    await there.undo({ id: `${there.result.id}.undo`, key: "k2" });
    const [order] = there.orders;
    if (order?.kind !== "redo") throw new Error("no order was given");
    return { ...there, order };
  }
  const nobodys = { writer: "undo", digest: "0".repeat(64) };

  test("that nobody gave is refused, whatever it says", async () => {
    const { undo, unit, result, aws, place } = await done();
    await undo({ id: result.id, key: "k" });
    const made = {
      kind: "redo",
      region: place.region,
      key: "k2#0",
      undo: `${result.id}.undo`,
      again: [{ target: "wrong-a", within: null, state: "" }],
    };
    const { recorded: _, ...old } = { ...made, by: "mallory", only: ["wrong-a"], recorded: null };
    await expect(unit(old)).rejects.toThrow("an order that is not understood: recorded");
    await expect(unit({ ...made, recorded: nobodys })).rejects.toThrow(
      "nobody has given test-retention this order: the ledger has none of undo",
    );
    expect(await retentions(aws)).toEqual(nothingAgain);
  });

  test.each<[string, (order: Extract<Order, { kind: "redo" }>) => object]>([
    ["other targets", ({ again }) => ({ again: [...again, { ...again[0], target: "other" }] })],
    ["another state", ({ again }) => ({ again: again.map((each) => ({ ...each, state: "s" })) })],
    ["another region", () => ({ region: "us-east-1" })],
    ["another undo", () => ({ undo: "test-retention.20260101T000000.00000000.undo" })],
    ["another key", () => ({ key: "k3#0" })],
  ])("that names %s than the one that was given is refused", async (_, other) => {
    const { unit, order, aws } = await ordered();
    await expect(unit({ ...order, ...other(order) })).rejects.toThrow("is another than");
    expect(await retentions(aws)).toEqual(nothingAgain);
  });

  test("to one unit is none to another", async () => {
    const { store, order, result, unit, aws } = await ordered();
    const { recorded: _, ...about } = order;
    const at = new Date();
    const given = { to: "other", order: about, by: "ann", at };
    const recorded = await recordOrder(store, "undo", given);
    await expect(unit({ ...order, recorded })).rejects.toThrow("is another than");
    expect(await retentions(aws)).toEqual(nothingAgain);
    expect(result.actions).toHaveLength(2);
  });

  test("is carried out once, however often and by whomever it is handed over", async () => {
    const { unit, order, aws } = await ordered();
    expect(await unit(order)).toEqual([
      ["wrong-a", "applied"],
      ["wrong-b", "applied"],
    ]);
    await aws
      .client(CloudWatchLogsClient)
      .send(new DeleteRetentionPolicyCommand({ logGroupName: "wrong-a" }));
    expect(await unit(order)).toEqual([]);
    expect((await retentions(aws))["wrong-a"]).toBeNull();
  });

  test("in the name of whoever gave it, and not of whoever hands it over", async () => {
    const { unit, order, store, aws } = await ordered();
    await unit({ ...order, by: "mallory" });
    const claims = await Array.fromAsync(store.query(keys.claims(retention.id)));
    const by = claims.flatMap(({ body }) => (body as { start: { by?: string } }).start.by ?? []);
    expect(by).toEqual([`arn:aws:iam::${aws.account}:user/ann`]);
  });

  test("asks for approval in mode ask, as any change", async () => {
    const { unit, order, aws, store } = await ordered();
    expect(await unit(order, { mode: "ask" })).toEqual([
      ["wrong-a", "waiting"],
      ["wrong-b", "waiting"],
    ]);
    const { plans } = await waitingPlans(store, retention.id, new Date());
    expect(plans.map(({ requester, proposals }) => [requester, proposals.length])).toEqual([
      [`arn:aws:iam::${aws.account}:user/ann`, 2],
    ]);
    expect(await retentions(aws)).toEqual(nothingAgain);
  });

  test("only says what it would do in mode watch", async () => {
    const { unit, order, aws } = await ordered();
    expect(await unit(order, { mode: "watch" })).toEqual([
      ["wrong-a", "watch"],
      ["wrong-b", "watch"],
    ]);
    expect(await retentions(aws)).toEqual(nothingAgain);
  });

  test("over the cap does nothing, and asks for all of it at once", async () => {
    const { unit, order, aws, store } = await ordered();
    const caps = { changes: 3, percent: 100, floor: 3 };
    // The two of the first run are still counted.
    expect(await unit(order, { caps })).toEqual([
      ["wrong-a", "waiting"],
      ["wrong-b", "waiting"],
    ]);
    const { plans } = await waitingPlans(store, retention.id, new Date());
    expect(plans.map(({ why }) => why)).toEqual([expect.stringContaining("exceed the cap of 3")]);
    expect(await retentions(aws)).toEqual(nothingAgain);
  });
});

/** As the undo function's bundle has them, with the unit in another mode than when it acted. */
const nowIn =
  (mode: Mode) =>
  (settings: UnitSettings): UndoParts["automation"] =>
    withUndoRole(new Map([[retention.id, async () => ({ default: retention })]]), {
      [retention.id]: { ...settings, mode },
    });

test("what a retired unit did is taken back, its hold and its history as ever", async () => {
  const { undo, result, assumed, aws, store, place } = await done(nowIn("retired"));
  const answer = (await undo({ id: result.id, key: "k" })) as RunResult;
  expect([answer.outcome, answer.mode, answer.actions.length]).toEqual(["done", "retired", 2]);
  expect(assumed).toEqual([`test-retention in ${aws.account}`]);
  expect(await retentions(aws)).toEqual({ "wrong-a": null, "wrong-b": null, other: null });
  const lines = await Array.fromAsync(runsOf(store, "undo", retention.id, 10));
  expect(lines.map(({ run }) => run)).toEqual([answer.id]);
  const held = await holdsAt(store, place);
  expect(held.map(({ target }) => target)).toEqual(["wrong-a", "wrong-b"]);
});

test("a retired unit does nothing again, and what was undone stays so", async () => {
  const { undo, result, orders, store, place } = await done(nowIn("retired"));
  await undo({ id: result.id, key: "k" });
  await expect(undo({ id: `${result.id}.undo`, key: "k2" })).rejects.toThrow(
    /test-retention is retired: it does nothing again/,
  );
  expect(orders).toEqual([]);
  expect(await holdsAt(store, place)).toHaveLength(2);
});

test("what was lowered to watch has no undo role, and is told how to get one back", async () => {
  const { undo, result, assumed, aws } = await done(nowIn("watch"));
  await expect(undo({ id: result.id, key: "k" })).rejects.toThrow(
    'has no undo role. To take back what it did before, set units: { "test-retention": { mode: "retired" } }, deploy',
  );
  expect(assumed).toEqual([]);
  expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7, other: null });
});

describe("what a unit did under its former id", () => {
  const renamed = { ...retention, id: "test-renamed" };
  const now = (settings: UnitSettings): UnitSettings => ({
    ...settings,
    id: renamed.id,
    formerly: [retention.id],
  });
  const underNewId = () =>
    done((settings) =>
      withUndoRole(new Map([[renamed.id, async () => ({ default: renamed })]]), {
        [renamed.id]: now(settings),
      }),
    );
  const sweep = ({ host, aws }: Awaited<ReturnType<typeof underNewId>>, key: string) =>
    run(
      renamed,
      { kind: "sweep", key, region: aws.region, at: host.clock.now() },
      { ...host, settings: now(host.settings) },
    );

  test("is taken back by its role of today, once, and found under the id that it had", async () => {
    const there = await underNewId();
    const { undo, result, assumed, aws, store } = there;
    const answer = (await undo({ id: result.id, key: "k" })) as RunResult;
    expect([answer.outcome, answer.actions.length]).toEqual(["done", 2]);
    expect(assumed).toEqual([`test-renamed in ${aws.account}`]);
    expect(await retentions(aws)).toEqual({ "wrong-a": null, "wrong-b": null, other: null });
    expect(await runById(store, "undo", retention.id, answer.id)).toEqual(answer);
    const again = (await undo({ id: result.id, key: "k2" })) as RunResult;
    expect(again.actions.map(({ outcome }) => outcome)).toEqual(["already", "already"]);
  });

  test("is left alone when it was undone, until that is taken back", async () => {
    const there = await underNewId();
    const { undo, result, orders } = there;
    await undo({ id: result.id, key: "k" });
    const { actions } = await sweep(there, "1");
    expect(actions.map(({ held }) => held?.by)).toEqual(["hold", "hold"]);
    expect(await undo({ id: `${result.id}.undo`, key: "k2" })).toEqual({ again: 1 });
    expect(orders).toHaveLength(1);
    const { actions: next } = await sweep(there, "2");
    expect(next.map(({ held }) => held?.by)).not.toContain("hold");
  });

  test("cools down under its new id", async () => {
    const there = await underNewId();
    const logs = there.aws.client(CloudWatchLogsClient);
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: "wrong-a" }));
    const { actions } = await sweep(there, "1");
    expect(actions.map(({ target, held }) => [target, held?.by])).toEqual([
      ["wrong-a", "cool-down"],
    ]);
  });

  test("waits for the lock that it takes under its new id", async () => {
    const { undo, result, store, place, host, aws } = await underNewId();
    const until = after(host.clock.now(), minutes(10));
    await store.put({
      ...keys.lock({ ...place, unit: renamed.id }, "wrong-a"),
      type: "lock",
      holder: "another",
      lease: until.getTime(),
      body: {},
    });
    const { actions } = (await undo({ id: result.id, key: "k" })) as RunResult;
    expect(
      actions.map(({ target, outcome, held }) => [target, outcome, held?.by ?? null]).sort(),
    ).toEqual([
      ["wrong-a", "held", "lock"],
      ["wrong-b", "applied", null],
    ]);
    expect((await retentions(aws))["wrong-a"]).toBe(7);
    const lock = await store.get(keys.lock({ ...place, unit: renamed.id }, "wrong-b"));
    expect(lock).toBeUndefined();
  });
});

test("of a unit that was removed it is said how to have it back, and nothing is lost", async () => {
  const { undo, result, aws, store } = await done(() => async () => undefined);
  for (const id of [result.id, result.actions[0]?.id])
    await expect(undo({ id, key: "k" })).rejects.toThrow(
      `as units: { "test-retention": { mode: "retired" } }; deploy, then undo ${id}`,
    );
  expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7, other: null });
  const kept = await actionsOf(store, "unit", retention.id, result.id);
  expect(kept.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
});

describe("an undo where the settings want two persons", () => {
  const rule = { undo: true };
  const caused = async (by: (account: string) => string, twoPersonRule: TwoPersonRule = rule) => {
    const there = await done(undefined, { twoPersonRule }, by);
    const undone = async (arn?: string) =>
      (await there.undo({ id: there.result.id, key: "k" }, arn)) as RunResult;
    return { ...there, undone };
  };
  const user = (name: string) => (account: string) => `arn:aws:iam::${account}:user/${name}`;

  test("is not ordered by whoever caused the run: that is held, recorded and told; another may", async () => {
    const { undone, result, aws, store } = await caused(user("ann"));
    const held = await undone();
    expect(held.actions.map((action) => [action.outcome, action.held?.by])).toEqual([
      ["held", "two-persons"],
      ["held", "two-persons"],
    ]);
    expect(held.actions[0]?.held?.why).toContain(
      `${user("ann")(aws.account)} may not take it back`,
    );
    expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7, other: null });
    expect(await runById(store, "undo", retention.id, `${result.id}.undo`)).toEqual(held);
    const told = await Array.fromAsync(store.query(`undo#${retention.id}#outbox`));
    expect(told.map(({ body }) => (body as Outgoing).title)).toEqual([
      expect.stringContaining("0 of 2 changes taken back"),
    ]);
    expect((await undone(user("bob")(aws.account))).outcome).toBe("done");
    expect(await retentions(aws)).toEqual({ "wrong-a": null, "wrong-b": null, other: null });
  });

  test("is not ordered by another session of their role either", async () => {
    const session = (name: string) => (account: string) =>
      `arn:aws:sts::${account}:assumed-role/OnCall/${name}`;
    const { undone, aws } = await caused(session("ann"));
    expect((await undone(session("bob")(aws.account))).outcome).toBe("held");
  });

  test("is ordered by whoever caused the run where two are wanted for approvals alone", async () => {
    const { undone } = await caused(user("ann"), true);
    expect((await undone()).outcome).toBe("done");
  });
});

describe("an undo that nobody is proven to have ordered", () => {
  test.each([undefined, "ann", "arn:aws:iam::123456789012:role/oncall"])(
    "changes nothing, whoever it says that it is: %s",
    async (by) => {
      const { send, result, aws, assumed } = await done();
      await expect(send({ id: result.id, key: "k", ...(by && { by }) })).rejects.toThrow(
        "give it with the command line, which signs it",
      );
      await expect(send(null)).rejects.toThrow(UsageError);
      expect(assumed).toEqual([]);
      expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7, other: null });
    },
  );
});

describe("an undo that was ordered in Slack", () => {
  const member = "slack:T1/U1/A1";
  async function ordered() {
    const there = await done();
    const { store, result, host } = there;
    const order = { id: result.id, key: "press" };
    const at = host.clock.now();
    const recorded = await recordOrder(store, "slack", { to: "undo", order, by: member, at });
    return { ...there, payload: { ...order, recorded } };
  }

  test("is carried out in the member's name, as the ledger has it", async () => {
    const { send, payload, store, aws } = await ordered();
    const answer = (await send({ ...payload })) as RunResult;
    expect(answer.outcome).toBe("done");
    expect(await retentions(aws)).toEqual({ "wrong-a": null, "wrong-b": null, other: null });
    const taken = await actionsOf(store, "undo", retention.id, runOf(answer.id));
    expect(taken.map(({ by }) => by)).toEqual([member, member]);
  });

  test("is carried out once: tried again it goes on, sent again it ends quietly", async () => {
    const { send, payload, aws } = await ordered();
    const context = contextOf(aws);
    await send(payload, context);
    expect(await send(payload, context)).toMatchObject({ id: expect.stringMatching(/undo$/) });
    expect(await send(payload)).toEqual({ before: true });
  });

  test("for another run, or from another writer, is refused", async () => {
    const { send, payload, result, aws } = await ordered();
    const another = { ...payload, id: result.actions[0]?.id };
    await expect(send(another)).rejects.toThrow("is another than undo was given");
    const own = { ...payload, recorded: { ...payload.recorded, writer: "undo" } };
    await expect(send(own)).rejects.toThrow("undo takes no orders of undo");
    const none = { ...payload, recorded: { writer: "slack", digest: "constructor" } };
    await expect(send(none)).rejects.toThrow("names no record in the ledger");
    expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7, other: null });
  });
});

test.each<[unknown, unknown]>([
  [{ id: "unknown-unit.a.b.c", key: "k" }, NotPossible],
  [{ id: "test-retention", key: "k" }, NotPossible],
  [{ id: "test-retention.a.b", key: "k" }, NotPossible],
  [{ id: "__proto__.a.b", key: "k" }, NotPossible],
  [{ id: "", key: "k" }, UsageError],
  [{ id: "x".repeat(301), key: "k" }, UsageError],
  [{ id: "test-retention.a.b" }, UsageError],
  [{ id: "test-retention.a.b", key: "k".repeat(301) }, UsageError],
])("%o is refused, and nothing is changed", async (order, error) => {
  const { undo, aws } = await done();
  await expect(undo(order as object)).rejects.toThrow(error as typeof Error);
  expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7, other: null });
});
