/** What makes a volume again from its snapshot. */
import type { Volume } from "@aws-sdk/client-ec2";
import { graceTag } from "../../../sdk/grace.ts";

type Tag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** Without those that only AWS can write, and without our own mark. */
const ownTags = (tags: readonly Tag[] | undefined) =>
  (tags ?? [])
    .filter(({ Key }) => !Key?.startsWith("aws:") && Key !== graceTag)
    .map(({ Key, Value }) => ({ Key, Value }))
    .sort((a, b) => (String(a.Key) < String(b.Key) ? -1 : 1));

export function specOf(volume: Volume) {
  const { AvailabilityZone, VolumeType, Size, Iops, Throughput, Encrypted, KmsKeyId } = volume;
  // Types with a fixed number of operations refuse to be given one.
  const paced = VolumeType === "io1" || VolumeType === "io2" || VolumeType === "gp3";
  return {
    AvailabilityZone,
    VolumeType,
    Size,
    Encrypted,
    ...(paced && Iops && { Iops }),
    ...(VolumeType === "gp3" && Throughput && { Throughput }),
    ...(Encrypted && KmsKeyId && { KmsKeyId }),
    ...(volume.MultiAttachEnabled && { MultiAttachEnabled: true }),
    Tags: ownTags(volume.Tags),
  };
}

export type VolumeSpec = ReturnType<typeof specOf>;
