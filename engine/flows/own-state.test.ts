/** A flow whose own writes leave nothing to propose, through both ports, in memory. */
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { markOn } from "../../aws/ec2/mark.ts";
import { createSnapshot } from "../../aws/ec2/snapshot.ts";
import { describeVolumes } from "../../aws/ec2/volume.ts";
import { type AnyAutomation, automation } from "../../sdk/automation.ts";
import { flow } from "../../sdk/flow.ts";
import { hours } from "../../sdk/time.ts";
import { durableRunner } from "../../test/setup/durable-runner.ts";
import { FlowWorld, memoryPorts } from "../../test/setup/flows-in-memory.ts";

durableRunner();

const exemptTag = "nightshift:exempt";
const mark = markOn("volume/*");
const tagged = flow({
  id: "test-tagged",
  reads: [describeVolumes],
  writes: [mark.write, createSnapshot],
  longest: hours(1),
  async carry({ VolumeId }: { readonly VolumeId: string }, { write }) {
    await write(mark.put(VolumeId, { Key: "done", Value: "yes" }));
    await write(createSnapshot({ VolumeId }));
  },
  irreversible: "a test",
});

const unit = automation({
  id: "test-tagging",
  family: "test",
  summary: "Tags volumes, and then takes a snapshot",
  on: [],
  config: z.strictObject({}),
  reads: [describeVolumes],
  writes: [tagged],
  async *find({ read, only }) {
    const Values = only && [...only];
    yield* read(describeVolumes(Values ? { Filters: [{ Name: "volume-id", Values }] } : {}));
  },
  target: ({ VolumeId, Tags }) => ({ id: VolumeId, tags: Tags ?? [] }),
  state: ({ Tags = [] }) => ({
    tags: Object.fromEntries(
      Tags.flatMap(({ Key = "", Value }) => (Key === exemptTag ? [] : [[Key, Value]])),
    ),
  }),
  propose({ VolumeId, Tags = [] }) {
    if (!VolumeId || Tags.some(({ Key }) => Key === "done")) return;
    return { because: "it is not done", call: tagged({ VolumeId }) };
  },
}) as AnyAutomation;

async function begun(port: keyof typeof memoryPorts) {
  const world = new FlowWorld(unit, { irreversible: "act" });
  world.aws.volumes.set("vol-1", "wrong");
  const run = await world.deliver();
  const carry = async (meanwhile?: () => unknown) => {
    const others = meanwhile && world.aws.onChange(meanwhile);
    await world.flows.carryAll(memoryPorts[port](world, () => world.process()));
    await others;
    return world.end(run.id);
  };
  return { world, carry };
}

describe.each(["ledger", "durable"] as const)("carried by %s", (port) => {
  test("it goes on where what it wrote is all that has changed", async () => {
    const { carry } = await begun(port);
    const { outcomes, effects } = await carry();
    expect([outcomes, effects]).toEqual([
      ["applied"],
      ["CreateTags vol-1", "CreateSnapshot vol-1"],
    ]);
  });

  test.each([
    ["somebody else's tag", { done: "yes", keep: "me" }, "no longer proposed as it was"],
    ["another word in its own tag", { done: "no" }, "no longer proposed as it was"],
    ["an exemption", { done: "yes", [exemptTag]: "owner=ann reason=mine" }, "exempt"],
  ])("%s ends it before its next write", async (_, tags, words) => {
    const { world, carry } = await begun(port);
    const { outcomes, why, snapshots } = await carry(() => world.aws.tags.set("vol-1", tags));
    expect([outcomes, snapshots]).toEqual([["held"], []]);
    expect(why[0]).toContain(words);
  });
});
