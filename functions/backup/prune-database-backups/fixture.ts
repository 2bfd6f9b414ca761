import {
  AddTagsToResourceCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBClusterSnapshotAttributeCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { snapshotPrefix } from "../../../aws/rds/snapshot.ts";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { setId, tagOf } from "../backup-set.ts";
import { makeCluster, makeInstance } from "../database-backups/fixture.ts";

/** Of each region its own: the ledger has those of all regions. */
const seededIn = (region: string): string => Buffer.from(region).toString("hex").slice(0, 8);
const maker = "database-backups";
const keep = { hourly: 0, daily: 2, weekly: 0, monthly: 2, yearly: 0 };

const kept = {
  newest: "2026-11-21",
  "the day before": "2026-11-20",
  "first of november": "2026-11-01",
};
type Slots = Readonly<Record<string, string>>;

/** By what they are of, each of a slot of its own. */
const slots: Readonly<Record<string, Slots>> = {
  "db:orders": {
    ...kept,
    "spare-1": "2026-11-10",
    "a legal hold": "2026-11-12",
    "made up by its tags": "2026-11-17",
  },
  // Of the same name, so that an instance's snapshot and a cluster's are called the same.
  "cluster:orders": { ...kept, "spare-1": "2026-11-10", shared: "2026-11-15" },
};

export interface SeedDatabaseBackup {
  /** `db:orders` or `cluster:sales`. */
  readonly about: string;
  readonly slot: string;
  /** Whether the ledger knows of it. */
  readonly recorded?: boolean;
}

const isOfCluster = (about: string): boolean => about.startsWith("cluster:");
const databaseOf = (about: string): string => about.slice(about.indexOf(":") + 1);

export const seededName = ({ about, slot }: SeedDatabaseBackup): string =>
  `${snapshotPrefix}${databaseOf(about)}-${slot}-0a1b2c3d`;

/** @returns its ARN */
export async function seedDatabaseBackup(
  { aws, store }: { readonly aws: TestAccount; readonly store: Store },
  seed: SeedDatabaseBackup,
): Promise<string> {
  const { about, slot, recorded = true } = seed;
  const name = seededName(seed);
  const run = `${maker}.${slot.replaceAll("-", "")}T012500.${seededIn(aws.region)}`;
  const record: ActionRecord = {
    unit: maker,
    account: aws.account,
    region: aws.region,
    target: setId({ about, slot }),
    within: about,
    id: `${run}.${Buffer.from(about).toString("hex").slice(0, 24)}`,
    run,
    at: new Date(`${slot}T01:25:00Z`),
    because: "it had none",
    digest: "seeded",
    call: { operation: "flow:back-up-database", input: { about, slot, keep } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { slot, snapshots: [] },
    outcome: "applied",
    output: { SnapshotIds: [name] },
    verified: true,
    held: null,
    error: null,
  };
  const tags = {
    [tagOf.unit]: maker,
    [tagOf.about]: about,
    [tagOf.slot]: slot,
    [tagOf.action]: record.id,
    [tagOf.run]: run,
  };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const rds = aws.client(RDSClient);
  if (recorded) await store.transact([putAction("unit", record), asLastChange("unit", record)]);
  if (isOfCluster(about)) {
    const asked = {
      DBClusterIdentifier: databaseOf(about),
      DBClusterSnapshotIdentifier: name,
      Tags,
    };
    const { DBClusterSnapshot } = await rds.send(new CreateDBClusterSnapshotCommand(asked));
    return DBClusterSnapshot?.DBClusterSnapshotArn ?? "";
  }
  const asked = { DBInstanceIdentifier: databaseOf(about), DBSnapshotIdentifier: name, Tags };
  const { DBSnapshot } = await rds.send(new CreateDBSnapshotCommand(asked));
  return DBSnapshot?.DBSnapshotArn ?? "";
}

export async function namesIn(aws: TestAccount): Promise<Readonly<Record<string, Set<string>>>> {
  const rds = aws.client(RDSClient);
  const SnapshotType = "manual";
  const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType }));
  const { DBClusterSnapshots = [] } = await rds.send(
    new DescribeDBClusterSnapshotsCommand({ SnapshotType }),
  );
  return {
    "db:orders": new Set(DBSnapshots.map(({ DBSnapshotIdentifier = "" }) => DBSnapshotIdentifier)),
    "cluster:orders": new Set(
      DBClusterSnapshots.map(({ DBClusterSnapshotIdentifier = "" }) => DBClusterSnapshotIdentifier),
    ),
  };
}

const named = (map: (about: string, name: string, slot: string) => unknown) =>
  Object.fromEntries(
    Object.entries(slots).flatMap(([about, all]) =>
      Object.entries(all).map(([name, slot]) => [`${about} ${name}`, map(about, name, slot)]),
    ),
  );

export const fixture: AutomationFixture = {
  settings: { config: { atLeast: 2 }, irreversible: "act" },
  async seed(aws, store) {
    const rds = aws.client(RDSClient);
    await makeInstance(aws, "orders", {});
    await makeCluster(aws, "orders", {});
    for (const [about, all] of Object.entries(slots))
      for (const [name, slot] of Object.entries(all)) {
        const recorded = name !== "made up by its tags";
        const ResourceName = await seedDatabaseBackup({ aws, store }, { about, slot, recorded });
        if (name !== "a legal hold") continue;
        const Tags = [{ Key: tagOf.hold, Value: "case 7" }];
        await rds.send(new AddTagsToResourceCommand({ ResourceName, Tags }));
      }
    await rds.send(
      new ModifyDBClusterSnapshotAttributeCommand({
        DBClusterSnapshotIdentifier: seededName({ about: "cluster:orders", slot: "2026-11-15" }),
        AttributeName: "restore",
        ValuesToAdd: ["111122223333"],
      }),
    );
    await rds.send(
      new CreateDBSnapshotCommand({
        DBInstanceIdentifier: "orders",
        DBSnapshotIdentifier: "by-hand",
      }),
    );
  },
  async look(aws) {
    const names = await namesIn(aws);
    const here = named((about, _, slot) =>
      names[about]?.has(seededName({ about, slot })) ? "here" : "gone",
    );
    return { ...here, "by hand": names["db:orders"]?.has("by-hand") ? "here" : "gone" };
  },
  wrong: ["db:orders spare-1", "cluster:orders spare-1"],
  held: {
    "db:orders a legal hold": "managed",
    "db:orders made up by its tags": "managed",
    "cluster:orders shared": "managed",
  },
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "What it pruned of a set is asked for where some of the set is missing, and these sets are of one snapshot each. It reads records of its own, and changes nothing.",
    },
  ],
};
