/** What may come between two steps of a flow, through both ports and across them, in memory. */
import { describe, expect, test } from "vitest";
import { decideOnce } from "../../ledger/decisions.ts";
import { flowsUnderWay } from "../../ledger/flows.ts";
import { keys } from "../../ledger/keys.ts";
import { decisionKey } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { durableRunner } from "../../test/setup/durable-runner.ts";
import { FlowWorld, memoryPorts } from "../../test/setup/flows-in-memory.ts";
import { type ReapWorld, reapingIn } from "../../test/setup/reaping.ts";
import type { CarryOnce } from "../../testing/flows.ts";
import { uncarried } from "./take-up.ts";

durableRunner();

const ports = ["ledger", "durable"] as const;
type Port = (typeof ports)[number];

const other: Readonly<Record<Port, Port>> = { ledger: "durable", durable: "ledger" };

const carriedBy = (world: FlowWorld, port: Port): CarryOnce =>
  memoryPorts[port](world, () => world.process());

function worldOf(reaping: ReapWorld, more: Partial<AnyAutomation> = {}): FlowWorld {
  const world = new FlowWorld({ ...reapingIn(reaping), ...more } as AnyAutomation, {
    irreversible: "act",
  });
  world.aws.volumes.set("vol-1", "wrong").set("vol-2", "right");
  return world;
}

const done = {
  outcomes: ["applied"],
  left: [],
  volumes: ["right"],
  snapshots: ["vol-1"],
  effects: ["CreateSnapshot vol-1", "DeleteVolume vol-1"],
};

