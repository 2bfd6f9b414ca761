/** What is too large, too much or at the wrong time for a flow, through both ports. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { createSnapshot } from "../../aws/ec2/snapshot.ts";
import { describeVolumes } from "../../aws/ec2/volume.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { hours, minutes, type Span, seconds } from "../../sdk/time.ts";
import { durableRunner } from "../../test/setup/durable-runner.ts";
import { FlowWorld, memoryPorts } from "../../test/setup/flows-in-memory.ts";
import { type ReapWorld, reapingIn } from "../../test/setup/reaping.ts";

durableRunner();
afterEach(() => vi.restoreAllMocks());

function worldOf(reap: ReapWorld, unit: AnyAutomation = reapingIn(reap)): FlowWorld {
  const world = new FlowWorld(unit);
  world.aws.volumes.set("vol-1", "wrong").set("vol-2", "right");
  return world;
}

/** Proposes the same, with so much more in the call's input. */
function heavier(unit: AnyAutomation, volume: string, bytes: number): AnyAutomation {
  return {
    ...unit,
    propose(thing, context) {
      const proposal = unit.propose(thing, context);
      if (!proposal || unit.target(thing).id !== volume) return proposal;
      const input = { ...proposal.call.input, history: "x".repeat(bytes) };
      return { ...proposal, call: { ...proposal.call, input } } as typeof proposal;
    },
  };
}

const outcomesOf = ({ actions }: RunResult) =>
  actions.map(({ target, outcome, held }) => [target, held?.by ?? outcome]);

describe("what a flow is begun with", () => {
  test.each([1_000_000, 400_000, 130_000])(
    "of %i bytes is refused before anything is done: target, field and size are told, the others go on",
    async (bytes) => {
      const world = worldOf({ pending: 0 }, heavier(reapingIn({ pending: 0 }), "vol-1", bytes));
      world.aws.volumes.set("vol-3", "wrong");
      const run = await world.deliver();
      expect(outcomesOf(run)).toEqual([["vol-3", "begun"]]);
      expect(run.unjudged?.targets).toEqual([
        {
          target: "vol-1",
          within: null,
          why: expect.stringMatching(
            new RegExp(
              `flow:test-reap of vol-1 is recorded with is \\d+ KB, ${Math.ceil((bytes + 2) / 1000)} KB of it in \`call.history\`, and the ledger keeps at most 120 KB`,
            ),
          ),
        },
      ]);
      await world.flows.carryAll();
      const { told, left, effects } = await world.end(run.id);
      expect(told[0]).toContain("1 not judged");
      expect(left).toEqual([]);
      expect(effects.filter((effect) => effect.includes("vol-1"))).toEqual([]);
    },
  );

  test("as large as may be is begun like any other, and forty of them in one run", async () => {
    const volumes = Array.from({ length: 40 }, (_, at) => `vol-x${at}`);
    const unit = reapingIn({ pending: 0 }) as AnyAutomation;
    const large = volumes.reduce((made, volume) => heavier(made, volume, 110_000), unit);
    const world = new FlowWorld(large, { caps: { changes: 100, percent: 100, floor: 100 } });
    for (const volume of volumes) world.aws.volumes.set(volume, "wrong");
    const run = await world.deliver();
    expect(run.actions.map(({ outcome }) => outcome)).toEqual(volumes.map(() => "begun"));
  });
});

