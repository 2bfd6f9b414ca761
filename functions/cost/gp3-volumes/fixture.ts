import {
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DescribeVolumesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import type { AutomationFixture } from "../../../testing/fixture.ts";

interface Made extends Partial<CreateVolumeCommandInput> {
  readonly tags?: Readonly<Record<string, string>>;
}

const volumes: Readonly<Record<string, Made>> = {
  small: { VolumeType: "gp2", Size: 100, tags: { team: "web" } },
  // More operations than gp3 has by itself, and all the throughput of gp2.
  large: { VolumeType: "gp2", Size: 2000 },
  paid: { VolumeType: "io1", Size: 100, Iops: 2000 },
  // With the throughput that it may burst to, gp3 costs more.
  "between-the-prices": { VolumeType: "gp2", Size: 200 },
  tiny: { VolumeType: "gp2", Size: 4 },
  "gp3-already": { VolumeType: "gp3", Size: 100, Iops: 3000, Throughput: 125 },
  disk: { VolumeType: "st1", Size: 500 },
  exempt: {
    VolumeType: "gp2",
    Size: 100,
    tags: { "nightshift:exempt": "owner=ann@example.com reason=measured" },
  },
  "of-a-claim": {
    VolumeType: "gp2",
    Size: 100,
    tags: { "kubernetes.io/created-for/pvc/name": "data" },
  },
};

export const fixture: AutomationFixture = {
  settings: { config: { types: ["gp2", "io1"] } },
  async seed(aws) {
    for (const [name, { tags, ...input }] of Object.entries(volumes)) {
      const Tags = Object.entries({ Name: name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
      await aws.client(EC2Client).send(
        new CreateVolumeCommand({
          AvailabilityZone: `${aws.region}a`,
          TagSpecifications: [{ ResourceType: "volume", Tags }],
          ...input,
        }),
      );
    }
  },
  // What the embedded AWS says of gp2's operations is what somebody asked for once; AWS goes by size.
  async look(aws) {
    const { Volumes = [] } = await aws.client(EC2Client).send(new DescribeVolumesCommand({}));
    return Object.fromEntries(
      Volumes.map(({ VolumeId, VolumeType, Size, Iops, Throughput, State, Tags = [] }) => [
        Tags.find(({ Key }) => Key === "Name")?.Value ?? VolumeId,
        {
          VolumeId,
          VolumeType,
          Size,
          State,
          Tags,
          Iops: VolumeType === "gp2" ? undefined : Iops,
          Throughput: VolumeType === "gp3" ? Throughput : undefined,
        },
      ]),
    );
  },
  wrong: ["small", "large", "paid"],
  held: { exempt: "exemption", "of-a-claim": "managed" },
};
