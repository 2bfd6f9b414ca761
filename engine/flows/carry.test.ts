/** What is promised of flows, through both ports that carry them. */

import { CreateTagsCommand, DeleteVolumeCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ActionRecord, actionsOf } from "../../ledger/actions.ts";
import { flowsUnderWay, writtenBy } from "../../ledger/flows.ts";
import { keys } from "../../ledger/keys.ts";
import { runById } from "../../ledger/runs.ts";
import { same } from "../../sdk/codec.ts";
import { days } from "../../sdk/time.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { open } from "../../test/setup/delivery.ts";
import { durableRunner } from "../../test/setup/durable-runner.ts";
import { type Carrying, flowPorts } from "../../test/setup/flow-ports.ts";
import { mortal } from "../../test/setup/mortal.ts";
import {
  makeVolumes,
  type ReapWorld,
  reapingIn,
  snapshotsIn,
  volumesIn,
} from "../../test/setup/reaping.ts";
import { asUndo } from "../../test/setup/undo-role.ts";
import { itemsOf, messages, nextSweep, type TestDelivery } from "../../testing/delivery.ts";
import { deployedIn } from "../../testing/deployed.ts";
import type { Fault } from "../../testing/fault-proxy.ts";
import { writeSwitch } from "../run/switch.ts";
import { undo } from "../run/undo.ts";

durableRunner();

