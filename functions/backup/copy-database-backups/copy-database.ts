/** One snapshot of a database in another region, from its copying until it can be restored there. */
import type { DBClusterSnapshot, DBSnapshot, Tag } from "@aws-sdk/client-rds";
import {
  copyDBClusterSnapshotElsewhere,
  copyDBSnapshotElsewhere,
} from "../../../aws/rds/snapshot-copy.ts";
import {
  deleteDBClusterSnapshotElsewhere,
  deleteDBSnapshotElsewhere,
  describeDBClusterSnapshotsElsewhere,
  describeDBSnapshotsElsewhere,
} from "../../../aws/rds/snapshot-elsewhere.ts";
import { arnOf } from "../../../sdk/arn.ts";
import type { DeclaredRegion } from "../../../sdk/elsewhere.ts";
import { type Carrier, flow } from "../../../sdk/flow.ts";
import { hours, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type SetName, tagOf } from "../backup-set.ts";
import { copiedFrom, copyTagOf } from "../copy-backups/copy.ts";
import { snapshotName } from "../database-backups/back-up.ts";
import { isMade } from "../database-backups/status.ts";
import type { Keep } from "../retention.ts";
import { databaseCopier } from "./copier.ts";

/** What is to be copied, and where to. */
export interface CopyDatabase extends SetName {
  readonly from: string;
  readonly to: DeclaredRegion;
  /** ARN; none where the snapshot is not encrypted. */
  readonly key?: string;
  /** The snapshot's, as at the end of its ARN. */
  readonly source: string;
  /** That it lies in. */
  readonly account: string;
  /** Of the snapshot: its own, without ours. */
  readonly tags: readonly Tag[];
  /** The action that made the snapshot. */
  readonly madeBy: string;
  readonly keep: Keep;
  readonly keepText: string;
}

const reads = [describeDBSnapshotsElsewhere, describeDBClusterSnapshotsElsewhere] as const;
type Read = Reader<typeof reads>;
const writes = [copyDBSnapshotElsewhere, copyDBClusterSnapshotElsewhere] as const;
type Aws = Carrier<typeof reads, typeof writes>;

/** A resource has so many; one is left for what finds the copy again. */
const room = 49;

function tagsFor(copy: CopyDatabase, { carries }: Pick<Aws, "carries">): Tag[] {
  const ours = {
    [tagOf.unit]: databaseCopier,
    [tagOf.about]: copy.about,
    [tagOf.slot]: copy.slot,
    [tagOf.keep]: copy.keepText,
    [tagOf.action]: carries.action,
    [tagOf.run]: carries.run,
    [copyTagOf.from]: copiedFrom(copy.from, copy.source),
    [copyTagOf.original]: copy.madeBy,
  };
  const own = Object.entries(ours).map(([Key, Value]) => ({ Key, Value }));
  return [...own, ...copy.tags].slice(0, room);
}

/**
 * RDS makes so many copies into one region at once.
 * Source: RDS user guide, "Copying a DB snapshot".
 */
const mostAtOnce = 20;

const isBeingCopied = (snapshot: DBSnapshot & DBClusterSnapshot): boolean =>
  (snapshot.Status === "creating" || snapshot.Status === "copying") &&
  (snapshot.SourceDBSnapshotIdentifier ?? snapshot.SourceDBClusterSnapshotArn) !== undefined;

async function beingCopied(read: Read, elsewhere: DeclaredRegion): Promise<number> {
  const asked = { elsewhere, SnapshotType: "manual" };
  const [ofInstances, ofClusters] = await Promise.all([
    Array.fromAsync(read(describeDBSnapshotsElsewhere(asked))),
    Array.fromAsync(read(describeDBClusterSnapshotsElsewhere(asked))),
  ]);
  return [...ofInstances, ...ofClusters].filter(isBeingCopied).length;
}