describe.each(["ledger", "durable"] as const)("carried by %s", { timeout: 600_000 }, (port) => {
  const by = (world: FlowWorld) => memoryPorts[port](world, () => world.process());
  const done = {
    outcomes: ["applied"],
    left: [],
    volumes: ["right"],
    snapshots: ["vol-1"],
    effects: ["CreateSnapshot vol-1", "DeleteVolume vol-1"],
  };

  test("what waits for one target and what is proposed of it by another trigger never both begin", async () => {
    const reap: ReapWorld = { pending: 2 };
    const world = worldOf(reap);
    const run = await world.deliver("slot-1");
    const again: unknown[] = [];
    reap.asked = async (count) => {
      if (count === 1)
        again.push(
          outcomesOf(await world.deliver("slot-2")),
          outcomesOf(
            await world.deliver("event-1", { kind: "event", only: ["vol-1"], actor: "a" }),
          ),
        );
    };
    await world.flows.carryAll(by(world));
    expect(again).toEqual([[["vol-1", "under-way"]], [["vol-1", "under-way"]]]);
    expect(await world.end(run.id)).toMatchObject(done);
  });

  test("two runs that propose the same at the same moment begin one", async () => {
    const world = worldOf({ pending: 1 });
    const runs = await Promise.all([world.deliver("slot-1"), world.deliver("slot-2")]);
    expect(
      runs
        .flatMap(outcomesOf)
        .map(([, outcome]) => outcome)
        .toSorted(),
    ).toEqual(["begun", "lock"]);
    await world.flows.carryAll(by(world));
    const [begun] = runs.filter(({ outcome }) => outcome === "begun");
    expect(await world.end(begun?.id ?? "")).toMatchObject(done);
  });

  test.each<[what: string, jump: Span]>([
    ["forwards", hours(5)],
    ["back", hours(-5)],
  ])("a clock that jumps %s in the middle of its wait: it ends as ever", async (_, jump) => {
    const reap: ReapWorld = { pending: 3 };
    const world = worldOf(reap);
    reap.asked = (count) => (count === 2 ? world.clock.sleep(jump) : undefined);
    const run = await world.deliver();
    await world.flows.carryAll(by(world));
    expect(await world.end(run.id)).toMatchObject(done);
  });

  test.each<[what: string, jump: Span]>([
    ["forwards", minutes(10)],
    ["back", hours(-3)],
  ])("a clock that jumps %s while a run begins it: it is begun once, and ends", async (_, jump) => {
    const unit = reapingIn({ pending: 1 });
    let looks = 0;
    const jumping: AnyAutomation = {
      ...unit,
      async *find(search) {
        looks += 1;
        if (looks === 1) await world.clock.sleep(jump);
        yield* search.read(describeVolumes({}));
      },
    } as AnyAutomation;
    const world = worldOf({ pending: 1 }, jumping);
    const run = await world.deliver();
    await world.flows.carryAll(by(world));
    expect(outcomesOf(run)).toEqual([["vol-1", "begun"]]);
    expect(await world.end(run.id)).toMatchObject(done);
  });

  test("its execution, or its timers, are deleted by hand while it waits: it is begun again, and does nothing twice", async () => {
    const reap: ReapWorld = { pending: 3 };
    const world = worldOf(reap);
    const run = await world.deliver();
    const carrying = by(world);
    let calls = 0;
    await world.flows.carryAll(async (order, wake) => {
      calls += 1;
      // Whoever is deleted does not come back: neither an answer nor a timer is left of it.
      if (calls === 1) return carrying(order, async () => {}).then(() => world.flows.lose());
      return carrying(order, wake);
    });
    expect(await world.end(run.id)).toMatchObject(done);
  });
});

/** As Lambda answers a checkpoint that it does not take. */
const refusedCheckpoint = (name: string, status: number): Error =>
  Object.assign(new Error("Rate exceeded"), { name, $metadata: { httpStatusCode: status } });

describe("a checkpoint of a durable execution", { timeout: 600_000 }, () => {
  const every = process.env.FC_RUNS ? 1 : 4;

  test.each([
    ["TooManyRequestsException", 429],
    ["ServiceException", 500],
    ["AccessDeniedException", 403],
  ])(
    "that Lambda answers with %s, whichever it is, costs time alone: the flow does nothing twice",
    async (name, status) => {
      const carriedWith = async (fails: (nth: number) => boolean) => {
        const world = worldOf({ pending: 1 });
        const run = await world.deliver();
        let count = 0;
        const fate = () => {
          count += 1;
          return fails(count) ? refusedCheckpoint(name, status) : undefined;
        };
        await world.flows.carryAll(memoryPorts.durable(world, () => world.process(), fate));
        return { end: await world.end(run.id), count };
      };
      const { count } = await carriedWith(() => false);
      expect(count).toBeGreaterThan(5);
      const wrong: unknown[] = [];
      for (let at = 1; at <= count; at += every) {
        const { end } = await carriedWith((nth) => nth === at);
        if (end.outcomes[0] !== "applied" || end.left.length || end.effects.length !== 2)
          wrong.push([at, end.outcomes, end.why, end.left, end.effects]);
      }
      expect(wrong).toEqual([]);
    },
  );
});

/** `npm run prove` asks ten thousand times. */
const asked = process.env.FC_RUNS ? 10_000 : 500;

test(`a flow that asks ${asked} times ends as one that asks once`, {
  timeout: 600_000,
}, async () => {
  let count = 0;
  const often = async () => {
    count += 1;
    return count > asked || undefined;
  };
  const world = worldOf({
    pending: 0,
    async carry({ write, until }, VolumeId) {
      await write(createSnapshot({ VolumeId, TagSpecifications: [] }));
      await until("often", often, { every: seconds(10), atMost: hours(29) });
    },
  });
  const run = await world.deliver();
  while (await world.flows.carryNext());
  const { outcomes, left, effects } = await world.end(run.id);
  expect([outcomes, left, effects]).toEqual([["applied"], [], ["CreateSnapshot vol-1"]]);
});
