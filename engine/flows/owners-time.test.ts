/** The time of its owner around a flow and around a plain call, through both ports, in memory. */
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { markOn } from "../../aws/ec2/mark.ts";
import { createSnapshot, describeSnapshots } from "../../aws/ec2/snapshot.ts";
import { describeVolumes } from "../../aws/ec2/volume.ts";
import { actionsOf } from "../../ledger/actions.ts";
import { holdsAt } from "../../ledger/holds.ts";
import { keys } from "../../ledger/keys.ts";
import { type AnyAutomation, automation } from "../../sdk/automation.ts";
import { grace, graceTag } from "../../sdk/grace.ts";
import { tagMap } from "../../sdk/tags.ts";
import { after, days } from "../../sdk/time.ts";
import { durableRunner } from "../../test/setup/durable-runner.ts";
import { FlowWorld, memoryPorts } from "../../test/setup/flows-in-memory.ts";
import { reapingIn } from "../../test/setup/reaping.ts";
import { liftOwnersWord } from "../exempt.ts";
import { undo } from "../run/undo.ts";

durableRunner();

const ownersTime = grace({ span: () => days(2), atMost: days(30), mark: markOn("volume/*") });
const byId = (name: string, ids: readonly string[]) => ({
  Filters: [{ Name: name, Values: [...ids] }],
});

/** Snapshots what has none: a plain call, which leaves its target there. */
const snapshooting = automation({
  id: "test-snapshooting",
  family: "test",
  summary: "Takes a snapshot of volumes that have none",
  on: [],
  config: z.strictObject({}),
  grace: ownersTime,
  reads: [describeVolumes, describeSnapshots],
  writes: [createSnapshot],
  async *find({ read, only }) {
    const snapshots = await Array.fromAsync(read(describeSnapshots({})));
    for await (const volume of read(describeVolumes(only ? byId("volume-id", only) : {})))
      yield { volume, held: snapshots.some(({ VolumeId }) => VolumeId === volume.VolumeId) };
  },
  target: ({ volume: { VolumeId, Tags } }) => ({ id: VolumeId, tags: Tags ?? [] }),
  state: ({ held }) => ({ held }),
  propose({ volume: { VolumeId }, held }) {
    if (!VolumeId || held) return;
    return { because: "it has no snapshot", call: createSnapshot({ VolumeId }) };
  },
}) as AnyAutomation;

const reaping = (asked: () => unknown = () => undefined): AnyAutomation =>
  automation({
    ...reapingIn({ pending: 1, asked }),
    grace: ownersTime,
  } as never) as AnyAutomation;

const ports = ["ledger", "durable"] as const;
type Port = (typeof ports)[number];

async function begun(port: Port, unit: AnyAutomation) {
  const world = new FlowWorld(unit);
  world.aws.volumes.set("vol-1", "wrong");
  world.aws.tags.set("vol-1", { owner: "ann" });
  const run = await world.deliver();
  const by = memoryPorts[port](world, () => world.process());
  return { world, run, by };
}

describe.each(ports)("carried by %s", (port) => {
  test("a plain call waits for its owner, is made once, and leaves no mark behind", async () => {
    const { world, run, by } = await begun(port, snapshooting);
    const began = world.clock.now();
    await world.flows.carryAll(by);
    const { outcomes, left, effects } = await world.end(run.id);
    expect([outcomes, left]).toEqual([["applied"], []]);
    expect(effects).toEqual(["CreateTags vol-1", "CreateSnapshot vol-1", "DeleteTags vol-1"]);
    expect(world.aws.tags.get("vol-1")).toEqual({ owner: "ann" });
    expect(run.actions[0]?.call.operation).toBe("flow:grace-ec2-CreateSnapshot");
    if (port === "ledger")
      expect(world.clock.now().getTime() - began.getTime()).toBeGreaterThan(2 * 86_400_000);
  });

  test("its mark taken off while the flow within waits keeps it too", async () => {
    let world: FlowWorld | undefined;
    const takenOff = () => world?.aws.tags.set("vol-1", { owner: "ann" });
    const begin = await begun(port, reaping(takenOff));
    world = begin.world;
    await world.flows.carryAll(begin.by);
    const { outcomes, why, effects, snapshots } = await world.end(begin.run.id);
    expect(outcomes).toEqual(["held"]);
    expect(why[0]).toContain("somebody keeps it. Taken back: ec2:CreateSnapshot");
    expect([world.aws.volumes.get("vol-1"), snapshots]).toEqual(["wrong", []]);
    expect(effects.filter((effect) => effect.startsWith("DeleteVolume"))).toEqual([]);
    const again = await world.deliver("slot-2");
    expect(again.actions.map(({ held }) => held?.by)).toEqual(["owner"]);
  });

  test("whoever takes it back in that time keeps it for as long as an owner does", async () => {
    const { world, run, by } = await begun(port, reaping());
    const [action] = run.actions;
    const inWait = world.aws.onChange(() =>
      undo(world.unit, action?.id ?? "", { by: "ann" }, world.host()),
    );
    await world.flows.carryAll(by);
    await inWait;
    const { outcomes, volumes, effects, left } = await world.end(run.id);
    expect([outcomes, volumes, left]).toEqual([["held"], ["wrong"], []]);
    expect(effects).toEqual(["CreateTags vol-1", "DeleteTags vol-1"]);
    const holds = await holdsAt(world.host().store, world.place);
    expect(holds.map(({ until }) => until > after(world.clock.now(), days(60)))).toEqual([true]);
  });
});

