/** Tags as IAM would see them. */
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { concurrently } from "../../sdk/concurrently.ts";
import type { SeededAccount } from "../../testing/seed/thing.ts";
import type { Where } from "./requests.ts";

/** Where it looks, and with whose clients. */
export type Tagged = Pick<SeededAccount, "regions" | "client">;

/** Of instances, security groups, volumes, own snapshots and images in all regions, by id. */
export async function tagsIn({ regions, client }: Tagged): Promise<Where["tags"]> {
  const found = await concurrently(regions, async (region) => {
    const ec2 = client(EC2Client, region);
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
    const own = new DescribeSnapshotsCommand({ OwnerIds: ["self"] });
    const { Snapshots = [] } = await ec2.send(own);
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
    return [
      ...Images.map(({ ImageId = "", Tags = [] }) => [ImageId, Tags] as const),
      ...Volumes.map(({ VolumeId = "", Tags = [] }) => [VolumeId, Tags] as const),
      ...Snapshots.map(({ SnapshotId = "", Tags = [] }) => [SnapshotId, Tags] as const),
      ...Reservations.flatMap(({ Instances = [] }) => Instances).map(
        ({ InstanceId = "", Tags = [] }) => [InstanceId, Tags] as const,
      ),
      ...SecurityGroups.map(({ GroupId = "", Tags = [] }) => [GroupId, Tags] as const),
    ];
  });
  return new Map(
    found
      .flat()
      .map(([id, tags]) => [
        id,
        Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])),
      ]),
  );
}
