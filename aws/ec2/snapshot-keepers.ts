/** Who else needs a snapshot, wherever it lies: whoever deletes any asks this before. */
import type {
  DescribeSnapshotAttributeResult,
  Image,
  LockedSnapshotsInfo,
  Tag,
} from "@aws-sdk/client-ec2";

/** Asks the region that the snapshots lie in. */
export interface SnapshotKeepers {
  locks(): AsyncIterable<LockedSnapshotsInfo>;
  /** Those that are disabled among them. */
  images(): AsyncIterable<Image>;
  /** Who may make volumes of it. */
  sharing(SnapshotId: string): Promise<DescribeSnapshotAttributeResult | undefined>;
}

/** By the id of a snapshot, its lock as it reads in "managed by …". */
export async function locksIn({
  locks,
}: Pick<SnapshotKeepers, "locks">): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { SnapshotId = "", LockState = "" } of locks())
    if (LockState !== "expired") found.set(SnapshotId, `its lock (${LockState})`);
  return found;
}

/** By the id of a snapshot, an image that needs it. */
export async function imagesIn({
  images,
}: Pick<SnapshotKeepers, "images">): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { ImageId, BlockDeviceMappings = [] } of images())
    for (const { Ebs } of BlockDeviceMappings)
      if (Ebs?.SnapshotId) found.set(Ebs.SnapshotId, `the image ${ImageId}`);
  return found;
}

/** Nothing where nobody else may use it; `all` is everybody. */
export async function sharedWith(
  { sharing }: Pick<SnapshotKeepers, "sharing">,
  id: string,
): Promise<string | undefined> {
  const permissions = (await sharing(id))?.CreateVolumePermissions ?? [];
  if (!permissions.length) return undefined;
  const names = permissions.map(({ UserId, Group }) => UserId ?? Group);
  return `whom it is shared with (${names.join(", ")})`;
}

/** On what must stay, whatever else is said of it. */
export const legalHoldTag = "nightshift:legal-hold";

/** Its reason, where it carries one. */
export function legalHoldOn(tags: readonly Tag[] = []): string | undefined {
  const hold = tags.find(({ Key }) => Key === legalHoldTag);
  return hold && `a legal hold (${legalHoldTag}=${hold.Value})`;
}
