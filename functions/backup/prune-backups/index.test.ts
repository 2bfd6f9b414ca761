import {
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  type Snapshot,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Store } from "../../../ledger/store.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { maker, pruner, setId, tagIn, tagOf } from "../backup-set.ts";
import { piecesOf } from "../spare-snapshot.ts";
import { type Sparing, standingsOf } from "../sparing.ts";
import { makeVolume, seedSet } from "./fixture.ts";
import unit from "./index.ts";

const keep = { hourly: 0, daily: 1, weekly: 0, monthly: 0, yearly: 0 };
const about = "i-1";
const now = new Date("2026-11-21T04:45:00Z");

interface Case {
  /** By slot, which snapshots there are of each set of two. */
  readonly here: Readonly<Record<string, readonly string[]>>;
  readonly states?: Readonly<Record<string, Snapshot["State"]>>;
  /** Slots of which the ledger has no set. */
  readonly unknown?: readonly string[];
  /** What was deleted before. */
  readonly deleted?: readonly string[];
  /** What the ledger says that an action made which is over, whatever became of its set. */
  readonly left?: readonly string[];
  /** What one is still at. */
  readonly making?: readonly string[];
  readonly atLeast?: number;
}

const idsOf = (slot: string) => [`${slot}-a`, `${slot}-b`];

/** @returns spare ids, and in brackets those of which nobody knows whose they are */
async function spareIn(tried: Case) {
  const { here, states = {}, unknown = [], deleted = [], atLeast = 1 } = tried;
  const { left = [], making = [] } = tried;
  const snapshots = Object.entries(here).flatMap(([slot, ids]) =>
    ids.map(
      (SnapshotId): Snapshot => ({
        SnapshotId,
        State: states[SnapshotId] ?? "completed",
        Tags: [
          { Key: tagOf.about, Value: about },
          { Key: tagOf.slot, Value: slot },
          { Key: tagOf.size, Value: "2" },
          { Key: tagOf.action, Value: `made.${slot}` },
          { Key: tagOf.run, Value: "r" },
        ],
      }),
    ),
  );
  const entry = (asked: string, action: string, output?: object): Remembered => ({
    unit: asked,
    action,
    run: "r",
    at: now,
    call: { operation: "any", input: { keep } },
    output,
    before: null,
  });
  const remembered = async (asked: { readonly unit: string; readonly target: string }) => {
    if (asked.unit === pruner)
      return deleted.includes(asked.target) ? entry(pruner, "deleted") : undefined;
    const slot = Object.keys(here).find((each) => setId({ about, slot: each }) === asked.target);
    if (slot === undefined || unknown.includes(slot)) return undefined;
    return entry(maker, `made.${slot}`, { SnapshotIds: idsOf(slot) });
  };
  const standings = await standingsOf(piecesOf(snapshots), {
    maker,
    pruner,
    atLeast,
    now,
    remembered,
    madeBy: async (_, id) =>
      [...left, ...making].includes(id) ? { isOver: left.includes(id) } : undefined,
  });
  const shown = ([id, { spare }]: readonly [string, Sparing]) =>
    spare === undefined ? `(${id})` : id;
  return [...standings].map(shown).sort();
}
const whole = (...slots: string[]) => Object.fromEntries(slots.map((slot) => [slot, idsOf(slot)]));
const three = whole("2026-11-19", "2026-11-20", "2026-11-21");

describe("what is spare", () => {
  test.each<[what: string, given: Case, spare: readonly string[]]>([
    ["nothing of nothing", { here: {} }, []],
    ["nothing of the only set", { here: whole("2026-11-21") }, []],
    [
      "what the retention of the newest set no longer asks for",
      { here: three },
      [...idsOf("2026-11-19"), ...idsOf("2026-11-20")],
    ],
    ["nothing below the least number", { here: three, atLeast: 3 }, []],
    [
      "nothing where the newest is not complete: the last good one stays",
      {
        here: whole("2026-11-20", "2026-11-21"),
        states: { "2026-11-21-a": "pending" },
      },
      [],
    ],
    [
      "nothing where the newest has failed",
      { here: whole("2026-11-20", "2026-11-21"), states: { "2026-11-21-a": "error" } },
      [],
    ],
    [
      "nothing where the newest is one that only its tags call ours",
      { here: whole("2026-11-20", "2026-11-21"), unknown: ["2026-11-21"] },
      [],
    ],
    [
      "not what only its tags call ours, and it takes no other's place",
      { here: three, unknown: ["2026-11-20"], atLeast: 2 },
      ["(2026-11-20-a)", "(2026-11-20-b)"],
    ],
    [
      "not what somebody else has taken one snapshot of",
      { here: { ...three, "2026-11-19": ["2026-11-19-b"] }, atLeast: 2 },
      [],
    ],
    [
      "the rest of what was begun to be deleted",
      {
        here: { ...three, "2026-11-19": ["2026-11-19-b"] },
        atLeast: 2,
        deleted: ["2026-11-19-a"],
      },
      ["2026-11-19-b"],
    ],
    [
      "what was made for a set that became none",
      {
        here: { ...three, "2026-11-18": ["2026-11-18-a"] },
        atLeast: 3,
        unknown: ["2026-11-18"],
        left: ["2026-11-18-a"],
      },
      ["2026-11-18-a"],
    ],
    [
      "not while it is still being made",
      {
        here: { ...three, "2026-11-18": ["2026-11-18-a"] },
        atLeast: 3,
        unknown: ["2026-11-18"],
        making: ["2026-11-18-a"],
      },
      [],
    ],
    [
      "not what was made for the newest, as long as that is not whole",
      {
        here: { ...three, "2026-11-22": ["2026-11-22-a"] },
        atLeast: 3,
        unknown: ["2026-11-22"],
        left: ["2026-11-22-a"],
      },
      [],
    ],
    [
      "what a kept set is whole without",
      {
        here: { ...three, "2026-11-21": [...idsOf("2026-11-21"), "2026-11-21-c"] },
        atLeast: 3,
        left: ["2026-11-21-c"],
      },
      ["2026-11-21-c"],
    ],
    [
      "all the same, where somebody made up another of the newest",
      {
        here: { ...three, "2026-11-21": [...idsOf("2026-11-21"), "2026-11-21-c"] },
        atLeast: 2,
      },
      idsOf("2026-11-19"),
    ],
    [
      "not one that a wrong clock has made for later, and that is no newest to others",
      { here: whole("2026-11-20", "2026-11-21", "2046-01-01"), atLeast: 2 },
      [],
    ],
  ])("%s", async (_, given, spare) => expect(await spareIn(given)).toEqual(spare));
});

