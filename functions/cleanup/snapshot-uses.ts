/** What needs snapshots of a region: they are no leftovers, whatever became of their volumes. */
import type { Image, LaunchTemplateVersion, Snapshot } from "@aws-sdk/client-ec2";
import { describeLaunchConfigurations } from "../../aws/autoscaling/launch-configuration.ts";
import {
  describeImages,
  everyOwnImage,
  everySharedImage,
  listImagesInRecycleBin,
} from "../../aws/ec2/image.ts";
import {
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
} from "../../aws/ec2/launch-template.ts";
import { describeFastSnapshotRestores } from "../../aws/ec2/snapshot.ts";
import { imagesIn } from "../../aws/ec2/snapshot-keepers.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import type { Reader } from "../../sdk/unit.ts";

export const readsOfUses = [
  describeImages,
  listImagesInRecycleBin,
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
  describeLaunchConfigurations,
  describeFastSnapshotRestores,
] as const;
type Read = Reader<typeof readsOfUses>;

/** So many launch templates are read at once. */
const together = 4;

async function* imagesOf(read: Read, leaving: string | undefined): AsyncGenerator<Image> {
  for await (const image of read(describeImages(everyOwnImage)))
    if (leaving === undefined || image.ImageId !== leaving) yield image;
  yield* read(describeImages(everySharedImage));
}

const namedIn = ({ LaunchTemplateData }: LaunchTemplateVersion): string[] =>
  (LaunchTemplateData?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);

async function inTemplates(read: Read): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const templates = await Array.fromAsync(read(describeLaunchTemplates({})));
  await concurrently(
    templates,
    async ({ LaunchTemplateId, LaunchTemplateName }) => {
      for await (const version of read(describeLaunchTemplateVersions({ LaunchTemplateId })))
        for (const id of namedIn(version))
          found.set(
            id,
            `version ${version.VersionNumber} of launch template ${LaunchTemplateName}`,
          );
    },
    { concurrency: together },
  );
  return found;
}

async function inConfigurations(read: Read): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const each of read(describeLaunchConfigurations({})))
    for (const { Ebs } of each.BlockDeviceMappings ?? [])
      if (Ebs?.SnapshotId)
        found.set(Ebs.SnapshotId, `launch configuration ${each.LaunchConfigurationName}`);
  return found;
}

async function keptQuick(read: Read): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { SnapshotId, AvailabilityZone, State } of read(
    describeFastSnapshotRestores({}),
  ))
    if (SnapshotId && State !== "disabled")
      found.set(SnapshotId, `fast snapshot restore in ${AvailabilityZone}`);
  return found;
}

/** An image in the Recycle Bin names no snapshots; a snapshot that EC2 made for it names the image. */
const imageNamed = /\bami-[0-9a-f]+\b/g;

async function recycledImages(read: Read): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { ImageId = "" } of read(listImagesInRecycleBin({}))) ids.add(ImageId);
  return ids;
}

/** Says what needs a snapshot; nothing where nothing does. */
export type UseOf = (snapshot: Snapshot) => string | undefined;

/**
 * @param leaving the id of an image that is about to go, and needs nothing from then on
 * @throws what AWS answers: what could not be read may need any of them
 */
export async function usesIn(read: Read, leaving?: string): Promise<UseOf> {
  const uses = await Promise.all([
    imagesIn({ images: () => imagesOf(read, leaving) }),
    inTemplates(read),
    inConfigurations(read),
    keptQuick(read),
  ]);
  const recycled = await recycledImages(read);
  return ({ SnapshotId = "", Description = "" }) => {
    const image = Description.match(imageNamed)?.find((id) => recycled.has(id));
    const inBin = image && `the image ${image} in the Recycle Bin`;
    return uses.map((each) => each.get(SnapshotId)).find(Boolean) ?? inBin;
  };
}
