/** One volume, from its last snapshot until it is deleted. */
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { markOn } from "../../../aws/ec2/mark.ts";
import { createSnapshot, describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import {
  createVolume,
  deleteVolume,
  describeVolumes,
  listVolumesInRecycleBin,
  restoreVolumeFromRecycleBin,
} from "../../../aws/ec2/volume.ts";
import { inOneLine } from "../../../sdk/errors.ts";
import { flow } from "../../../sdk/flow.ts";
import { after, before, hours, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type LastSnapshot, lastSnapshotOf } from "./last-snapshot.ts";
import { usedSince } from "./used-since.ts";

const reads = [describeVolumes, getMetricData, describeSnapshots, listVolumesInRecycleBin] as const;
type Read = Reader<typeof reads>;

export const volumeMark = markOn("volume/*");

async function stateOfSnapshot(read: Read, id: string): Promise<string> {
  const Filters = [{ Name: "snapshot-id", Values: [id] }];
  const found = await Array.fromAsync(read(describeSnapshots({ Filters })));
  return found[0]?.State ?? "gone";
}

/** Whether a retention rule keeps the volume, and until when; or why that is not known. */
export interface InRecycleBin {
  readonly until?: Date;
  readonly unknown?: string;
}

/** What is deleted shows there a little later, or not at all. */
const shownWithin = minutes(3);

/** It fails nobody: the volume is gone by then, and its snapshot brings it back too. */
async function recycled(read: Read, VolumeId: string): Promise<InRecycleBin | undefined> {
  try {
    const answer = await read(listVolumesInRecycleBin({ VolumeIds: [VolumeId] }));
    const until = answer?.Volumes?.[0]?.RecycleBinExitTime;
    return until && { until };
  } catch (error) {
    return { unknown: inOneLine(error) };
  }
}

/** Deletes a volume once a last snapshot holds all that was on it. */
export const reapVolume = flow({
  id: "reap-volume",
  reads,
  writes: [createSnapshot, deleteVolume],
  longest: hours(72),

  async carry(reap: LastSnapshot, { write, look, until, began, carries }) {
    const { VolumeId } = reap;
    const { SnapshotId = "" } = await write(lastSnapshotOf(reap, { ...carries, began }));
    const state = await until(
      "the snapshot is complete",
      async (read) => {
        const now = await stateOfSnapshot(read, SnapshotId);
        return now === "pending" ? undefined : now;
      },
      { every: minutes(5), atMost: hours(48) },
    );
    if (state !== "completed") throw new Error(`its last snapshot ${SnapshotId} is ${state}`);
    await write(deleteVolume({ VolumeId }), async (read, now) => {
      const kept = await stateOfSnapshot(read, SnapshotId);
      if (kept !== "completed") return `its last snapshot ${SnapshotId} is ${kept}`;
      // What was written after the snapshot had begun is not in it.
      const used = await usedSince(read, [VolumeId], { since: before(began, minutes(5)), now });
      return used.size ? `${VolumeId} was attached since this began` : undefined;
    });
    const deleted = await look("when it was deleted", async (_, now) => now);
    const recycleBin = await until(
      "the Recycle Bin has it, or has not",
      async (read, now) =>
        (await recycled(read, VolumeId)) ?? (now >= after(deleted, shownWithin) ? {} : undefined),
      { every: minutes(1), atMost: minutes(30) },
    );
    return { SnapshotId, recycleBin };
  },

  inverse: [
    createVolume,
    ({ spec: { Tags, ...spec } }, { SnapshotId }) => ({
      ...spec,
      SnapshotId,
      ...(Tags.length && { TagSpecifications: [{ ResourceType: "volume" as const, Tags }] }),
    }),
  ],

  better: {
    by: [restoreVolumeFromRecycleBin, ...volumeMark.write.undoneBy],
    calls({ VolumeId }, { recycleBin }, now) {
      if (!recycleBin?.until || recycleBin.until <= now) return undefined;
      return [restoreVolumeFromRecycleBin({ VolumeId }), ...volumeMark.off(VolumeId)];
    },
  },
});
