import {
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
  type Tag,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { weekdays } from "../../../sdk/weekdays.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

type Tags = Readonly<Record<string, string>>;
const tagList = (Name: string, tags: Tags) =>
  Object.entries({ Name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
const nameIn = (tags: readonly Tag[] | undefined): string =>
  tags?.find(({ Key }) => Key === "Name")?.Value ?? "";

const instances: Readonly<Record<string, Tags>> = {
  web: { backup: "yes", team: "web" },
  // An exemption that is meant for others: what changes something leaves it alone, a backup does not.
  exempt: { backup: "yes", "nightshift:exempt": "owner=ann@example.com reason=mine" },
  "exempt-by-name": {
    backup: "",
    "nightshift:exempt": "from=volume-backups owner=ann@example.com",
  },
  "not-tagged": { team: "web" },
  gone: { backup: "yes" },
};
const volumes: Readonly<Record<string, Tags>> = {
  data: { backup: "yes" },
  scratch: { backups: "yes" },
};

/** Of each snapshot its tags, without those that differ each time. */
const shown = (tags: readonly Tag[] = []) =>
  tags
    .filter(({ Key = "" }) => !/^nightshift:(action|run|token|backup-of)$/.test(Key))
    .map(({ Key, Value }) => `${Key}=${Value}`)
    .sort();

/** The week began today: no test runs so long that another begins. */
const weekday = weekdays[(new Date().getUTCDay() + 6) % 7] ?? "monday";

export const fixture: AutomationFixture = {
  settings: { config: { every: "week", weekday, at: "00:00" } },
  async seed(aws) {
    const ec2 = aws.client(EC2Client);
    for (const [name, tags] of Object.entries(instances)) {
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: "ami-12c6146b",
          InstanceType: "t3.micro",
          MinCount: 1,
          MaxCount: 1,
          BlockDeviceMappings: ["/dev/sda1", "/dev/sdf"].map((DeviceName) => ({
            DeviceName,
            Ebs: { VolumeSize: 8 },
          })),
          TagSpecifications: [{ ResourceType: "instance", Tags: tagList(name, tags) }],
        }),
      );
      const InstanceIds = Instances.map(({ InstanceId = "" }) => InstanceId);
      if (name === "gone") await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    }
    for (const [name, tags] of Object.entries(volumes))
      await ec2.send(
        new CreateVolumeCommand({
          AvailabilityZone: `${aws.region}a`,
          Size: 8,
          TagSpecifications: [{ ResourceType: "volume", Tags: tagList(name, tags) }],
        }),
      );
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const [{ Reservations = [] }, { Volumes = [] }, { Snapshots = [] }] = await Promise.all([
      ec2.send(new DescribeInstancesCommand({})),
      ec2.send(new DescribeVolumesCommand({})),
      ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] })),
    ]);
    const all = Reservations.flatMap(({ Instances = [] }) => Instances);
    const nameOf = (id: string | undefined): string => {
      const volume = Volumes.find(({ VolumeId }) => VolumeId === id);
      const holder = volume?.Attachments?.[0]?.InstanceId;
      const instance = all.find(({ InstanceId }) => InstanceId === holder);
      return nameIn(instance ? instance.Tags : volume?.Tags);
    };
    const names = [...Object.keys(instances), ...Object.keys(volumes)];
    return Object.fromEntries(
      names.map((name) => [
        name,
        Snapshots.filter(({ VolumeId }) => nameOf(VolumeId) === name)
          .map(({ Tags }) => shown(Tags))
          .sort(),
      ]),
    );
  },
  wrong: ["web", "exempt", "data"],
  held: { "exempt-by-name": "exemption" },
};
