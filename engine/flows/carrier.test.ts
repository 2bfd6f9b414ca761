/** What a flow's own code may do wrong, and what becomes of it. */
import { describe, expect, onTestFinished, test } from "vitest";
import { createSnapshot, describeSnapshots } from "../../aws/ec2/snapshot.ts";
import { actionsOf } from "../../ledger/actions.ts";
import { flowsUnderWay } from "../../ledger/flows.ts";
import { keys } from "../../ledger/keys.ts";
import { NoLonger } from "../../sdk/flow.ts";
import { days, hours, minutes, seconds } from "../../sdk/time.ts";
import { open } from "../../test/setup/delivery.ts";
import {
  makeVolumes,
  type ReapCarrier,
  type ReapWorld,
  reapingIn,
  snapshotsIn,
} from "../../test/setup/reaping.ts";
import { itemsOf } from "../../testing/delivery.ts";
import type { TestFlows } from "../../testing/flows.ts";

type Code = (aws: ReapCarrier, VolumeId: string) => Promise<unknown>;

/**
 * Carries a flow with this code to its end.
 * @param meanwhile what happens when it waits for the first time
 */
async function carried(carry: Code, meanwhile?: (flows: TestFlows) => void) {
  const world: ReapWorld = { pending: 0, carry };
  const unit = reapingIn(world);
  const delivery = await open(unit, (aws) => makeVolumes(aws, "wrong"), {}, true);
  onTestFinished(() => delivery.close());
  const run = await delivery.deliver();
  if (meanwhile) {
    await delivery.flows.carryNext();
    meanwhile(delivery.flows);
  }
  await delivery.flows.carryAll();
  const [record] = await actionsOf(delivery.store, "unit", unit.id, run.id);
  expect(await Array.fromAsync(flowsUnderWay(delivery.store, unit.id))).toEqual([]);
  expect(await itemsOf(delivery.store, keys.lock(delivery.place, "").pk)).toEqual([]);
  return { record, snapshots: await snapshotsIn(delivery.aws) };
}

const snapshot = (VolumeId: string) =>
  createSnapshot({
    VolumeId,
    TagSpecifications: [{ ResourceType: "snapshot", Tags: [{ Key: "of", Value: VolumeId }] }],
  });
const hourly = { every: hours(1), atMost: hours(2) };

/** Each of its waits is over when it is asked for the second time. */
function waitsForEver(): Code {
  let asked = 0;
  const second = async () => {
    asked += 1;
    return asked % 2 === 0 || undefined;
  };
  return async ({ until }) => {
    for (let at = 0; ; at += 1) await until(`${at}`, second, hourly);
  };
}

describe("a flow that", { timeout: 600_000 }, () => {
  test.each<[what: string, why: RegExp, carry: Code]>([
    [
      "asks for two things at once",
      /it asked for a second thing before the first was answered/,
      async ({ look }) => Promise.all([look("a", async () => 1), look("b", async () => 2)]),
    ],
    [
      "remembers more than can be remembered",
      /what "all" gave is 201 KB, and at most 100 KB/,
      ({ look }) => look("all", async () => "x".repeat(200_000)),
    ],
    [
      "remembers what has no JSON form",
      /a function has no JSON form/,
      ({ look }) => look("code", async () => () => 1),
    ],
    [
      "asks without an end, and never waits",
      /it asked for more than 500 things/,
      async ({ look }) => {
        for (let at = 0; ; at += 1) await look(`${at}`, async () => at);
      },
    ],
    ["waits without an end", /was to end within 30 hours/, waitsForEver()],
    [
      "waits for longer than it may take",
      /"x" may take 2 days: it must be at least its `every`, and at most the flow's `longest`/,
      ({ until }) => until("x", async () => 1, { every: hours(1), atMost: days(2) }),
    ],
    [
      "asks more often than there are seconds",
      /"x" is to be asked every 0 seconds/,
      ({ until }) => until("x", async () => 1, { every: seconds(0), atMost: hours(1) }),
    ],
    [
      "writes what it does not declare",
      /writes ec2:StopInstances, which it does not declare/,
      ({ write }) => write({ operation: "ec2:StopInstances", kind: "write", input: {} } as never),
    ],
    [
      "swallows what stops it, and goes on",
      /it asked for a second thing/,
      async ({ look, write }, VolumeId) => {
        await Promise.all([look("a", async () => 1), look("b", async () => 2)]).catch(() => {});
        await write(snapshot(VolumeId));
      },
    ],
  ])("%s fails, and says what is wrong", async (_, why, carry) => {
    const { record, snapshots } = await carried(carry);
    expect([record?.outcome, record?.error]).toEqual(["failed", expect.stringMatching(why)]);
    expect(snapshots).toEqual([]);
  });

  test("ends at once has changed nothing, and says so", async () => {
    const { record } = await carried(async () => undefined);
    expect([record?.outcome, record?.held?.why]).toEqual([
      "held",
      "it ended without changing anything: nothing needed to be done",
    ]);
  });

  test("is no longer right is held, and takes back what it wrote", async () => {
    const { record, snapshots } = await carried(async ({ write }, VolumeId) => {
      await write(snapshot(VolumeId));
      throw new NoLonger("somebody needs it");
    });
    expect(record?.held).toEqual({
      by: "changed",
      why: expect.stringMatching(/^somebody needs it\. Taken back: ec2:CreateSnapshot snap-\w+$/),
    });
    expect(snapshots).toEqual([]);
  });

  test("is lost while it waits, and of another version by then, does not go on, and takes back what it wrote", async () => {
    let version = 1;
    let asked = 0;
    const { record, snapshots } = await carried(
      async ({ write, until }, VolumeId) => {
        const { operation, kind, input } = snapshot(VolumeId);
        await write({ operation, kind, input: { ...input, Description: `by version ${version}` } });
        const second = async () => ++asked > 1 || undefined;
        await until("later", second, { every: minutes(1), atMost: hours(1) });
      },
      (flows) => {
        version = 2;
        flows.lose();
      },
    );
    expect(record?.error).toMatch(
      /its write 1 was ec2:CreateSnapshot and would be ec2:CreateSnapshot with another input now.*Taken back: ec2:CreateSnapshot snap-/,
    );
    expect(snapshots).toEqual([]);
  });

  test("is lost while it waits goes on where the ledger says it is", async () => {
    let asked = 0;
    const { record, snapshots } = await carried(
      async ({ write, until }, VolumeId) => {
        await write(snapshot(VolumeId));
        const third = async () => ++asked > 2 || undefined;
        await until("later", third, { every: minutes(1), atMost: hours(1) });
      },
      (flows) => flows.lose(),
    );
    expect(record?.outcome).toBe("applied");
    expect(snapshots).toHaveLength(1);
  });

  test("looks finds the same answer when it runs again, whatever is there by then", async () => {
    const looks: number[] = [];
    let there = 1;
    await carried(async ({ look, until }) => {
      looks.push(await look("how many", async () => there));
      there += 1;
      let asked = 0;
      await until("later", async () => (++asked > 0 && there > 3 ? true : undefined), {
        every: minutes(1),
        atMost: hours(1),
      });
    });
    expect(looks.length).toBeGreaterThan(1);
    expect(new Set(looks)).toEqual(new Set([1]));
  });

  test("may read what it declares, page by page", async () => {
    const { record } = await carried(async ({ look }) =>
      look(
        "all snapshots",
        async (read) =>
          (await Array.fromAsync(read(describeSnapshots({ OwnerIds: ["self"] })))).length,
      ),
    );
    expect(record?.outcome).toBe("held");
  });
});
