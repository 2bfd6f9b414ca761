import {
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Snapshot,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import { days, hours, minutes } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { messages, nextSweep, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { tagIn } from "../backup-set.ts";
import { drilledTag, drillText, drillWordIn } from "../drilled.ts";
import { drillVolumes } from "./drill-volumes.ts";
import { makeVolume, seedSet } from "./fixture.ts";
import unit from "./index.ts";
import { turnsOf } from "./rotation.ts";

const snapshot: Snapshot = {
  SnapshotId: "snap-1",
  State: "completed",
  VolumeSize: 100,
  Tags: [{ Key: "Name", Value: "web" }],
};
const found = {
  about: "vol-1",
  slot: "2026-11-21",
  snapshots: [snapshot],
  cost: 0.011,
  word: undefined,
  isTurn: true,
  isKnown: true,
};

describe("what is proposed", () => {
  test("a drill of what was never restored, with what it costs", () =>
    expect(proposeFor(unit, found)).toEqual({
      because: "it was never restored: a drill of 1 volume, 100 GB, costs about $0.01",
      call: drillVolumes({
        price: { gigabyteMonth: 0.08 },
        about: "vol-1",
        slot: "2026-11-21",
        snapshots: [{ id: "snap-1", gigabytes: 100 }],
        slowestMinutes: 60,
        name: "web",
      }),
    }));
  test("none of what only a tag says is ours, nor before it is its turn", () => {
    expect(proposeFor(unit, { ...found, isKnown: false })).toBeUndefined();
    expect(proposeFor(unit, { ...found, isTurn: false })).toBeUndefined();
  });
  test("one that costs more than a night may is told, with the remedy", () =>
    expect(() => proposeFor(unit, { ...found, cost: 6, isTurn: false })).toThrow(
      "its drill would cost about $6.00, and $5.00 is what all drills of a night may cost: raise `budget`, or exempt it",
    ));
  test("a snapshot that failed beside the good ones is not restored", () => {
    const failed: Snapshot = { ...snapshot, SnapshotId: "snap-0", State: "error" };
    const proposal = proposeFor(unit, { ...found, snapshots: [failed, snapshot] });
    expect(proposal?.call.input).toMatchObject({ snapshots: [{ id: "snap-1" }] });
  });
});

test.each([{ mostANight: 0 }, { budget: 0 }, { budgets: 1 }, { again: 0.5 }, { slowest: "1h" }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);

describe("the rotation", () => {
  const at = (day: number) => new Date(Date.UTC(2026, 10, day));
  const turn = (about: string, day?: number, cost = 1) => ({
    about,
    cost,
    last: day === undefined ? undefined : at(day),
  });
  const picked = (all: Parameters<typeof turnsOf>[0], places: number, budget = 100, day = 22) =>
    [...turnsOf(all, { places, budget, name: `2026-11-${day}` })].map(({ about }) => about);

  test("what was never drilled comes first, then what was drilled longest ago", () => {
    const all = [turn("b", 5), turn("c", 3), turn("a"), turn("d", 9)];
    expect(picked(all, 4).slice(0, 3)).toEqual(["a", "c", "b"]);
  });
  test("no more than there are places, none where there is none", () => {
    const all = ["a", "b", "c"].map((about) => turn(about));
    expect(picked(all, 2)).toHaveLength(2);
    expect(picked(all, 0)).toEqual([]);
    expect(picked(all, -1)).toEqual([]);
  });
  test("no more than the budget allows, and a cheaper one in its place", () => {
    const all = [turn("dear", 1, 90), turn("too", 2, 20), turn("cheap", 3, 5)];
    expect(picked(all, 4)).toEqual(["dear", "cheap"]);
    expect(picked(all, 4, 0)).toEqual([]);
  });
  test("one that can never be drilled does not stand in the way of the others", () => {
    const others = Array.from({ length: 5 }, (_, nth) => turn(`v${nth}`, 10));
    const nights = Array.from({ length: 28 }, (_, day) =>
      picked([turn("broken", 1), ...others], 1, 100, day + 1),
    );
    expect(new Set(nights.flat()).size).toBeGreaterThan(3);
  });
  test("every one has its turn within as many nights as it takes", () => {
    const last = new Map<string, Date>();
    const all = Array.from({ length: 30 }, (_, nth) => `v${nth}`);
    for (let day = 1; day <= 18; day += 1) {
      const turns = all.map((about) => ({ about, cost: 1, last: last.get(about) }));
      for (const about of picked(turns, 3, 100, day)) last.set(about, at(day));
    }
    expect(last.size).toBe(30);
  });
});

test("what a tag says is read as it was written, and nothing else is", () => {
  const word = {
    at: new Date("2026-11-21T03:20:00Z"),
    result: "good",
    seconds: 754,
    checked: "restored",
  } as const;
  const tagged = (Value: string) => drillWordIn({ Tags: [{ Key: drilledTag, Value }] });
  expect(tagged(drillText(word))).toEqual(word);
  for (const text of [
    "",
    "good",
    "yesterday good rto=1s checked=restored",
    "2026-11-21T03:20:00Z fine rto=1s checked=x",
  ])
    expect(tagged(text)).toBeUndefined();
});

interface Opened extends TestDelivery {
  readonly snapshots: readonly string[];
}

/** Volumes with one set each. */
async function opened(sets = 1, settings: Partial<UnitSettings> = {}): Promise<Opened> {
  const snapshots: string[] = [];
  const delivery = await open(
    unit,
    async (aws, store) => {
      for (let nth = 0; nth < sets; nth += 1) {
        const about = await makeVolume(aws);
        const set = { name: `v${nth}`, about, slot: "2026-11-21" };
        snapshots.push(await seedSet(aws, store, set));
      }
    },
    settings,
    true,
  );
  onTestFinished(() => delivery.close());
  return { ...delivery, snapshots };
}

/** What a drill made and did not take away. */
async function leftovers({ aws }: TestDelivery): Promise<string[]> {
  const { Volumes = [] } = await aws.client(EC2Client).send(new DescribeVolumesCommand({}));
  return Volumes.filter((each) => tagIn(each, "nightshift:drill")).map(
    ({ VolumeId = "" }) => VolumeId,
  );
}

async function wordsIn({ aws, snapshots }: Opened) {
  const { Snapshots = [] } = await aws
    .client(EC2Client)
    .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  return Snapshots.filter(({ SnapshotId = "" }) => snapshots.includes(SnapshotId)).map(drillWordIn);
}

const recordOf = async ({ store }: TestDelivery, run: { readonly id: string }) =>
  (await actionsOf(store, "unit", unit.id, run.id))[0];

const deletions = ({ proxy }: TestDelivery) =>
  proxy.calls.filter(({ operation }) => operation === "DeleteVolume").length;

describe("a drill", () => {
  test("restores, measures, takes all away, and says so on the snapshot and to people", async () => {
    const delivery = await opened();
    const run = await delivery.ended(await delivery.deliver());
    const record = await recordOf(delivery, run);
    expect([record?.outcome, record?.verified, record?.error]).toEqual(["applied", true, null]);
    expect(record?.output).toMatchObject({ result: "good", checked: "restored" });
    expect(await wordsIn(delivery)).toEqual([
      { at: expect.any(Date), result: "good", seconds: expect.any(Number), checked: "restored" },
    ]);
    expect(deletions(delivery)).toBe(1);
    expect(await leftovers(delivery)).toEqual([]);
    const told = (await messages(delivery)).find(({ kind }) => kind === "report");
    expect(told).toMatchObject({
      severity: "info",
      title: "the backup of v0 of the slot 2026-11-21 was restored and is good",
      facts: {
        found: "1 volume restored, whole by size",
        "recovery time": expect.stringMatching(/of 60 minutes that are promised$/),
        cost: "less than $0.01",
      },
    });
  });

  test("of a set that was drilled and is good is not made again, nor by a second delivery", async () => {
    const delivery = await opened();
    await delivery.ended(await delivery.deliver());
    await delivery.deliver();
    await delivery.later(days(30));
    const again = await delivery.deliver({ start: nextSweep(delivery) });
    expect(again.actions).toEqual([]);
    expect(deletions(delivery)).toBe(1);
  });

  test("of one target is one, whatever is started at once", async () => {
    const delivery = await opened();
    const starts = ["a", "b"].map((key) => ({ ...delivery.start, key }));
    const runs = await Promise.all(starts.map((start) => delivery.deliver({ start })));
    for (const run of runs) await delivery.ended(run);
    expect(deletions(delivery)).toBe(1);
    expect(await leftovers(delivery)).toEqual([]);
  });

  test("takes its turn: no more in a night than the settings say, whoever starts it again", async () => {
    const delivery = await opened(5, { config: { mostANight: 2 } });
    await delivery.ended(await delivery.deliver());
    await delivery.later(hours(1));
    await delivery.ended(await delivery.deliver({ start: nextSweep(delivery) }));
    expect(deletions(delivery)).toBe(2);
    await delivery.later(days(1));
    await delivery.ended(await delivery.deliver({ start: nextSweep(delivery, 2) }));
    expect((await wordsIn(delivery)).filter((word) => word)).toHaveLength(4);
  });

  test("that an undo takes back is forgotten, and the backup is still there", async () => {
    const delivery = await opened();
    const run = await delivery.ended(await delivery.deliver());
    const take = (confirms?: string) =>
      undo(unit, run.id, { by: "ann", confirms }, delivery.host());
    const undone = await take((await take()).confirm);
    expect(
      undone.actions.map(({ outcome, verified, error }) => [outcome, verified, error]),
    ).toEqual([["applied", true, null]]);
    expect(await wordsIn(delivery)).toEqual([undefined]);
  });
});

describe("what goes wrong", () => {
  test("the snapshot is deleted meanwhile: what was made of it is taken away all the same", async () => {
    const delivery = await opened();
    const run = await delivery.deliver();
    const { proxy } = delivery;
    const isMade = () => proxy.calls.some(({ operation }) => operation === "CreateVolume");
    proxy.fault(({ operation }) => operation === "DescribeVolumes" && isMade(), "throttled");
    await delivery.flows.carryNext();
    expect(await leftovers(delivery)).toHaveLength(1);
    const [SnapshotId] = delivery.snapshots;
    await delivery.aws.client(EC2Client).send(new DeleteSnapshotCommand({ SnapshotId }));
    proxy.reset();
    await delivery.flows.carryAll();
    const record = await recordOf(delivery, run);
    expect([record?.outcome, record?.held?.by]).toEqual(["held", "changed"]);
    expect(record?.held?.why).toMatch(/Taken back: ec2:CreateVolume vol-/);
    expect(await leftovers(delivery)).toEqual([]);
  });

  test.each([
    "VolumeLimitExceeded",
    "InvalidSnapshot.NotFound",
    "KMSKeyNotAccessibleFault",
    "UnauthorizedOperation",
  ])("%s: nothing is made, and the action fails with AWS's word for it", async (code) => {
    const delivery = await opened();
    delivery.proxy.fault(({ operation }) => operation === "CreateVolume", `refused:${code}`);
    const run = await delivery.ended(await delivery.deliver());
    const record = await recordOf(delivery, run);
    expect([record?.outcome, record?.error]).toEqual([
      "failed",
      expect.stringContaining(`ec2:CreateVolume: ${code}`),
    ]);
    expect(await leftovers(delivery)).toEqual([]);
    expect(await wordsIn(delivery)).toEqual([undefined]);
  });

  test("the answer to its making is lost: it is made once, by its token", async () => {
    const delivery = await opened();
    delivery.proxy.fault(({ operation }) => operation === "CreateVolume", "resetAfter", {
      times: 1,
    });
    const run = await delivery.ended(await delivery.deliver());
    expect((await recordOf(delivery, run))?.outcome).toBe("applied");
    const tokens = delivery.proxy.calls
      .filter(({ operation }) => operation === "CreateVolume")
      .map(({ parameters }) => (parameters as Record<string, string>).ClientToken);
    expect(new Set(tokens).size).toBe(1);
  });

  test("EC2 takes the volume away again, as with a disabled key: it does not restore, critically", async () => {
    const delivery = await opened();
    const ec2 = delivery.aws.client(EC2Client);
    const run = await delivery.deliver();
    delivery.proxy.fault(({ operation }) => operation === "DescribeVolumes", "throttled");
    await delivery.flows.carryNext();
    for (const VolumeId of await leftovers(delivery))
      await ec2.send(new DeleteVolumeCommand({ VolumeId }));
    delivery.proxy.reset();
    await delivery.later(minutes(15));
    await delivery.ended(run);
    expect((await wordsIn(delivery)).map((word) => word?.result)).toEqual(["bad"]);
    const told = (await messages(delivery)).find(({ kind }) => kind === "report");
    expect(told).toMatchObject({
      severity: "critical",
      title: "the backup of v0 of the slot 2026-11-21 does not restore: it is no backup",
      facts: { found: expect.stringContaining("as it does where the snapshot's key is disabled") },
    });
  });

  test("nobody may drill any more while one is at work: it ends, and takes back what it made", async () => {
    const delivery = await opened();
    const run = await delivery.deliver();
    delivery.proxy.fault(({ operation }) => operation === "DescribeVolumes", "throttled");
    await delivery.flows.carryNext();
    delivery.proxy.reset();
    expect(await leftovers(delivery)).toHaveLength(1);
    const [Resource = ""] = delivery.snapshots;
    await delivery.aws.client(EC2Client).send(
      new CreateTagsCommand({
        Resources: [Resource],
        Tags: [{ Key: "nightshift:exempt", Value: "owner=ann@example.com" }],
      }),
    );
    await delivery.ended(run);
    const record = await recordOf(delivery, run);
    expect([record?.outcome, record?.held?.by]).toEqual(["held", "exemption"]);
    expect(await leftovers(delivery)).toEqual([]);
  });
});
