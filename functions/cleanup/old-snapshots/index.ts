/**
 * Deletes snapshots of volumes that are gone, when nothing has needed them for weeks. A volume's end
 * leaves its snapshots behind, and nobody is told. How long one has been left over is measured: AWS
 * does not say when a volume was deleted, nor when an image was deregistered that needed a snapshot
 * until then. A volume that is made of it begins the time anew, also one between two looks, told by
 * CloudTrail.
 *
 * What a snapshot holds may be held by nothing else. So a person is asked before each, and is told
 * whether it is the last of its volume, and where the archive tier would keep it for less. Those of
 * images (disabled ones, shared ones and those in the Recycle Bin too), launch templates and launch
 * configurations, those that are kept quick, and those of AWS Backup, Data Lifecycle Manager, other
 * backup software and Nightshift itself are used. Copies name no volume, and are left alone.
 */
import * as z from "zod/mini";
import {
  deleteSnapshotToRecycleBin,
  describeLockedSnapshots,
  describeSnapshotAttribute,
} from "../../../aws/ec2/snapshot.ts";
import { priceOf, type SnapshotPrice, snapshotRatesIn } from "../../../aws/ec2/snapshot-price.ts";
import { pricedBy } from "../../../aws/pricing/prices.ts";
import { automation } from "../../../sdk/automation.ts";
import { count } from "../../../sdk/counted.ts";
import { dollars } from "../../../sdk/money.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { apiCall, sweep } from "../../../sdk/unit.ts";
import { backedUpBy } from "../backed-up-by.ts";
import { readsOfUses, usesIn } from "../snapshot-uses.ts";
import { judgedLeftovers, type Leftover } from "./leftover.ts";
import { readsOfOrigin, tracedSnapshots } from "./origin.ts";

const reads = [
  ...readsOfOrigin,
  ...readsOfUses,
  describeLockedSnapshots,
  describeSnapshotAttribute,
] as const;

const Creation = z.object({
  requestParameters: z.nullish(z.object({ snapshotId: z.optional(z.string()) })),
});

/** Below a cent it is not worth a word. */
const isWorthTelling = (price: SnapshotPrice | undefined): price is SnapshotPrice =>
  price !== undefined && price.standard - price.archive >= 0.01;

function wordsOn(found: Leftover, day: string, price: SnapshotPrice | undefined): string {
  const { snapshot, others } = found;
  const gone = `its volume ${snapshot.VolumeId} is gone, and nothing has needed it since ${day}`;
  const last = others
    ? `${count(others, "other snapshot")} of that volume ${others === 1 ? "is" : "are"} there`
    : "it is the last of that volume";
  if (!isWorthTelling(price)) return `${gone}; ${last}`;
  const kept = `the archive tier would keep it, for at least 90 days, for ${dollars(price.archive)} a month instead of ${dollars(price.standard)} (aws ec2 modify-snapshot-tier --storage-tier archive --snapshot-id ${snapshot.SnapshotId})`;
  return `${gone}; ${last}; ${kept}`;
}

/** Where all prices are known, and not how much of it no other snapshot has, nothing is claimed. */
function savedBy(price: SnapshotPrice | undefined, region: string) {
  if (price) return { savesPerMonth: price.standard };
  return snapshotRatesIn(region) ? {} : { savesPerMonth: "unknown" as const };
}

export default automation({
  id: "old-snapshots",
  family: "cleanup",
  summary: "Deletes snapshots whose volume is gone and that nothing has needed for weeks",
  on: [
    sweep("cron(10 3 * * ? *)", { window: minutes(30) }),
    apiCall({
      source: "aws.ec2",
      names: ["CreateVolume"],
      detail: Creation,
      only: ({ requestParameters: asked }) => [asked?.snapshotId],
    }),
  ],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(14), z.lte(3650)), 60)
      .check(
        z.describe("How long its volume must have been gone, and nothing must have needed it."),
      ),
  }),
  reads,
  writes: [deleteSnapshotToRecycleBin],
  lost: [
    "What only it held, unless a retention rule of the Recycle Bin keeps it: then it comes back as it was, with its id, until the rule's time is over.",
  ],

  async *find({ read, only, now, note }): AsyncGenerator<Leftover> {
    const traced = await tracedSnapshots(read, { only, now });
    const isAnyLeft = traced.some(({ isLeft }) => isLeft);
    const useOf = isAnyLeft ? await usesIn(read) : () => undefined;
    const known = traced.map((each) => ({
      ...each,
      usedBy: backedUpBy(each.snapshot.Tags) ?? useOf(each.snapshot),
    }));
    const keepers = {
      locks: () => read(describeLockedSnapshots({})),
      sharing: (SnapshotId: string) =>
        read(describeSnapshotAttribute({ SnapshotId, Attribute: "createVolumePermission" })),
    };
    yield* judgedLeftovers(known, keepers, note);
  },

  target: ({ snapshot: { SnapshotId, Tags }, keptBy }) => ({
    id: SnapshotId,
    tags: Tags ?? [],
    managed: keptBy,
  }),
  state: ({ snapshot: { VolumeId, VolumeSize, Description, Encrypted, KmsKeyId, Tags = [] } }) => ({
    VolumeId,
    VolumeSize,
    Description,
    Encrypted,
    ...(KmsKeyId !== undefined && { KmsKeyId }),
    tags: Object.fromEntries(
      Tags.filter(({ Key = "" }) => !Key.startsWith("aws:"))
        .map(({ Key = "", Value = "" }) => [Key, Value] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }),
  becomes: () => null,
  counts: ({ isLeft, isTaken, usedBy }) => isLeft && !isTaken && usedBy === undefined,

  propose(found, { config, now, region, since }) {
    const { snapshot, isLeft, usedBy, others, waits } = found;
    const { SnapshotId, State } = snapshot;
    if (!SnapshotId || State !== "completed" || !isLeft || usedBy !== undefined || waits) return;
    if (!since || since > before(now, days(config.days))) return;
    const price = priceOf(snapshot, { others, region });
    const source = price ? pricedBy(region, "snapshot") : "";
    return {
      because: wordsOn(found, since.toISOString().slice(0, 10), price) + source,
      call: deleteSnapshotToRecycleBin({ SnapshotId }),
      ...savedBy(price, region),
    };
  },
});
