import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  ModifySnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import { putAction } from "../../../ledger/actions.ts";
import { writtenStep } from "../../../ledger/flows.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { copiedFrom, copier, copyId, copyTagOf } from "../copy-backups/copy.ts";
import { makeVolume, recordOf, setTags } from "../prune-backups/fixture.ts";

const there = "us-east-2";

export interface SeedCopy {
  readonly slot: string;
  /** What people call it; more than one of a slot differ by it. */
  readonly name: string;
  /**
   * What the ledger says: that it is of a whole copy, that it was made for one that became none, for
   * one that is still being made, or nothing.
   */
  readonly ledger?: "whole" | "left" | "begun" | "nothing";
  /** How many snapshots the set has; here is one of them. */
  readonly size?: number;
  /** The region of the set. */
  readonly from?: string;
}

interface CopyPlace {
  readonly aws: TestAccount;
  readonly store: Store;
  /** Of the region that copies lie in. */
  readonly ec2: EC2Client;
  readonly to: string;
  /** What it is a backup of. */
  readonly about: string;
}

export async function copyPlace(
  aws: TestAccount,
  store: Store,
  to: string = there,
): Promise<CopyPlace> {
  const about = await makeVolume(aws.client(EC2Client), `${aws.region}a`);
  return { aws, store, ec2: aws.client(EC2Client, { region: to }), to, about };
}

/** @returns the copy's id */
export async function seedCopy(place: CopyPlace, copy: SeedCopy): Promise<string> {
  const { aws, store, ec2, to, about } = place;
  const { slot, name, ledger = "whole", size = 1, from = aws.region } = copy;
  const VolumeId = await makeVolume(ec2, `${to}a`);
  const { SnapshotId = "" } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
  const target = copyId({ about, slot }, to);
  const made = { volume: about, slot, unit: copier, target, ids: [SnapshotId] };
  const record = recordOf(place, made);
  const isHalf = ledger === "left" || ledger === "begun";
  // Of each region its own: the ledger has those of all regions.
  const action = isHalf ? { ...record, id: `${record.id}-${ledger}` } : record;
  const tags = {
    Name: name,
    ...setTags(action, { about, slot }, size),
    [copyTagOf.from]: copiedFrom(from, `snap-${slot}`),
  };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await ec2.send(new CreateTagsCommand({ Resources: [SnapshotId], Tags }));
  if (ledger === "whole")
    await store.transact([putAction("unit", record), asLastChange("unit", record)]);
  if (isHalf) {
    const outcome = ledger === "left" ? "failed" : "begun";
    const call = { operation: "elsewhere:ec2:CopySnapshot", input: {} };
    const written = { at: record.at, call, state: "done" as const, output: { SnapshotId } };
    await store.transact([
      putAction("unit", { ...action, outcome }),
      writtenStep({ unit: copier, run: action.run, action: action.id }, 0, written),
    ]);
  }
  return SnapshotId;
}

const copies: readonly SeedCopy[] = [
  { name: "newest", slot: "2026-11-21" },
  { name: "the day before", slot: "2026-11-20" },
  { name: "first of november", slot: "2026-11-01" },
  { name: "first of october", slot: "2026-10-01" },
  { name: "spare", slot: "2026-11-10" },
  { name: "half of one", slot: "2026-11-11", size: 2, ledger: "left" },
  { name: "begun before the newest", slot: "2026-11-21", ledger: "left" },
  { name: "a legal hold", slot: "2026-11-12" },
  { name: "shared", slot: "2026-11-15" },
  { name: "made up by tags", slot: "2026-11-17", ledger: "nothing" },
  { name: "of another region's set", slot: "2026-11-09", from: "ap-south-1" },
];

export const fixture: AutomationFixture = {
  settings: { config: { regions: [there], atLeast: 2 }, irreversible: "act" },
  async seed(aws, store) {
    const place = await copyPlace(aws, store);
    for (const copy of copies) {
      const SnapshotId = await seedCopy(place, copy);
      if (copy.name === "a legal hold") {
        const Tags = [{ Key: tagOf.hold, Value: "case 7" }];
        await place.ec2.send(new CreateTagsCommand({ Resources: [SnapshotId], Tags }));
      }
      if (copy.name === "shared")
        await place.ec2.send(
          new ModifySnapshotAttributeCommand({
            SnapshotId,
            Attribute: "createVolumePermission",
            OperationType: "add",
            UserIds: ["210987654321"],
          }),
        );
    }
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client, { region: there });
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    const ours = Snapshots.filter(
      (each) => tagIn(each, copyTagOf.from)?.startsWith(`${aws.region}/`) ?? false,
    );
    const named = new Set(ours.map((each) => tagIn(each, "Name")));
    const others = Snapshots.filter((each) => tagIn(each, "Name") === "of another region's set");
    return {
      ...Object.fromEntries(
        copies
          .filter(({ from }) => !from)
          .map(({ name }) => [name, named.has(name) ? "here" : "gone"]),
      ),
      "of another region's set": others.length > 0 ? "here" : "gone",
    };
  },
  wrong: ["spare", "half of one", "begun before the newest"],
  held: { "a legal hold": "managed", shared: "managed", "made up by tags": "managed" },
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "What it pruned of a set is asked for where some of the set is missing, and these sets are whole. It reads records of its own, and changes nothing.",
    },
  ],
};
