/** What is promised of flows, through both ports that carry them. */

import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { CreateTagsCommand, DeleteVolumeCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type ActionRecord, actionsOf } from "../../ledger/actions.ts";
import { flowsUnderWay, writtenBy } from "../../ledger/flows.ts";
import { keys } from "../../ledger/keys.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { open } from "../../test/setup/delivery.ts";
import { flowPorts } from "../../test/setup/flow-ports.ts";
import { mortal } from "../../test/setup/mortal.ts";
import {
  makeVolumes,
  type ReapWorld,
  reapingIn,
  snapshotsIn,
  volumesIn,
} from "../../test/setup/reaping.ts";
import { itemsOf, messages, type TestDelivery } from "../../testing/delivery.ts";

beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

async function begun(
  world: ReapWorld,
  names: readonly string[] = ["wrong-a", "right"],
  settings: Partial<UnitSettings> = {},
) {
  const unit = reapingIn(world);
  let ids: string[] = [];
  const seed = async (aws: TestDelivery["aws"]) => void (ids = await makeVolumes(aws, ...names));
  const delivery = await open(unit, seed, settings, true);
  onTestFinished(() => delivery.close());
  const run = await delivery.deliver();
  return { delivery, unit, run, ids };
}
type Begun = Awaited<ReturnType<typeof begun>>;

const records = ({ delivery, unit, run }: Begun): Promise<ActionRecord[]> =>
  actionsOf(delivery.store, "unit", unit.id, run.id);

/** What must be true when a flow is over, however it came to that. */
async function leftBehind({ delivery, unit, run }: Begun): Promise<string[]> {
  const { store, place } = delivery;
  const locks = await itemsOf(store, keys.lock(place, "").pk);
  const flows = await Array.fromAsync(flowsUnderWay(store, unit.id));
  const open = (await actionsOf(store, "unit", unit.id, run.id)).filter(
    ({ outcome }) => outcome === "begun" || outcome === "intended",
  );
  return [
    ...locks.map(({ sk }) => `lock of ${sk}`),
    ...flows.map(({ begun: { action } }) => `flow ${action}`),
    ...open.map(({ id, outcome }) => `${id} is ${outcome}`),
  ];
}
const titles = async ({ delivery }: Begun) =>
  (await messages(delivery)).map(({ title }) => title.replace(/^.*?: /, ""));

describe.each(Object.entries(flowPorts))("carried by %s", { timeout: 60_000 }, (_, port) => {
  test("a snapshot is made, waited for, and the volume deleted; that is told once, and nothing is left", async () => {
    const one = await begun({ pending: 3 });
    expect(one.run.actions.map(({ target, outcome }) => [target, outcome])).toEqual([
      [one.ids[0], "begun"],
    ]);
    expect(one.run.outcome).toBe("begun");
    await one.delivery.flows.carryAll(port({ unit: one.unit, delivery: one.delivery }));
    expect(await volumesIn(one.delivery.aws)).toEqual(["right"]);
    expect(await snapshotsIn(one.delivery.aws)).toEqual([one.ids[0]]);
    const [record] = await records(one);
    expect(record).toMatchObject({
      outcome: "applied",
      verified: true,
      output: { SnapshotId: expect.stringMatching(/^snap-/) },
    });
    const name = { unit: one.unit.id, run: one.run.id, action: record?.id ?? "" };
    expect(
      (await writtenBy(one.delivery.store, name)).map(({ call, state }) => [call.operation, state]),
    ).toEqual([
      ["ec2:CreateSnapshot", "done"],
      ["ec2:DeleteVolume", "done"],
    ]);
    expect(await leftBehind(one)).toEqual([]);
    expect(await titles(one)).toEqual(["1 begun", "what was begun has ended: 1 changed"]);
  });

  test("mortal", async () => {
    let life = mortal(undefined, false);
    const one = await begun({ pending: 2 });
    await one.delivery.flows.carryAll(
      port({ unit: one.unit, delivery: one.delivery, life: () => life }),
    );
    console.log("requests", life.requests());
    life = mortal(undefined, false);
  });
});
void CreateTagsCommand;
void DeleteVolumeCommand;
void EC2Client;