async function begun(
  world: ReapWorld,
  names: readonly string[] = ["wrong-a", "right"],
  settings: Partial<UnitSettings> = {},
) {
  const unit = reapingIn(world);
  let ids: string[] = [];
  const seed = async (aws: TestDelivery["aws"]) => {
    ids = await makeVolumes(aws, ...names);
  };
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
/**
 * `npm run prove` dies at each of them. In memory, `every-request.test.ts` tries far more of them: here
 * the requests are real ones.
 */
const every = process.env.FC_RUNS ? 1 : 23;
const ended = (counts: string) => ["1 begun", `what was begun has ended: ${counts}`];

interface Meanwhile {
  readonly what: string;
  happens(one: Begun & { readonly world: ReapWorld }): unknown;
  readonly by: string;
  readonly left: {
    readonly snapshots: number | readonly string[];
    readonly volumes: readonly string[];
  };
}

const titles = async ({ delivery }: Begun) =>
  (await messages(delivery)).map(({ title }) => title.replace(/^.*?: /, ""));

describe.each(Object.entries(flowPorts))("carried by %s", { timeout: 600_000 }, (_, port) => {
  const carriedBy = ({ unit, delivery }: Begun, more: Partial<Carrying> = {}) =>
    port({ unit, delivery, ...more });

  test("a snapshot is made, waited for, and the volume deleted; that is told once, and nothing is left", async () => {
    const one = await begun({ pending: 3 });
    expect(one.run.actions.map(({ target, outcome }) => [target, outcome])).toEqual([
      [one.ids[0], "begun"],
    ]);
    expect(one.run.outcome).toBe("begun");
    await one.delivery.flows.carryAll(carriedBy(one));
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

  const fates = [
    { when: "before", sent: false, every },
    { when: "after", sent: true, every },
  ];
  test.each(fates)(
    "whoever carries it dies $when each request in steps of $every: one snapshot, one deletion, told once",
    async ({ sent }) => {
      const counting = mortal(undefined, false);
      const clean = await begun({ pending: 0 });
      await clean.delivery.flows.carryAll(carriedBy(clean, { life: () => counting }));
      const wrong: string[] = [];
      for (let at = sent ? 0 : 1; at < counting.requests(); at += every) {
        const lives = [mortal(at, sent)];
        const one = await begun({ pending: 0 });
        const life = () => lives.pop() ?? mortal(undefined, false);
        await one.delivery.flows.carryAll(carriedBy(one, { life }));
        const end = {
          volumes: await volumesIn(one.delivery.aws),
          snapshots: await snapshotsIn(one.delivery.aws),
          outcomes: (await records(one)).map(({ outcome }) => outcome),
          left: await leftBehind(one),
          told: await titles(one),
        };
        if (
          !same(end, {
            volumes: ["right"],
            snapshots: [one.ids[0]],
            outcomes: ["applied"],
            left: [],
            told: ended("1 changed"),
          })
        )
          wrong.push(`at request ${at}: ${JSON.stringify(end)}`);
        await one.delivery.close();
      }
      expect(wrong).toEqual([]);
    },
  );

  test.each<[what: string, fault: Fault, operation: string, end: object]>([
    [
      "the answer to its snapshot is lost",
      "resetAfter",
      "CreateSnapshot",
      { outcomes: ["applied"], snapshots: 1, volumes: ["right"] },
    ],
    [
      "its snapshot is refused",
      "denied",
      "CreateSnapshot",
      { outcomes: ["failed"], snapshots: 0, volumes: ["right", "wrong-a"] },
    ],
    [
      "AWS breaks at its snapshot",
      "error500",
      "CreateSnapshot",
      { outcomes: ["applied"], snapshots: 1, volumes: ["right"] },
    ],
    [
      "its deletion is refused",
      "denied",
      "DeleteVolume",
      { outcomes: ["failed"], snapshots: 0, volumes: ["right", "wrong-a"] },
    ],
    [
      "the answer to its deletion is lost",
      "resetAfter",
      "DeleteVolume",
      { outcomes: ["applied"], snapshots: 1, volumes: ["right"] },
    ],
    [
      "its deletion is throttled",
      "throttled",
      "DeleteVolume",
      { outcomes: ["applied"], snapshots: 1, volumes: ["right"] },
    ],
  ])("%s: %s at %s", async (_what, fault, operation, end) => {
    const one = await begun({ pending: 1 });
    one.delivery.proxy.fault((call) => call.operation === operation, fault, { times: 1 });
    await one.delivery.flows.carryAll(carriedBy(one));
    expect({
      outcomes: (await records(one)).map(({ outcome }) => outcome),
      snapshots: (await snapshotsIn(one.delivery.aws)).length,
      volumes: await volumesIn(one.delivery.aws),
    }).toEqual(end);
    expect(await leftBehind(one)).toEqual([]);
  });

  const untouched = { snapshots: [], volumes: ["right", "wrong-a"] };
  const meanwhiles: readonly Meanwhile[] = [
    {
      what: "an exemption",
      happens: ({ delivery: { aws }, ids }) =>
        aws.client(EC2Client).send(
          new CreateTagsCommand({
            Resources: ids.slice(0, 1),
            Tags: [{ Key: "nightshift:exempt", Value: "owner=ann" }],
          }),
        ),
      by: "exemption",
      left: untouched,
    },
    {
      what: "an undo",
      happens: async ({ delivery, unit, run }) => {
        const stopped = await undo(unit, run.id, { by: "ann" }, asUndo(delivery.host()));
        expect(stopped.actions.map(({ outcome }) => outcome)).toEqual(["begun"]);
      },
      by: "hold",
      left: untouched,
    },
    {
      what: "a change that nothing proposes any more",
      happens: ({ delivery: { aws }, ids }) =>
        aws.client(EC2Client).send(
          new CreateTagsCommand({
            Resources: ids.slice(0, 1),
            Tags: [{ Key: "Name", Value: "right-now" }],
          }),
        ),
      by: "changed",
      left: { snapshots: [], volumes: ["right", "right-now"] },
    },
    {
      what: "an objection of its own",
      happens: ({ world }) => {
        world.objection = "it was used";
      },
      by: "changed",
      left: untouched,
    },
    {
      what: "the end of its volume: the snapshot is all that there is",
      happens: ({ delivery: { aws }, ids }) =>
        aws.client(EC2Client).send(new DeleteVolumeCommand({ VolumeId: ids[0] })),
      by: "changed",
      left: { snapshots: 1, volumes: ["right"] },
    },
    {
      what: "the kill switch: nothing is taken back either, and what is left is named",
      happens: ({ delivery }) =>
        writeSwitch(delivery.host().clients, deployedIn(delivery.aws.region), "stop"),
      by: "kill-switch",
      left: { snapshots: 1, volumes: ["right", "wrong-a"] },
    },
  ];
  test.each(meanwhiles)("in the middle of its wait comes $what", async ({ happens, by, left }) => {
    const world: ReapWorld = { pending: 3 };
    const one = await begun(world);
    world.asked = (count) => (count === 2 ? happens({ ...one, world }) : undefined);
    await one.delivery.flows.carryAll(carriedBy(one));
    const [record] = await records(one);
    expect([record?.outcome, record?.held?.by]).toEqual(["held", by]);
    const snapshots = await snapshotsIn(one.delivery.aws);
    expect(await volumesIn(one.delivery.aws)).toEqual(left.volumes);
    expect(Array.isArray(left.snapshots) ? snapshots : snapshots.length).toEqual(left.snapshots);
    if (snapshots.length) expect(record?.held?.why).toMatch(/Left: ec2:CreateSnapshot snap-\w+/);
    else expect(record?.held?.why).toMatch(/Taken back: ec2:CreateSnapshot snap-\w+/);
    expect(await leftBehind(one)).toEqual([]);
    expect((await titles(one)).slice(-1)).toEqual(["what was begun has ended: 1 held"]);
  });

  test("its unit is set to watch in the middle of its wait: it writes nothing more", async () => {
    const settings: { mode: UnitSettings["mode"] } = { mode: "act" };
    const world: ReapWorld = { pending: 3 };
    const one = await begun(world);
    world.asked = (count) => {
      if (count === 2) settings.mode = "watch";
    };
    await one.delivery.flows.carryAll(
      carriedBy(one, { settings, isLive: (attempt) => attempt > 1 || settings.mode === "act" }),
    );
    const [record] = await records(one);
    expect([record?.outcome, record?.held?.by]).toEqual(["held", "watch"]);
    expect(await volumesIn(one.delivery.aws)).toEqual(["right", "wrong-a"]);
  });

  test.each<[what: string, thrown: unknown]>([
    ["an error", new Error("no")],
    ["no error", "no"],
    ["nothing", undefined],
  ])(
    "it throws %s after its deletion: it failed, and its snapshot is left and named",
    async (_what, thrown) => {
      const one = await begun({
        pending: 0,
        atEnd() {
          throw thrown;
        },
      });
      await one.delivery.flows.carryAll(carriedBy(one));
      const [record] = await records(one);
      expect(record?.outcome).toBe("failed");
      expect(record?.error).toMatch(
        /^(no|undefined)\. Left: ec2:CreateSnapshot snap-\w+; ec2:DeleteVolume/,
      );
      expect(await snapshotsIn(one.delivery.aws)).toHaveLength(1);
      expect(await leftBehind(one)).toEqual([]);
    },
  );

  test("what it waits for never comes: it fails when its time is over, and takes its snapshot back", async () => {
    const one = await begun({ pending: Number.POSITIVE_INFINITY });
    await one.delivery.flows.carryAll(carriedBy(one));
    const [record] = await records(one);
    expect(record?.error).toMatch(
      /^"the test says so": not so after 1 day\. Taken back: ec2:CreateSnapshot/,
    );
    expect(await snapshotsIn(one.delivery.aws)).toEqual([]);
    expect(await leftBehind(one)).toEqual([]);
  });

  test("the clock jumps beyond its longest: it fails, and takes its snapshot back", async () => {
    const world: ReapWorld = { pending: 3 };
    const one = await begun(world);
    world.asked = (count) => (count === 2 ? one.delivery.later(days(3)) : undefined);
    await one.delivery.flows.carryAll(carriedBy(one, { lasts: days(5) }));
    const [record] = await records(one);
    expect(record?.outcome).toBe("failed");
    expect(record?.error).toMatch(/Taken back: ec2:CreateSnapshot/);
    expect(await volumesIn(one.delivery.aws)).toEqual(["right", "wrong-a"]);
  });

  test("a deployment in the middle of its wait: a new execution goes on where the ledger says it is", async () => {
    const one = await begun({ pending: 2 });
    await one.delivery.flows.carryAll(carriedBy(one, { isLive: (attempt) => attempt > 1 }));
    expect((await records(one)).map(({ outcome }) => outcome)).toEqual(["applied"]);
    expect(await snapshotsIn(one.delivery.aws)).toHaveLength(1);
    expect(await leftBehind(one)).toEqual([]);
  });

  test("while it is under way no sweep begins it again", async () => {
    const world: ReapWorld = { pending: 2 };
    const one = await begun(world);
    const again: unknown[] = [];
    world.asked = async (count) => {
      if (count !== 2) return;
      const { actions } = await one.delivery.deliver({ start: nextSweep(one.delivery) });
      again.push(...actions.map(({ outcome, held }) => [outcome, held?.by]));
    };
    await one.delivery.flows.carryAll(carriedBy(one));
    expect(again).toEqual([["held", "under-way"]]);
    expect(await snapshotsIn(one.delivery.aws)).toHaveLength(1);
  });

  test("all flows of a run are told in one message, when the last has ended", async () => {
    const one = await begun({ pending: 1 }, ["wrong-a", "wrong-b", "wrong-c", "right"]);
    await one.delivery.flows.carryAll(carriedBy(one));
    expect(await titles(one)).toEqual(["3 begun", "what was begun has ended: 3 changed"]);
    const told = await runById(one.delivery.store, "unit", one.unit.id, one.run.id);
    expect(told?.outcome).toBe("done");
    expect(told?.actions.map(({ outcome }) => outcome)).toEqual(["applied", "applied", "applied"]);
  });

  test("that ends just before it would be stopped is taken back", async () => {
    const one = await begun({ pending: 0 }, ["wrong"]);
    const host = asUndo(one.delivery.host());
    const { put } = host.store;
    let over = false;
    host.store.put = async (item, condition) => {
      if (!over) await one.delivery.flows.carryAll(carriedBy(one));
      over = true;
      return put(item, condition);
    };
    const shown = await undo(one.unit, one.run.id, { by: "ann" }, host);
    expect(shown.actions.map(({ outcome, held, error }) => [outcome, held?.by, error])).toEqual([
      ["held", "unconfirmed", null],
    ]);
    const take = (confirms?: string) =>
      undo(one.unit, one.run.id, { by: "ann", confirms }, asUndo(one.delivery.host()));
    const undone = await take((await take()).confirm);
    expect(undone.actions.map(({ outcome }) => outcome)).toEqual(["applied"]);
    expect(await volumesIn(one.delivery.aws)).toEqual(["wrong"]);
  });

  test("undone after its end, the volume comes back under another id, and is left alone", async () => {
    const one = await begun({ pending: 0 }, ["wrong"]);
    await one.delivery.flows.carryAll(carriedBy(one));
    const take = (confirms?: string) =>
      undo(one.unit, one.run.id, { by: "ann", confirms }, asUndo(one.delivery.host()));
    // CloudTrail tells of its calls one by one: a person says that the flow was so.
    const undone = await take((await take()).confirm);
    expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
      ["applied", true],
    ]);
    expect(await volumesIn(one.delivery.aws)).toEqual(["wrong"]);
    const renamed = [{ field: "id", before: one.ids[0], after: expect.stringMatching(/^vol-/) }];
    expect(undone.actions[0]?.differs).toEqual(renamed);
    await one.delivery.later(days(1));
    const { actions } = await one.delivery.deliver({ start: nextSweep(one.delivery) });
    expect(actions.map(({ outcome, held }) => [outcome, held?.by])).toEqual([["held", "hold"]]);
  });
});

test("a flow that is lost each time is given up, and what it wrote is told", async () => {
  const one = await begun({ pending: 0 });
  const life = () => mortal(3, true);
  await one.delivery.flows.carryAll(flowPorts.ledger({ ...one, life }));
  const [record] = await records(one);
  expect(record?.error).toMatch(/it was begun 10 times, and each time whoever carried it was lost/);
  expect(await leftBehind(one)).toEqual([]);
  expect(await titles(one)).toEqual(ended("1 failed"));
});

test("nothing carries flows here: the action fails, and its lock is given back", async () => {
  const unit = reapingIn({ pending: 0 });
  const delivery = await open(unit, (aws) => makeVolumes(aws, "wrong"), {}, true);
  onTestFinished(() => delivery.close());
  const { begin: _, ...host } = delivery.host();
  const run = await delivery.deliver({ host });
  expect(run.actions.map(({ outcome, error }) => [outcome, error])).toEqual([
    ["failed", "nothing here carries flow:test-reap: deploy again"],
  ]);
  expect(await leftBehind({ delivery, unit, run, ids: [] })).toEqual([]);
});
