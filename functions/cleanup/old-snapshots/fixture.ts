import { AutoScalingClient, CreateLaunchConfigurationCommand } from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  EnableFastSnapshotRestoresCommand,
  LockSnapshotCommand,
  ModifySnapshotAttributeCommand,
  ModifySnapshotTierCommand,
  RegisterImageCommand,
  type Tag,
} from "@aws-sdk/client-ec2";
import { days } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import created from "./events/create-volume.json" with { type: "json" };

/** A retention rule of the embedded account's Recycle Bin goes by this tag. */
const kept = { recycle: "yes" };

/** Snapshots by what they are; the volumes of all but one are gone. */
const tags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "left over": { ...kept, team: "web" },
  "left over too": kept,
  "its volume is there": kept,
  "in a launch template": kept,
  "in a launch configuration": kept,
  quick: kept,
  "of AWS Backup": { "aws:backup:source-resource": "arn:aws:ec2:::volume/vol-1" },
  "of Data Lifecycle Manager": { "dlm:managed": "true" },
  "of Velero": { "velero.io/backup": "nightly" },
  "a backup of ours": { "nightshift:unit": "volume-backups" },
  exempt: { "nightshift:exempt": "owner=ann@example.com reason=lawyers" },
  "of a stack": { "aws:cloudformation:stack-name": "shop" },
  "a legal hold": { "nightshift:legal-hold": "case 7" },
  locked: kept,
  shared: kept,
  public: kept,
  archived: kept,
};

const nameOf = (Tags: readonly Tag[] = []): string | undefined =>
  Tags.find(({ Key }) => Key === "Name")?.Value;

const byKey = ({ Key: a = "" }: Tag, { Key: b = "" }: Tag): number => (a < b ? -1 : 1);

async function makeSnapshot(aws: TestAccount, name: string): Promise<string> {
  const ec2 = aws.client(EC2Client);
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: `${aws.region}a`, Size: 8 }),
  );
  const Tags = Object.entries({ Name: name, ...tags[name] }).map(([Key, Value]) => ({
    Key,
    Value,
  }));
  const { SnapshotId = "" } = await ec2.send(
    new CreateSnapshotCommand({
      VolumeId,
      Description: `of ${name}`,
      TagSpecifications: [{ ResourceType: "snapshot", Tags }],
    }),
  );
  if (name !== "its volume is there") await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  return SnapshotId;
}

async function useInTemplates(aws: TestAccount, ids: Readonly<Record<string, string>>) {
  const ec2 = aws.client(EC2Client);
  const mapping = (name: string) => [{ DeviceName: "/dev/sdb", Ebs: { SnapshotId: ids[name] } }];
  const BlockDeviceMappings = mapping("in a launch template");
  // An old version is used too.
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: "web",
      LaunchTemplateData: { BlockDeviceMappings },
    }),
  );
  await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName: "web",
      LaunchTemplateData: { InstanceType: "t3.micro" },
    }),
  );
  await aws.client(AutoScalingClient).send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: "old",
      ImageId: "ami-12c6146b",
      InstanceType: "t3.micro",
      BlockDeviceMappings: mapping("in a launch configuration"),
    }),
  );
}

/** moto makes a snapshot for each image, whatever it is asked to make it of. */
async function makeImage(aws: TestAccount): Promise<void> {
  const ec2 = aws.client(EC2Client);
  await ec2.send(new RegisterImageCommand({ Name: "golden", RootDeviceName: "/dev/sda1" }));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
  await ec2.send(
    new CreateTagsCommand({
      Resources: [Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ""],
      Tags: [{ Key: "Name", Value: "of an image" }],
    }),
  );
}

async function keepByOthers(aws: TestAccount, ids: Readonly<Record<string, string>>) {
  const ec2 = aws.client(EC2Client);
  const share = { Attribute: "createVolumePermission", OperationType: "add" } as const;
  await ec2.send(new LockSnapshotCommand({ SnapshotId: ids.locked, LockMode: "governance" }));
  await ec2.send(
    new ModifySnapshotAttributeCommand({
      SnapshotId: ids.shared,
      ...share,
      UserIds: ["210987654321"],
    }),
  );
  await ec2.send(
    new ModifySnapshotAttributeCommand({ SnapshotId: ids.public, ...share, GroupNames: ["all"] }),
  );
  await ec2.send(
    new ModifySnapshotTierCommand({ SnapshotId: ids.archived, StorageTier: "archive" }),
  );
  await ec2.send(
    new EnableFastSnapshotRestoresCommand({
      SourceSnapshotIds: [ids.quick ?? ""],
      AvailabilityZones: [`${aws.region}a`],
    }),
  );
}

/** It differs each time. */
const anyImage = /ami-[0-9a-f]+/;

async function snapshotsOf(aws: TestAccount) {
  const asked = new DescribeSnapshotsCommand({ OwnerIds: ["self"] });
  return (await aws.client(EC2Client).send(asked)).Snapshots ?? [];
}

export const fixture: AutomationFixture = {
  settings: { irreversible: "act" },
  counted: days(70),
  async seed(aws) {
    const ids: Record<string, string> = {};
    for (const name of Object.keys(tags)) ids[name] = await makeSnapshot(aws, name);
    await useInTemplates(aws, ids);
    await makeImage(aws);
    await keepByOthers(aws, ids);
  },
  async look(aws) {
    const there = new Map(
      (await snapshotsOf(aws)).map(({ Tags = [], VolumeSize, Description, StorageTier }) => [
        nameOf(Tags),
        {
          VolumeSize,
          Description: Description?.replace(anyImage, "an image"),
          StorageTier,
          tags: Tags.toSorted(byKey),
        },
      ]),
    );
    const names = [...Object.keys(tags), "of an image"];
    return Object.fromEntries(names.map((name) => [name, there.get(name) ?? "gone"]));
  },
  wrong: ["left over", "left over too"],
  held: {
    exempt: "exemption",
    "of a stack": "managed",
    "a legal hold": "managed",
    locked: "managed",
    shared: "managed",
    public: "managed",
    archived: "managed",
  },
  event: {
    async of(aws) {
      const quick = (await snapshotsOf(aws)).find(({ Tags }) => nameOf(Tags) === "quick");
      const { detail } = created;
      const requestParameters = { ...detail.requestParameters, snapshotId: quick?.SnapshotId };
      return { ...created, detail: { ...detail, requestParameters } };
    },
    wrong: [],
  },
};
