/** The end of one image, and of its snapshots where they are to go with it. */
import {
  anyImageArn,
  deregisterImage,
  describeImages,
  disableImage,
  enableImage,
  everyOwnImage,
  listImagesInRecycleBin,
  restoreImageFromRecycleBin,
} from "../../../aws/ec2/image.ts";
import { markOn } from "../../../aws/ec2/mark.ts";
import {
  describeLockedSnapshots,
  describeSnapshotAttribute,
  describeSnapshots,
  restoreSnapshotFromRecycleBin,
} from "../../../aws/ec2/snapshot.ts";
import { legalHoldOn, locksIn, sharedWith } from "../../../aws/ec2/snapshot-keepers.ts";
import { inOneLine } from "../../../sdk/errors.ts";
import { flow } from "../../../sdk/flow.ts";
import type { Meanwhile } from "../../../sdk/grace.ts";
import { after, hours, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { backedUpBy } from "../backed-up-by.ts";
import { readsOfUses, usesIn } from "../snapshot-uses.ts";

const reads = [
  ...readsOfUses,
  describeSnapshots,
  describeLockedSnapshots,
  describeSnapshotAttribute,
  listImagesInRecycleBin,
] as const;
type Read = Reader<typeof reads>;

export const imageMark = markOn(anyImageArn);

async function stateOf(
  read: Reader<readonly [typeof describeImages]>,
  id: string,
): Promise<string> {
  const Filters = [{ Name: "image-id", Values: [id] }];
  const [image] = await Array.fromAsync(read(describeImages({ ...everyOwnImage, Filters })));
  return image?.State ?? "gone";
}

/** What still needs it fails at once, and says so, while all of it can be taken back. */
export const disabledMeanwhile: Meanwhile = {
  reads: [describeImages],
  write: disableImage,
  put: (ImageId) => disableImage({ ImageId }),
  says: "it is disabled: nothing can be started from it, and what runs goes on; whoever enables it keeps it",
  async ended(read, id) {
    const state = await stateOf(read, id);
    return state === "disabled" ? undefined : `${id} is ${state} again: somebody keeps it`;
  },
};

export interface Retirement {
  readonly ImageId: string;
  /** Those that are to go with it; empty: all stay. */
  readonly snapshots: readonly string[];
}

/**
 * Why its snapshots must stay: all of them, as EC2 deletes all or none that it may.
 * @returns nothing where nothing speaks against it
 */
async function snapshotsKept(
  read: Read,
  { ImageId, snapshots }: Retirement,
): Promise<string | undefined> {
  const Filters = [{ Name: "snapshot-id", Values: [...snapshots] }];
  const found = await Array.fromAsync(read(describeSnapshots({ Filters })));
  const useOf = await usesIn(read, ImageId);
  const keepers = {
    locks: () => read(describeLockedSnapshots({})),
    sharing: (SnapshotId: string) =>
      read(describeSnapshotAttribute({ SnapshotId, Attribute: "createVolumePermission" })),
  };
  const locks = await locksIn(keepers);
  for (const snapshot of found) {
    const { SnapshotId = "", Tags } = snapshot;
    const keeper =
      useOf(snapshot) ??
      locks.get(SnapshotId) ??
      legalHoldOn(Tags) ??
      backedUpBy(Tags) ??
      (await sharedWith(keepers, SnapshotId));
    if (keeper !== undefined) return `${SnapshotId} is kept by ${keeper}`;
  }
  return undefined;
}

/** Whether a retention rule keeps the image, and until when; or why that is not known. */
export interface ImageInBin {
  readonly until?: Date;
  readonly unknown?: string;
}

/** What is deregistered shows there a little later, or not at all. */
const shownWithin = minutes(3);

/** It fails nobody: the image is gone by then. */
async function inBin(read: Read, ImageId: string): Promise<ImageInBin | undefined> {
  try {
    const [image] = await Array.fromAsync(read(listImagesInRecycleBin({ ImageIds: [ImageId] })));
    const until = image?.RecycleBinExitTime;
    return until && { until };
  } catch (error) {
    return { unknown: inOneLine(error) };
  }
}

const wentWell: ReadonlySet<string | undefined> = new Set(["success", "skipped"]);

/** Deregisters an image that is disabled, once nothing has wanted it back. */
export const retireImage = flow({
  id: "retire-image",
  reads,
  writes: [deregisterImage],
  longest: hours(6),
  uncertain:
    "an image that is deregistered is gone, and what only its snapshots held with them, unless retention rules of the Recycle Bin keep both for a while",

  async carry(retirement: Retirement, { write, look, until, tell }) {
    const { ImageId, snapshots } = retirement;
    const kept = await look("whether its snapshots may go with it", async (read) =>
      snapshots.length ? ((await snapshotsKept(read, retirement)) ?? null) : null,
    );
    const DeleteAssociatedSnapshots = snapshots.length > 0 && kept === null;
    const { DeleteSnapshotResults = [] } = await write(
      deregisterImage({ ImageId, ...(DeleteAssociatedSnapshots && { DeleteAssociatedSnapshots }) }),
      async (read) =>
        DeleteAssociatedSnapshots ? await snapshotsKept(read, retirement) : undefined,
    );
    const gone = await look("when it was deregistered", async (_, now) => now);
    const recycleBin = await until(
      "the Recycle Bin has it, or has not",
      async (read, now) =>
        (await inBin(read, ImageId)) ?? (now >= after(gone, shownWithin) ? {} : undefined),
      { every: minutes(1), atMost: minutes(30) },
    );
    const left = DeleteSnapshotResults.flatMap(({ SnapshotId, ReturnCode }) =>
      wentWell.has(ReturnCode) ? [] : [`${SnapshotId}: ${ReturnCode}`],
    );
    const why = kept ?? left.join(", ");
    if (why)
      await tell({
        title: `The image ${ImageId} is gone, and its snapshots stay`,
        severity: "warning",
        facts: { why },
        affected: [...snapshots],
      });
    const deleted = DeleteSnapshotResults.flatMap(({ SnapshotId, ReturnCode }) =>
      SnapshotId && ReturnCode === "success" ? [SnapshotId] : [],
    );
    return { deleted, recycleBin };
  },

  inverse: [restoreImageFromRecycleBin, ({ ImageId }) => ({ ImageId })],

  better: {
    by: [restoreSnapshotFromRecycleBin, enableImage, ...imageMark.write.undoneBy],
    // An image comes back only where its snapshots are.
    calls: ({ ImageId }, { deleted }) => [
      ...deleted.map((SnapshotId) => restoreSnapshotFromRecycleBin({ SnapshotId })),
      restoreImageFromRecycleBin({ ImageId }),
      enableImage({ ImageId }),
      ...imageMark.off(ImageId),
    ],
  },
});