describe.each(ports)("carried by %s", (port) => {
  test("what a person approved is carried out, once, though the approval is delivered twice", async () => {
    const world = worldOf({ pending: 1 });
    world.settings = { mode: "ask", approvers: ["ann"] };
    const asked = await world.deliver();
    const plan = asked.plan?.id ?? "";
    const hash = asked.plan?.hash ?? "";
    const decision = { plan, hash, verdict: "approve", by: "ann", at: world.clock.now() } as const;
    await decideOnce(world.host().store, decision);
    const carryOut = () => world.deliver(decisionKey(plan), { kind: "decision", plan });
    const run = await carryOut();
    expect(run.actions.map(({ outcome }) => outcome)).toEqual(["begun"]);
    await carryOut();
    await world.flows.carryAll(carriedBy(world, port));
    expect(await world.end(run.id)).toMatchObject(done);
  });

  test("a deployment that carries by the other port goes on where the ledger says it is", async () => {
    const reaping: ReapWorld = { pending: 4 };
    const world = worldOf(reaping);
    const run = await world.deliver();
    // Whoever carries it is gone at the second question, and timers and executions with it.
    const lost = Promise.withResolvers<never>();
    reaping.asked = (count) => (count === 2 ? lost.promise : undefined);
    const dying = carriedBy(world, port);
    const dies: CarryOnce = async (order, wake) => {
      const gone = new Promise<void>((resolve) => {
        const before = reaping.asked;
        reaping.asked = (count) => {
          if (count === 2) resolve();
          return before?.(count);
        };
      });
      await Promise.race([dying(order, wake), gone]);
    };
    for (let calls = 0; calls < 3 && world.aws.effects.length < 2; calls += 1)
      await world.flows.carryNext(dies);
    expect(world.aws.effects).toEqual(["CreateSnapshot vol-1"]);
    world.flows.lose();
    reaping.asked = () => undefined;
    await world.flows.carryAll(carriedBy(world, other[port]));
    expect(await world.end(run.id)).toMatchObject(done);
  });

  test("the same order again, late and after its end, does nothing", async () => {
    const world = worldOf({ pending: 1 });
    const run = await world.deliver();
    const [first] = world.flows.due();
    await world.flows.carryAll(carriedBy(world, port));
    const before = await world.end(run.id);
    expect(before).toMatchObject(done);
    if (first) await carriedBy(world, port)(first.order, async () => {});
    expect(await world.end(run.id)).toEqual(before);
  });

  test("an item that says neither who carries it nor until when is taken up", async () => {
    const world = worldOf({ pending: 1 });
    const run = await world.deliver();
    const { store } = world.host();
    const [under] = await Array.fromAsync(flowsUnderWay(store, world.unit.id));
    expect(under).toBeDefined();
    const key = keys.flow(world.place, under?.begun.action ?? "");
    await store.put({ ...key, type: "flow", state: "waiting", body: under?.begun });
    world.flows.lose();
    await world.flows.carryAll(carriedBy(world, port));
    expect(await world.end(run.id)).toMatchObject(done);
  });

  test("a flow that its unit no longer has fails, and names what it leaves", async () => {
    const reaping: ReapWorld = { pending: 1 };
    const world = worldOf(reaping);
    const run = await world.deliver();
    const [declared] = world.unit.writes;
    if (!declared) throw new Error("it has none");
    reaping.atEnd = undefined;
    const elsewhere = new FlowWorld({ ...world.unit, writes: [] } as AnyAutomation);
    Object.assign(elsewhere, { table: world.table, aws: world.aws, clock: world.clock });
    await world.flows.carryAll(carriedBy(elsewhere, port));
    const { outcomes, why, left, effects } = await world.end(run.id);
    expect([outcomes, left, effects]).toEqual([["failed"], [], []]);
    expect(why[0]).toContain("the unit no longer declares flow:test-reap");
  });

  test("a stop for all in the middle halts it before its next write; nothing more is done", async () => {
    const reaping: ReapWorld = { pending: 2 };
    const world = worldOf(reaping);
    reaping.asked = (count) => {
      if (count === 2) world.killSwitch = "stop";
    };
    const run = await world.deliver();
    await world.flows.carryAll(carriedBy(world, port));
    const { outcomes, why, volumes, effects, left } = await world.end(run.id);
    expect([outcomes, volumes, effects, left]).toEqual([
      ["held"],
      ["right", "wrong"],
      ["CreateSnapshot vol-1"],
      [],
    ]);
    expect(why[0]).toContain("Left: ec2:CreateSnapshot");
  });

  test("a freeze that the settings say by then holds it, and what it wrote goes back", async () => {
    const reaping: ReapWorld = { pending: 2 };
    const world = worldOf(reaping);
    const [begins, ends] = ["2026-11-20T00:00:00.000Z", "2026-12-02T00:00:00.000Z"];
    const days = { from: "2026-11-20", until: "2026-12-01", timeZone: "UTC", begins, ends };
    const freeze = { ...days, owner: "ann", reason: "the sale" };
    reaping.asked = (count) => {
      if (count !== 2) return;
      world.settings = { freezes: [freeze] };
      world.isLive = (attempt) => attempt > 1;
    };
    const run = await world.deliver();
    await world.flows.carryAll(carriedBy(world, port));
    const { outcomes, why, volumes, snapshots, left } = await world.end(run.id);
    expect(why[0]).toContain("the sale");
    expect([outcomes, volumes, snapshots, left]).toEqual([["held"], ["right", "wrong"], [], []]);
  });

  test("a clock that goes back in the middle of a wait delays it, and loses nothing", async () => {
    const reaping: ReapWorld = { pending: 3 };
    const world = worldOf(reaping);
    reaping.asked = async (count) => {
      if (count === 2) await world.clock.sleep({ seconds: -3 * 3600 });
    };
    const run = await world.deliver();
    await world.flows.carryAll(carriedBy(world, port));
    expect(await world.end(run.id)).toMatchObject(done);
  });

  test("sweeps while it waits begin nothing of the same target again", async () => {
    const reaping: ReapWorld = { pending: 3 };
    const world = worldOf(reaping);
    const seen: unknown[] = [];
    reaping.asked = async (count) => {
      const run = await world.deliver(`slot-${count + 1}`);
      seen.push(...run.actions.map(({ outcome, held }) => [outcome, held?.by]));
    };
    const run = await world.deliver();
    await world.flows.carryAll(carriedBy(world, port));
    expect(await world.end(run.id)).toMatchObject(done);
    expect(new Set(seen.map((each) => JSON.stringify(each)))).toEqual(
      new Set(['["held","under-way"]']),
    );
  });
});

test("of ten thousand flows that wait the watchdog takes up those that nobody carries, and no other", async () => {
  const world = worldOf({ pending: 1 });
  const { store } = world.host();
  await world.deliver();
  const [one] = await Array.fromAsync(flowsUnderWay(store, world.unit.id));
  const now = world.clock.now().getTime();
  const { action = "", target = "" } = one?.begun ?? {};
  const { pk, sk } = keys.flow(world.place, action);
  const stored = JSON.stringify(world.table.get(pk, sk));
  for (let at = 0; at < 10_000; at += 1) {
    const lease = at % 5000 === 7 ? now - 3_600_000 : now + 3_600_000;
    const like = stored.replaceAll(action, `many.${at}`).replaceAll(target, `vol-m${at}`);
    const Item = { ...JSON.parse(like), lease: { N: String(lease) } };
    world.table.answer("PutItem", { TableName: "nightshift", Item } as never, now);
  }
  const found = await Array.fromAsync(uncarried(store, world.unit.id, world.clock.now()));
  expect(found.map(({ target }) => target)).toEqual(["vol-m5007", "vol-m7"]);
  const again = await world.deliver("slot-2");
  expect(again.actions.map(({ held }) => held?.by)).toEqual(["under-way"]);
});
