/** Which backup software made a snapshot, by its tags: it deletes by rules of its own. */
import type { Tag } from "@aws-sdk/client-ec2";

const makers: readonly (readonly [tag: RegExp, name: string])[] = [
  [/^aws:backup:/, "AWS Backup"],
  [/^(aws:)?dlm:/, "Data Lifecycle Manager"],
  // Whatever unit made it deletes it too.
  [/^nightshift:unit$/, "Nightshift"],
  [/^velero\.io\//, "Velero"],
  [/^(CSIVolumeSnapshotName|ebs\.csi\.aws\.com\/cluster)$/, "the EBS CSI driver"],
];

/** @returns its name; nothing where no such software says that it is its own */
export function backedUpBy(tags: readonly Tag[] = []): string | undefined {
  return makers.find(([tag]) => tags.some(({ Key = "" }) => tag.test(Key)))?.[1];
}
