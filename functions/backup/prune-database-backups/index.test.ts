import {
  AddTagsToResourceCommand,
  type DBClusterSnapshot,
  type DBSnapshot,
  DeleteDBSnapshotCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Remembered } from "../../../sdk/automation.ts";
import { open } from "../../../test/setup/delivery.ts";
import { setId, tagOf } from "../backup-set.ts";
import { makeInstance } from "../database-backups/fixture.ts";
import { standingsOf } from "../sparing.ts";
import { namesIn, seedDatabaseBackup, seededName } from "./fixture.ts";
import unit from "./index.ts";
import { idOfMade, ownSnapshots, piecesOfDatabases } from "./pieces.ts";

const keep = { hourly: 0, daily: 1, weekly: 0, monthly: 0, yearly: 0 };
const now = new Date("2026-11-21T04:55:00Z");

interface KnownSnapshot {
  readonly slot: string;
  readonly about?: string;
  readonly resource?: string;
  readonly status?: string;
  readonly name?: string;
  /** Of which action it says that it is. */
  readonly action?: string;
  /** Whether the ledger has it, and under which name. */
  readonly recorded?: string;
}

const nameOf = ({ slot, name = `nightshift-orders-${slot}-0a` }: KnownSnapshot): string => name;

const tagsOf = ({ slot, about = "db:orders", action = "a" }: KnownSnapshot) =>
  Object.entries({
    [tagOf.unit]: "database-backups",
    [tagOf.about]: about,
    [tagOf.slot]: slot,
    [tagOf.action]: action,
  }).map(([Key, Value]) => ({ Key, Value }));

const asInstance = (known: KnownSnapshot): DBSnapshot => ({
  DBSnapshotIdentifier: nameOf(known),
  DbiResourceId: known.resource ?? "db-1",
  Status: known.status ?? "available",
  TagList: tagsOf(known),
});
const asCluster = (known: KnownSnapshot): DBClusterSnapshot => ({
  DBClusterSnapshotIdentifier: nameOf(known),
  DbClusterResourceId: known.resource ?? "cluster-1",
  Status: known.status ?? "available",
  TagList: tagsOf(known),
});

/** @returns ids of what is spare, and in brackets those of which nobody knows whose they are */
async function spareOf(all: readonly KnownSnapshot[]): Promise<string[]> {
  const isOfCluster = ({ about = "" }: KnownSnapshot) => about.startsWith("cluster:");
  const snapshots = ownSnapshots(
    all.filter((each) => !isOfCluster(each)).map(asInstance),
    all.filter(isOfCluster).map(asCluster),
  );
  const remembered = async ({ target }: { readonly target: string }) => {
    const known = all.find(({ about = "db:orders", slot }) => setId({ about, slot }) === target);
    if (!known || known.recorded === "") return undefined;
    return {
      unit: "database-backups",
      action: "a",
      run: "r",
      at: now,
      call: { operation: "any", input: { keep } },
      output: { SnapshotIds: [known.recorded ?? nameOf(known)] },
      before: null,
    } satisfies Remembered;
  };
  const when = {
    maker: "database-backups",
    pruner: unit.id,
    atLeast: 1,
    now,
    remembered,
    pieceId: idOfMade,
  };
  const standings = await standingsOf(piecesOfDatabases(snapshots), when);
  return [...standings].map(([id, { spare }]) => (spare === undefined ? `(${id})` : id)).sort();
}

const former: KnownSnapshot = { slot: "2026-11-20" };
const newest: KnownSnapshot = { slot: "2026-11-21" };
const about = "cluster:orders";