const day = 86_400_000;
const nights = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    new Date(Date.UTC(2026, 10, 21) - at * day).toISOString().slice(0, 10),
  ).reverse();

/** A volume with a set of each of the last nights. */
async function opened(count: number, mode: "act" | "ask" = "act") {
  const ids = new Map<string, string>();
  const seed = async (aws: TestAccount, store: Store) => {
    const ec2 = aws.client(EC2Client);
    const volume = await makeVolume(ec2, `${aws.region}a`);
    for (const slot of nights(count))
      ids.set(slot, await seedSet({ aws, store, ec2 }, { volume, slot, name: slot }));
  };
  const config = { atLeast: 2 };
  const delivery = await open(unit, seed, { mode, config }, true);
  onTestFinished(() => delivery.close());
  const slots = async () => {
    const { Snapshots = [] } = await delivery.aws
      .client(EC2Client)
      .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    return Snapshots.flatMap((each) => tagIn(each, tagOf.slot) ?? []).sort();
  };
  return { delivery, ids, slots };
}

test("what cannot be undone asks first, and shows what would go and what stays", async () => {
  const { delivery, slots } = await opened(5);
  const run = await delivery.deliver();
  expect(run.outcome).toBe("waiting");
  expect(run.actions.map(({ because }) => because)).toEqual(
    Array(run.actions.length).fill(
      expect.stringMatching(
        /^the retention \(daily=2 monthly=2, at least 2\) no longer asks for it; 3 sets of vol-\w+ stay, the newest of 2026-11-21$/,
      ),
    ),
  );
  expect(await slots()).toHaveLength(5);
});

test("a listing that fails deletes nothing", async () => {
  const { delivery, slots } = await opened(4);
  for (const operation of [
    "DescribeLockedSnapshots",
    "DescribeImages",
    "DescribeSnapshotAttribute",
  ]) {
    delivery.proxy.fault((call) => call.operation === operation, "denied", { times: 1 });
    const host = delivery.host({ irreversible: "act" });
    const start = { ...delivery.start, key: operation };
    await expect(delivery.deliver({ host, start })).rejects.toThrow();
    expect(await slots()).toHaveLength(4);
  }
});

test("images that are disabled are asked for too: they need their snapshots, and EC2 leaves them out", async () => {
  const { delivery } = await opened(4);
  delivery.proxy.reset();
  await delivery.deliver({ host: delivery.host({ mode: "watch" }) });
  const asked = delivery.proxy.calls.filter(({ operation }) => operation === "DescribeImages");
  expect(asked.map(({ parameters }) => parameters)).toEqual([
    expect.objectContaining({ IncludeDisabled: "true", "Owner.1": "self" }),
  ]);
});

test("what comes to be held between the plan and the deletion is not deleted", async () => {
  const { delivery, ids, slots } = await opened(4);
  const hold = () =>
    delivery.aws.client(EC2Client).send(
      new CreateTagsCommand({
        Resources: [...ids.values()],
        Tags: [{ Key: tagOf.hold, Value: "case 7" }],
      }),
    );
  let looks = 0;
  const slow = {
    ...unit,
    async *find(search: Parameters<typeof unit.find>[0]) {
      if (search.only && looks++ === 0) await hold();
      yield* unit.find(search) as AsyncIterable<never>;
    },
  };
  const host = delivery.host({ irreversible: "act" });
  const { run: carryOut } = await import("../../../engine/run/run.ts");
  const run = await carryOut(slow as never, delivery.start, host);
  expect(new Set(run.actions.map(({ outcome, held }) => held?.by ?? outcome))).toEqual(
    new Set(["managed"]),
  );
  expect(await slots()).toHaveLength(4);
});

test("the newest was deleted by hand: the one before is then the last good one, and stays", async () => {
  const { delivery, ids, slots } = await opened(3);
  const SnapshotId = ids.get("2026-11-21");
  await delivery.aws.client(EC2Client).send(new DeleteSnapshotCommand({ SnapshotId }));
  await delivery.deliver({ host: delivery.host({ irreversible: "act" }) });
  expect(await slots()).toEqual(["2026-11-19", "2026-11-20"]);
});

test.each([{ atLeast: 0 }, { atLeast: 1.5 }, { atleast: 3 }, { mostADay: 0 }])(
  "config %o is refused",
  (config) => expect(unit.config.safeParse(config).success).toBe(false),
);
