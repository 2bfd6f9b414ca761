import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../../../engine/run/run.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { hostOf, testSettings } from "../../../testing/host.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { makeVolume, seedSet } from "../backup-drill/fixture.ts";
import drill from "../backup-drill/index.ts";
import { tagIn } from "../backup-set.ts";
import unit from "./index.ts";

const now = new Date("2026-11-21T12:00:00Z");
const found = {
  id: "vol-1",
  kind: "volume" as "volume" | "instance",
  tags: [],
  of: "snap-1",
  state: "available",
  madeAt: new Date("2026-11-21T03:00:00Z"),
  isOurs: true,
  isOver: true,
};
const instance = { ...found, id: "i-1", kind: "instance" as const, state: "running" };

describe("what is proposed", () => {
  test("a volume that a drill made, which is over", () =>
    expect(proposeFor(unit, found, { now })).toMatchObject({
      because: "a drill made it and left it",
      call: { operation: "ec2:DeleteVolume", input: { VolumeId: "vol-1" } },
    }));
  test("an instance that it was read on, running or stopped", () => {
    const call = { operation: "ec2:TerminateInstances", input: { InstanceIds: ["i-1"] } };
    expect(proposeFor(unit, instance, { now })).toMatchObject({ call });
    expect(proposeFor(unit, { ...instance, state: "stopped" }, { now })).toMatchObject({ call });
    expect(proposeFor(unit, { ...instance, isOver: false }, { now })).toBeUndefined();
    expect(proposeFor(unit, { ...instance, madeAt: now }, { now })).toBeUndefined();
  });
  test.each<[what: string, given: typeof found]>([
    ["of a drill that is at work", { ...found, isOver: false }],
    ["that is younger than a drill takes", { ...found, madeAt: now }],
    ["that somebody uses", { ...found, state: "in-use" }],
  ])("nothing of one %s", (_, given) => expect(proposeFor(unit, given, { now })).toBeUndefined());
  test("of one that the ledger does not know everything is held, and it says why", () =>
    expect(unit.target({ ...found, isOurs: false }).managed).toMatch(/the ledger does not/));
});

const drillVolumesIn = async ({ aws }: TestDelivery) => {
  const { Volumes = [] } = await aws.client(EC2Client).send(new DescribeVolumesCommand({}));
  return Volumes.filter((each) => tagIn(each, "nightshift:drill"));
};

test("a drill that is denied its clean-up leaves a volume, which is taken away by tag and ledger", async () => {
  const drilling = await open(
    drill,
    async (aws, store) => {
      const about = await makeVolume(aws);
      await seedSet(aws, store, { name: "data", about, slot: "2026-11-21" });
    },
    {},
    true,
  );
  onTestFinished(() => drilling.close());
  drilling.proxy.fault(({ operation }) => operation === "DeleteVolume", "denied");
  await drilling.ended(await drilling.deliver());
  expect(await drillVolumesIn(drilling)).toHaveLength(1);
  drilling.proxy.reset();

  const settings = testSettings(drilling.aws, unit, {
    mode: "act",
    irreversible: "act",
    config: { hours: 1 },
  });
  const clock = drilling.host().clock;
  await drilling.later({ seconds: 7200 });
  const host = hostOf(drilling.aws, settings, { clock, endpoint: drilling.proxy.endpoint });
  const swept = await run(
    unit,
    { ...drilling.start, key: "sweep" },
    { ...host, deadline: new Date(clock.now().getTime() + 900_000) },
  );
  expect(swept.actions.map(({ outcome }) => outcome)).toEqual(["applied"]);
  expect(await drillVolumesIn(drilling)).toEqual([]);
});
