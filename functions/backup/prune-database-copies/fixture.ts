import {
  AddTagsToResourceCommand,
  CopyDBClusterSnapshotCommand,
  CopyDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagOf } from "../backup-set.ts";
import { copiedFrom, copyId, copyTagOf } from "../copy-backups/copy.ts";
import { databaseCopier } from "../copy-database-backups/copier.ts";
import { makeCluster, makeInstance } from "../database-backups/fixture.ts";
import { seedDatabaseBackup, seededName } from "../prune-database-backups/fixture.ts";

const keep = { hourly: 0, daily: 2, weekly: 0, monthly: 2, yearly: 0 };

export interface SeedDatabaseCopy {
  /** `cluster:orders`; absent: `db:orders`. */
  readonly about?: string;
  readonly slot: string;
  /** Whether the ledger knows of it. */
  readonly recorded?: boolean;
  /** The region of the snapshot. */
  readonly from?: string;
}

/** Copies of snapshots of several regions lie in one. */
export const copyName = (slot: string, from: string): string =>
  `${seededName({ about: "db:orders", slot })}-${from}`;

/** @returns its ARN */
export async function seedDatabaseCopy(
  { aws, store, to }: { readonly aws: TestAccount; readonly store: Store; readonly to: string },
  { about = "db:orders", slot, recorded = true, from = aws.region }: SeedDatabaseCopy,
): Promise<string> {
  const source = await seedDatabaseBackup({ aws, store }, { about, slot });
  const name = copyName(slot, aws.region);
  const run = `${databaseCopier}.${slot.replaceAll("-", "")}T015000.${Buffer.from(aws.region).toString("hex").slice(0, 8)}`;
  const record: ActionRecord = {
    unit: databaseCopier,
    account: aws.account,
    region: aws.region,
    target: copyId({ about, slot }, to),
    within: about,
    id: `${run}.${Buffer.from(about).toString("hex").slice(0, 10)}`,
    run,
    at: new Date(`${slot}T01:50:00Z`),
    because: "it had none",
    digest: "seeded",
    call: { operation: "flow:copy-database-snapshot", input: { about, slot, keep } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { slot, copies: [] },
    outcome: "applied",
    output: { SnapshotIds: [name], to },
    verified: true,
    held: null,
    error: null,
  };
  if (recorded) await store.transact([putAction("unit", record), asLastChange("unit", record)]);
  const tags = {
    [tagOf.unit]: databaseCopier,
    [tagOf.about]: about,
    [tagOf.slot]: slot,
    [tagOf.action]: record.id,
    [tagOf.run]: run,
    [copyTagOf.from]: copiedFrom(from, `snapshot:${name}`),
  };
  const rds = aws.client(RDSClient, { region: to });
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (about.startsWith("cluster:")) {
    const { DBClusterSnapshot } = await rds.send(
      new CopyDBClusterSnapshotCommand({
        SourceDBClusterSnapshotIdentifier: source,
        TargetDBClusterSnapshotIdentifier: name,
        Tags,
      }),
    );
    return DBClusterSnapshot?.DBClusterSnapshotArn ?? "";
  }
  const { DBSnapshot } = await rds.send(
    new CopyDBSnapshotCommand({
      SourceDBSnapshotIdentifier: source,
      TargetDBSnapshotIdentifier: name,
      Tags,
    }),
  );
  return DBSnapshot?.DBSnapshotArn ?? "";
}

export async function copyNamesIn(aws: TestAccount, region: string): Promise<string[]> {
  const { DBSnapshots = [] } = await aws
    .client(RDSClient, { region })
    .send(new DescribeDBSnapshotsCommand({ SnapshotType: "manual" }));
  return DBSnapshots.map(({ DBSnapshotIdentifier = "" }) => DBSnapshotIdentifier).sort();
}

const there = "us-east-2";
const copies: Readonly<Record<string, SeedDatabaseCopy>> = {
  newest: { slot: "2026-11-21" },
  "the day before": { slot: "2026-11-20" },
  "first of november": { slot: "2026-11-01" },
  "first of october": { slot: "2026-10-01" },
  spare: { slot: "2026-11-10" },
  "a legal hold": { slot: "2026-11-12" },
  "made up by tags": { slot: "2026-11-17", recorded: false },
  "a cluster's newest": { about: "cluster:orders", slot: "2026-11-21" },
  "a cluster's before": { about: "cluster:orders", slot: "2026-11-20" },
  "a cluster's first": { about: "cluster:orders", slot: "2026-11-01" },
  "a cluster's of october": { about: "cluster:orders", slot: "2026-10-01" },
  "a cluster's spare": { about: "cluster:orders", slot: "2026-11-10" },
  "of another region": { slot: "2026-11-09", from: "ap-south-1" },
};

export const fixture: AutomationFixture = {
  settings: { config: { regions: [there], atLeast: 2 }, irreversible: "act" },
  async seed(aws, store) {
    await makeInstance(aws, "orders", {});
    await makeCluster(aws, "orders", {});
    for (const [name, copy] of Object.entries(copies)) {
      const ResourceName = await seedDatabaseCopy({ aws, store, to: there }, copy);
      if (name !== "a legal hold") continue;
      const Tags = [{ Key: tagOf.hold, Value: "case 7" }];
      await aws
        .client(RDSClient, { region: there })
        .send(new AddTagsToResourceCommand({ ResourceName, Tags }));
    }
  },
  async look(aws) {
    const names = new Set(await copyNamesIn(aws, there));
    const { DBClusterSnapshots = [] } = await aws
      .client(RDSClient, { region: there })
      .send(new DescribeDBClusterSnapshotsCommand({}));
    const ofClusters = new Set(DBClusterSnapshots.map((each) => each.DBClusterSnapshotIdentifier));
    return Object.fromEntries(
      Object.entries(copies).map(([name, { about, slot }]) => [
        name,
        (about ? ofClusters : names).has(copyName(slot, aws.region)) ? "here" : "gone",
      ]),
    );
  },
  wrong: ["spare", "a cluster's spare"],
  held: { "a legal hold": "managed", "made up by tags": "managed" },
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "What it pruned of a set is asked for where some of the set is missing, and these sets are of one snapshot each. It reads records of its own, and changes nothing.",
    },
  ],
};
