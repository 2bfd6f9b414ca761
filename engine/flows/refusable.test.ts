/** A write that AWS may refuse without the end of its flow, through both ports, in memory. */
import { expect, test } from "vitest";
import { createSnapshot } from "../../aws/ec2/snapshot.ts";
import { deleteVolume } from "../../aws/ec2/volume.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { refusalIn } from "../../sdk/call.ts";
import { minutes } from "../../sdk/time.ts";
import { durableRunner } from "../../test/setup/durable-runner.ts";
import { type Fate, FlowWorld, memoryPorts } from "../../test/setup/flows-in-memory.ts";
import { reapingIn } from "../../test/setup/reaping.ts";

durableRunner();

const mayBeRefused = Object.assign(createSnapshot.bind(undefined), createSnapshot, {
  refusable: true as const,
});

/** Goes on without its snapshot, waits, and deletes the volume. */
function goingOn(answers: unknown[]): AnyAutomation {
  let asked = 0;
  const unit = reapingIn({
    pending: 0,
    async carry({ write, until }, VolumeId) {
      answers.push(refusalIn(await write(createSnapshot({ VolumeId }))));
      await until("it is asked twice", async () => (++asked > 1 ? true : undefined), {
        every: minutes(10),
        atMost: minutes(60),
      });
      await write(deleteVolume({ VolumeId }));
    },
  });
  const [reap] = unit.writes;
  const writes = [mayBeRefused, deleteVolume];
  const flow = Object.assign((input: never) => reap(input), reap, { writes });
  return { ...unit, writes: [flow] } as unknown as AnyAutomation;
}

async function carried(port: keyof typeof memoryPorts, fate: Fate) {
  const answers: unknown[] = [];
  const world = new FlowWorld(goingOn(answers));
  world.aws.volumes.set("vol-1", "wrong");
  const run = await world.deliver();
  const processes = [world.process({ at: "CreateSnapshot", fate })];
  await world.flows.carryAll(memoryPorts[port](world, () => processes.pop() ?? world.process()));
  return { answers, end: await world.end(run.id) };
}

test.each(["ledger", "durable"] as const)(
  "what AWS refused is not asked again, however often the flow is carried (%s)",
  async (port) => {
    const { answers, end } = await carried(port, "denied");
    expect(new Set(answers)).toEqual(new Set([expect.stringContaining("UnauthorizedOperation")]));
    expect([end.outcomes, end.effects, end.left]).toEqual([
      ["applied"],
      ["DeleteVolume vol-1"],
      [],
    ]);
  },
);

test("whoever takes it up anew goes on from that too, and asks as little again", async () => {
  const answers: unknown[] = [];
  const world = new FlowWorld(goingOn(answers));
  world.aws.volumes.set("vol-1", "wrong");
  const run = await world.deliver();
  const processes = [world.process({ at: "CreateSnapshot", fate: "denied" })];
  const by = memoryPorts.ledger(world, () => processes.pop() ?? world.process());
  await world.flows.carryNext(by);
  world.flows.lose();
  await world.flows.carryAll(by);
  const { outcomes, effects } = await world.end(run.id);
  expect(answers.length).toBeGreaterThan(1);
  expect(new Set(answers)).toEqual(new Set([expect.stringContaining("UnauthorizedOperation")]));
  expect([outcomes, effects]).toEqual([["applied"], ["DeleteVolume vol-1"]]);
});

test.each(["ledger", "durable"] as const)(
  "what is in doubt is no refusal: it is done after all (%s)",
  async (port) => {
    const { answers, end } = await carried(port, "error500");
    expect(new Set(answers)).toEqual(new Set([undefined]));
    expect(end.effects).toEqual(["CreateSnapshot vol-1", "DeleteVolume vol-1"]);
  },
);