describe("what is spare", () => {
  test.each<[what: string, snapshots: readonly KnownSnapshot[], spare: readonly string[]]>([
    ["nothing of the only one", [newest], []],
    [
      "what the retention of the newest no longer asks for",
      [former, newest],
      ["snapshot:nightshift-orders-2026-11-20-0a"],
    ],
    [
      "of a cluster, not of the instance whose snapshot has the same name",
      [former, { ...former, about }, { ...newest, about }],
      ["cluster-snapshot:nightshift-orders-2026-11-20-0a"],
    ],
    [
      "nothing where the newest is still being made",
      [former, { ...newest, status: "creating" }],
      [],
    ],
    ["nothing where the newest failed", [former, { ...newest, status: "failed" }], []],
    [
      "nothing where the newest cannot be restored",
      [former, { ...newest, status: "incompatible-restore" }],
      [],
    ],
    ["nothing where the newest is being deleted", [former, { ...newest, status: "deleting" }], []],
    [
      "nothing where the newest is ours by its tags alone",
      [former, { ...newest, recorded: "" }],
      [],
    ],
    [
      "nothing where the newest bears the tags of ours, and another name",
      [former, { ...newest, name: "copied-by-hand" }],
      [],
    ],
    [
      "not what the ledger knows under another name",
      [{ ...former, recorded: "nightshift-orders-other" }, newest],
      [],
    ],
    [
      "not what another action made, as the ledger has it",
      [{ ...former, action: "b" }, newest],
      [],
    ],
    [
      "not the last one of a database that was deleted and made anew under its name",
      [{ ...former, resource: "db-0" }, newest],
      [],
    ],
    [
      "what it had under the name that it has no longer",
      [{ ...former, about: "db:former" }, newest],
      ["snapshot:nightshift-orders-2026-11-20-0a"],
    ],
  ])("%s", async (_, snapshots, spare) => expect(await spareOf(snapshots)).toEqual(spare));
});

const ofSlot = (slot: string) => seededName({ about: "db:orders", slot });

async function opened(nights: readonly string[], mode: "act" | "ask" = "act") {
  const arns: string[] = [];
  const delivery = await open(
    unit,
    async (aws, store) => {
      await makeInstance(aws, "orders", {});
      for (const slot of nights)
        arns.push(await seedDatabaseBackup({ aws, store }, { about: "db:orders", slot }));
    },
    { mode, config: { atLeast: 2 } },
    true,
  );
  onTestFinished(() => delivery.close());
  const client = delivery.aws.client(RDSClient);
  const names = async () => [...((await namesIn(delivery.aws))["db:orders"] ?? [])].sort();
  return { delivery, arns, client, names };
}

const nights = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"];

test("what cannot be undone asks first, and shows what would go and what stays", async () => {
  const { delivery, names } = await opened(nights);
  const run = await delivery.deliver();
  expect(run.outcome).toBe("waiting");
  expect(run.actions.map(({ target }) => target).sort()).toEqual(
    ["2026-11-18", "2026-11-19"].map((slot) => `snapshot:${ofSlot(slot)}`),
  );
  expect(new Set(run.actions.map(({ because }) => because))).toEqual(
    new Set([
      "the retention (daily=2 monthly=2, at least 2) no longer asks for it; 3 sets of db:orders stay, the newest of 2026-11-21",
    ]),
  );
  expect(await names()).toEqual(nights.map(ofSlot));
});

test.each(["DescribeDBSnapshots", "DescribeDBClusterSnapshots", "DescribeDBSnapshotAttributes"])(
  "%s is denied: nothing is deleted",
  async (denied) => {
    const { delivery, names } = await opened(nights);
    delivery.proxy.fault(({ operation }) => operation === denied, "denied");
    const host = delivery.host({ irreversible: "act" });
    await expect(delivery.deliver({ host })).rejects.toThrow();
    expect(await names()).toEqual(nights.map(ofSlot));
  },
);

test("the newest was deleted by hand: the one before is then the last good one, and stays", async () => {
  const { delivery, client, names } = await opened(nights.slice(2));
  await client.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: ofSlot("2026-11-21") }));
  await delivery.deliver({ host: delivery.host({ irreversible: "act" }) });
  expect(await names()).toEqual(["2026-11-19", "2026-11-20"].map(ofSlot));
});

test("what comes to be held between two plans is not deleted", async () => {
  const { delivery, arns, client, names } = await opened(nights);
  await delivery.deliver();
  const Tags = [{ Key: tagOf.hold, Value: "case 7" }];
  await client.send(new AddTagsToResourceCommand({ ResourceName: arns[2], Tags }));
  const start = { ...delivery.start, key: "again" };
  await delivery.deliver({ start, host: delivery.host({ irreversible: "act" }) });
  expect(await names()).toContain(ofSlot("2026-11-19"));
  expect(await names()).not.toContain(ofSlot("2026-11-18"));
});

test.each([{ atLeast: 0 }, { atleast: 3 }, { mostADay: 0 }])("config %o is refused", (config) =>
  expect(unit.config.safeParse(config).success).toBe(false),
);