describe("in the middle of its owner's time", () => {
  const proposingOnce = {
    ...snapshooting,
    propose(found, context) {
      const tags = tagMap(snapshooting.target(found).tags ?? []) ?? {};
      const isOver = tags.seen === "yes" && tags[graceTag] === undefined;
      return isOver ? undefined : snapshooting.propose(found, context);
    },
  } satisfies AnyAutomation;

  test.each<[what: string, happens: (world: FlowWorld) => unknown, by: string, why: string]>([
    [
      "its mark is taken off, and nothing is proposed without it: somebody keeps it",
      ({ aws }) => aws.tags.set("vol-1", { seen: "yes" }),
      "owner",
      "somebody keeps it",
    ],
    [
      "its target ends, which nobody keeps",
      ({ aws }) => aws.volumes.delete("vol-1"),
      "changed",
      "vol-1 is gone",
    ],
  ])("%s", async (_, happens, by, words) => {
    const { world, run } = await begun("ledger", proposingOnce);
    await world.flows.carryNext();
    happens(world);
    await world.flows.carryAll();
    const records = await actionsOf(world.host().store, "unit", proposingOnce.id, run.id);
    expect(records.map(({ held }) => [held?.by, held?.why])).toEqual([
      [by, expect.stringContaining(words)],
    ]);
  });
});

describe("where the answer of the last write is lost", () => {
  const unanswered = ({ aws }: FlowWorld, then: () => unknown = () => {}): void => {
    const answer = aws.answer.bind(aws);
    let lost = false;
    aws.answer = (operation, parameters) => {
      const given = answer(operation, parameters);
      if (operation !== "DeleteVolume" || lost) return given;
      lost = true;
      then();
      throw Object.assign(new Error("socket hang up"), {
        name: "TimeoutError",
        code: "ECONNRESET",
      });
    };
  };
  const carried = async (port: Port, then?: (world: FlowWorld) => unknown) => {
    const { world, run, by } = await begun(port, reaping());
    unanswered(world, () => then?.(world));
    await world.flows.carryAll(by);
    return world.end(run.id);
  };

  test.each(ports)("what is gone is kept by nobody, and its snapshot stays (%s)", async (port) => {
    const { outcomes, volumes, snapshots, why } = await carried(port);
    expect([outcomes, volumes, snapshots, why]).toEqual([["applied"], [], ["vol-1"], [null]]);
  });

  test.each(ports)("what is there, without any tag, is kept by its owner (%s)", async (port) => {
    const { outcomes, volumes } = await carried(port, ({ aws }) => {
      aws.volumes.set("vol-1", "wrong");
      aws.tags.delete("vol-1");
    });
    expect([outcomes, volumes]).toEqual([["held"], ["wrong"]]);
  });
});

test.each(ports)(
  "a mark that was its only tag, taken off while nobody carried it, keeps it (%s)",
  async (port) => {
    const { world, run } = await begun(port, reaping());
    world.aws.tags.delete("vol-1");
    const processes = [world.process({ at: "DeleteVolume", fate: "dies before it" })];
    const next = () => {
      world.aws.tags.delete("vol-1");
      return world.process();
    };
    await world.flows.carryAll(memoryPorts[port](world, () => processes.pop() ?? next()));
    const end = await world.end(run.id);
    expect(processes).toEqual([]);
    expect([end.outcomes, end.volumes]).toEqual([["held"], ["wrong"]]);
  },
);

test("an owner's no is lifted by a person, told, and then asked again", async () => {
  const { world, run } = await begun("ledger", reaping());
  const takesOff = world.aws.onChange(() => world.aws.tags.set("vol-1", {}));
  await world.flows.carryAll();
  await takesOff;
  expect((await world.end(run.id)).outcomes).toEqual(["held"]);
  const { store } = world.host();
  const [at, places] = [world.clock.now(), [world.place]];
  const lift = { target: "vol-1", places, by: "ann", at, from: [world.unit.id] };
  expect(await liftOwnersWord(store, lift)).toMatchObject([{ unit: world.unit.id }]);
  expect(await liftOwnersWord(store, lift)).toEqual([]);
  const told = await Array.fromAsync(store.query(keys.outbox("exempt")));
  expect(told.map(({ body }) => (body as { title: string }).title)).toEqual([
    "vol-1 is no longer kept from test-reaping",
  ]);
  expect((await world.deliver("slot-2")).actions.map(({ outcome }) => outcome)).toEqual(["begun"]);
});
