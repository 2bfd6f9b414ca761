import {
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { days } from "../../../sdk/time.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

const volumes: Readonly<Record<string, Partial<CreateVolumeCommandInput>>> = {
  idle: { VolumeType: "gp3", Size: 100, Iops: 4000, Throughput: 200 },
  "idle-too": { VolumeType: "gp2", Size: 50 },
  exempt: { VolumeType: "gp2", Size: 50 },
  "of-a-claim": { VolumeType: "gp2", Size: 50 },
  // A snapshot costs as much.
  cold: { VolumeType: "sc1", Size: 500 },
};
const tags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  idle: { team: "web" },
  exempt: { "nightshift:exempt": "owner=ann@example.com reason=mine" },
  "of-a-claim": { "kubernetes.io/created-for/pvc/name": "data" },
};

const tagList = (name: string) =>
  Object.entries({ Name: name, ...tags[name] }).map(([Key, Value]) => ({ Key, Value }));

export const fixture: AutomationFixture = {
  settings: { config: { days: 14, grace: 1 } },
  counted: days(20),
  async seed(aws) {
    const ec2 = aws.client(EC2Client);
    for (const [name, input] of Object.entries(volumes))
      await ec2.send(
        new CreateVolumeCommand({
          AvailabilityZone: `${aws.region}a`,
          TagSpecifications: [{ ResourceType: "volume", Tags: tagList(name) }],
          ...input,
        }),
      );
    await ec2.send(
      new RunInstancesCommand({
        ImageId: "ami-12c6146b",
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "Name", Value: "in-use" }] }],
      }),
    );
  },
  async look(aws) {
    const { Volumes = [] } = await aws.client(EC2Client).send(new DescribeVolumesCommand({}));
    return Object.fromEntries(
      Volumes.map(({ Tags = [], VolumeType, Size, Iops, Throughput, State, Encrypted }) => {
        const all = Object.fromEntries(Tags.map(({ Key = "", Value }) => [Key, Value]));
        const name = all.Name ?? "the root of an instance";
        return [name, { VolumeType, Size, Iops, Throughput, State, Encrypted, tags: all }];
      }),
    );
  },
  wrong: ["idle", "idle-too"],
  unused: ["ec2:RestoreVolumeFromRecycleBin", "ec2:DeleteTags"].map((action) => ({
    role: "undo",
    action,
    why: "the embedded AWS has no Recycle Bin that a volume could come back from",
  })),
  held: { exempt: "exemption", "of-a-claim": "managed" },
};