const untilFree = { every: minutes(10), atMost: hours(12) };
/** The bytes cross the world once: what is large takes its time. */
const untilCopied = { every: minutes(10), atMost: hours(72) };
const longestOfAll = hours(96);

const waitForTurn = ({ until }: Aws, { to }: CopyDatabase): Promise<true> =>
  until(
    `fewer than ${mostAtOnce} snapshots are being copied to ${to}`,
    async (read) => ((await beingCopied(read, to)) < mostAtOnce ? true : undefined),
    untilFree,
  );

function mustBeCopied({ to }: CopyDatabase, name: string, status: string): void {
  if (status !== "available")
    throw new Error(
      `the copy ${name} in ${to} is ${status}. A disabled key, or a source that was deleted meanwhile, looks like this`,
    );
}

const arnOfSource = ({ from: region, account, source: resource }: CopyDatabase): string =>
  arnOf({ service: "rds", region, account, resource });

const encryptedWith = (key: string | undefined) => key !== undefined && { KmsKeyId: key };

export const copyInstanceSnapshot = flow({
  id: "copy-database-snapshot",
  reads,
  writes: [copyDBSnapshotElsewhere],
  longest: longestOfAll,

  async carry(copy: CopyDatabase, aws) {
    const { to, key } = copy;
    await waitForTurn(aws as Aws, copy);
    const name = snapshotName(copy, aws.carries);
    await aws.write(
      copyDBSnapshotElsewhere({
        elsewhere: to,
        SourceDBSnapshotIdentifier: arnOfSource(copy),
        TargetDBSnapshotIdentifier: name,
        Tags: tagsFor(copy, aws),
        ...encryptedWith(key),
      }),
    );
    const status = await aws.until(
      `the copy in ${to} can be restored`,
      async (read) => {
        const Filters = [{ Name: "db-snapshot-id", Values: [name] }];
        const [found] = await Array.fromAsync(
          read(describeDBSnapshotsElsewhere({ elsewhere: to, Filters })),
        );
        const { Status = "creating" } = found ?? { Status: "gone" };
        return isMade(Status) ? Status : undefined;
      },
      untilCopied,
    );
    mustBeCopied(copy, name, status);
    return { SnapshotIds: [name], to };
  },

  inverse: [
    deleteDBSnapshotElsewhere,
    (_, { SnapshotIds, to }) =>
      SnapshotIds.map((id) => ({ elsewhere: to, DBSnapshotIdentifier: id })),
  ],
});

export const copyClusterSnapshot = flow({
  id: "copy-cluster-snapshot",
  reads,
  writes: [copyDBClusterSnapshotElsewhere],
  longest: longestOfAll,

  async carry(copy: CopyDatabase, aws) {
    const { to, key } = copy;
    await waitForTurn(aws as Aws, copy);
    const name = snapshotName(copy, aws.carries);
    await aws.write(
      copyDBClusterSnapshotElsewhere({
        elsewhere: to,
        SourceDBClusterSnapshotIdentifier: arnOfSource(copy),
        TargetDBClusterSnapshotIdentifier: name,
        Tags: tagsFor(copy, aws),
        ...encryptedWith(key),
      }),
    );
    const status = await aws.until(
      `the copy in ${to} can be restored`,
      async (read) => {
        const Filters = [{ Name: "db-cluster-snapshot-id", Values: [name] }];
        const [found] = await Array.fromAsync(
          read(describeDBClusterSnapshotsElsewhere({ elsewhere: to, Filters })),
        );
        const { Status = "creating" } = found ?? { Status: "gone" };
        return isMade(Status) ? Status : undefined;
      },
      untilCopied,
    );
    mustBeCopied(copy, name, status);
    return { SnapshotIds: [name], to };
  },

  inverse: [
    deleteDBClusterSnapshotElsewhere,
    (_, { SnapshotIds, to }) =>
      SnapshotIds.map((id) => ({ elsewhere: to, DBClusterSnapshotIdentifier: id })),
  ],
});
