/** One set in another region: copies of all its snapshots, waited for until all are complete. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import { copySnapshotElsewhere } from "../../../aws/ec2/snapshot-copy.ts";
import {
  deleteSnapshotElsewhere,
  describeSnapshotsElsewhere,
} from "../../../aws/ec2/snapshot-elsewhere.ts";
import type { DeclaredRegion } from "../../../sdk/elsewhere.ts";
import { type Carrier, flow } from "../../../sdk/flow.ts";
import { hours, minutes } from "../../../sdk/time.ts";
import { type SetName, tagOf } from "../backup-set.ts";
import type { Keep } from "../retention.ts";
import { copiedFrom, copier, copyTagOf } from "./copy.ts";

/** A copy that is complete, and that the ledger says an action of ours made. */
export interface CopyThere {
  readonly id: string;
  readonly action: string;
}

/** What is to be copied, and where to. */
export interface CopySet extends SetName {
  readonly from: string;
  readonly to: DeclaredRegion;
  /** ARN; the region's default key where absent and a snapshot is encrypted. */
  readonly key?: string;
  readonly snapshots: readonly string[];
  /** Copies that are there already: what an earlier action made, and somebody took a part of. */
  readonly has: readonly CopyThere[];
  /** The action that made the set. */
  readonly madeBy: string;
  readonly name?: string;
  readonly keep: Keep;
  readonly keepText: string;
}

const reads = [describeSnapshots, describeSnapshotsElsewhere] as const;
const writes = [copySnapshotElsewhere] as const;
type Aws = Carrier<typeof reads, typeof writes>;

function tagsOf(set: CopySet, source: string, { carries }: Aws) {
  const texts = {
    ...(set.name !== undefined && { Name: set.name }),
    [tagOf.unit]: copier,
    [tagOf.about]: set.about,
    [tagOf.slot]: set.slot,
    [tagOf.keep]: set.keepText,
    [tagOf.size]: String(set.snapshots.length + set.has.length),
    [tagOf.action]: carries.action,
    [tagOf.run]: carries.run,
    [copyTagOf.from]: copiedFrom(set.from, source),
    [copyTagOf.original]: set.madeBy,
  };
  return Object.entries(texts).map(([Key, Value]) => ({ Key, Value }));
}

const byId = (ids: readonly string[]) => ({
  OwnerIds: ["self"],
  Filters: [{ Name: "snapshot-id", Values: [...ids] }],
});

const stateOf = (found: readonly Snapshot[], id: string): string => {
  const snapshot = found.find(({ SnapshotId }) => SnapshotId === id);
  if (!snapshot) return "gone";
  const { State = "pending", StateMessage } = snapshot;
  return StateMessage && State === "error" ? `${State} (${StateMessage})` : State;
};

/** The bytes cross the world once: what is large takes its time. */
const untilCopied = { every: minutes(10), atMost: hours(84) };

export const copySetElsewhere = flow({
  id: "copy-set",
  reads,
  writes,
  longest: hours(96),

  async carry(set: CopySet, aws) {
    const { to, from, key, snapshots, has } = set;
    const made: string[] = [];
    for (const source of snapshots) {
      const Tags = tagsOf(set, source, aws);
      const { SnapshotId = "" } = await aws.write(
        copySnapshotElsewhere({
          elsewhere: to,
          SourceRegion: from,
          SourceSnapshotId: source,
          Description: `copy of ${source} in ${from}: ${set.about} in the slot ${set.slot}`,
          ...(key !== undefined && { Encrypted: true, KmsKeyId: key }),
          TagSpecifications: [{ ResourceType: "snapshot", Tags }],
        }),
      );
      made.push(SnapshotId);
    }
    const SnapshotIds = [...has.map(({ id }) => id), ...made];
    const states = await aws.until(
      `all copies in ${to} are complete`,
      async (read) => {
        const asked = describeSnapshotsElsewhere({ elsewhere: to, ...byId(SnapshotIds) });
        const found = await Array.fromAsync(read(asked));
        const now = SnapshotIds.map((id) => [id, stateOf(found, id)] as const);
        return now.some(([, state]) => state === "pending") ? undefined : now;
      },
      untilCopied,
    );
    const failed = states.filter(([, state]) => state !== "completed");
    if (failed.length)
      throw new Error(
        `the copy in ${to} is not whole: ${failed.map(([id, state]) => `${id} is ${state}`).join(", ")}. A disabled key, or a source that was deleted meanwhile, looks like this`,
      );
    return { SnapshotIds, made, to };
  },

  inverse: [
    deleteSnapshotElsewhere,
    ({ to }, { made }) => made.map((SnapshotId) => ({ elsewhere: to, SnapshotId })),
  ],
});
