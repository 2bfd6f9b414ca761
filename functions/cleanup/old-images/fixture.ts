import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateImageCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateTagsCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  EC2Client,
  type Image,
  ModifyImageAttributeCommand,
  ModifyLaunchTemplateCommand,
  RunInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { days } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

/** Retention rules of the embedded account's Recycle Bin go by this tag. */
const recycle = { recycle: "yes" };

/** Images by their names, the oldest first. */
const tags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "left over": { ...recycle, team: "web" },
  "left over too": recycle,
  "web-1": recycle,
  "web-2": recycle,
  "of a stopped instance": {},
  "in a launch template": {},
  "at the latest of a template": {},
  "in a version that a group names": {},
  "in a launch configuration": {},
  "in a parameter": {},
  "in a recipe": { recipe: "yes" },
  "disabled by somebody": {},
  exempt: { "nightshift:exempt": "owner=ann@example.com reason=lawyers" },
  "of a stack": { "aws:cloudformation:stack-name": "shop" },
  "of AWS Backup": { "aws:backup:source-resource": "arn:aws:ec2:::instance/i-1" },
  "of Data Lifecycle Manager": { "dlm:managed": "true" },
  "of Image Builder": { Ec2ImageBuilderArn: "arn:aws:imagebuilder:eu-west-1:1:image/web/1.0.0/1" },
  "a legal hold": { "nightshift:legal-hold": "case 7" },
  shared: {},
  public: {},
  "the newest": {},
};

async function makeImages(aws: TestAccount): Promise<Readonly<Record<string, string>>> {
  const ec2 = aws.client(EC2Client);
  const { Instances: [builder] = [] } = await ec2.send(
    new RunInstancesCommand({ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1 }),
  );
  const ids: Record<string, string> = {};
  for (const [Name, own] of Object.entries(tags)) {
    const Tags = Object.entries(own).map(([Key, Value]) => ({ Key, Value }));
    const { ImageId = "" } = await ec2.send(
      new CreateImageCommand({
        InstanceId: builder?.InstanceId,
        Name,
        Description: `of ${Name}`,
        ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: "image", Tags }] }),
      }),
    );
    ids[Name] = ImageId;
  }
  return ids;
}

const snapshotOf = ({ BlockDeviceMappings = [] }: Image): string =>
  BlockDeviceMappings[0]?.Ebs?.SnapshotId ?? "";

async function ownImages(aws: TestAccount): Promise<readonly Image[]> {
  const asked = new DescribeImagesCommand({ Owners: ["self"], IncludeDisabled: true });
  return (await aws.client(EC2Client).send(asked)).Images ?? [];
}

async function keepSnapshotsInBin(aws: TestAccount): Promise<void> {
  const kept = (await ownImages(aws)).filter(({ Name = "" }) => tags[Name]?.recycle);
  await aws.client(EC2Client).send(
    new CreateTagsCommand({
      Resources: kept.map(snapshotOf),
      Tags: Object.entries(recycle).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
}

async function useInTemplates(aws: TestAccount, ids: Readonly<Record<string, string>>) {
  const ec2 = aws.client(EC2Client);
  const data = (name: string) => ({ LaunchTemplateData: { ImageId: ids[name] } });
  const make = async (LaunchTemplateName: string, names: readonly string[], standard: string) => {
    const [first = "", ...later] = names;
    await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName, ...data(first) }));
    for (const name of later)
      await ec2.send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateName, ...data(name) }));
    await ec2.send(
      new ModifyLaunchTemplateCommand({ LaunchTemplateName, DefaultVersion: standard }),
    );
  };
  // What an old version names that nothing starts is used by nothing.
  await make("plain", ["left over", "in a launch template"], "2");
  const pinned = ["in a version that a group names", "in a launch template"];
  await make("pinned", [...pinned, "at the latest of a template"], "2");
  const groups = aws.client(AutoScalingClient);
  await groups.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: "old",
      LaunchTemplate: { LaunchTemplateName: "pinned", Version: "1" },
      MinSize: 0,
      MaxSize: 1,
      DesiredCapacity: 0,
      AvailabilityZones: [`${aws.region}a`],
    }),
  );
  await groups.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: "old",
      ImageId: ids["in a launch configuration"],
      InstanceType: "t3.micro",
    }),
  );
}

async function useOtherwise(aws: TestAccount, ids: Readonly<Record<string, string>>) {
  const ec2 = aws.client(EC2Client);
  const { Instances: [stopped] = [] } = await ec2.send(
    new RunInstancesCommand({ ImageId: ids["of a stopped instance"], MinCount: 1, MaxCount: 1 }),
  );
  await ec2.send(new StopInstancesCommand({ InstanceIds: [stopped?.InstanceId ?? ""] }));
  await aws.client(SSMClient).send(
    new PutParameterCommand({
      Name: "/web/image",
      Type: "String",
      Value: JSON.stringify({ image: ids["in a parameter"] }),
    }),
  );
  await ec2.send(new DisableImageCommand({ ImageId: ids["disabled by somebody"] }));
  const share = (name: string, permission: object) =>
    ec2.send(
      new ModifyImageAttributeCommand({
        ImageId: ids[name],
        OperationType: "add",
        Attribute: "launchPermission",
        ...permission,
      }),
    );
  await share("shared", { UserIds: ["210987654321"] });
  await share("public", { UserGroups: ["all"] });
}

export const fixture: AutomationFixture = {
  settings: {
    config: { grace: 1, newest: 1, series: ["web-*", "*"], snapshots: true },
    irreversible: "act",
  },
  counted: days(100),
  async seed(aws) {
    const ids = await makeImages(aws);
    await keepSnapshotsInBin(aws);
    await useInTemplates(aws, ids);
    await useOtherwise(aws, ids);
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    const there = new Set(Snapshots.map(({ SnapshotId }) => SnapshotId));
    const seen: Record<string, unknown> = {};
    for (const image of await ownImages(aws)) {
      const { ImageId = "", Name = "", State, Description, Tags = [] } = image;
      const { LaunchPermissions } = await ec2.send(
        new DescribeImageAttributeCommand({ ImageId, Attribute: "launchPermission" }),
      );
      seen[Name] = {
        State,
        Description,
        LaunchPermissions,
        tags: Object.fromEntries(Tags.map(({ Key = "", Value }) => [Key, Value])),
        snapshot: there.has(snapshotOf(image)) ? "there" : "gone",
      };
    }
    return Object.fromEntries(Object.keys(tags).map((name) => [name, seen[name] ?? "gone"]));
  },
  wrong: ["left over", "left over too", "web-1"],
  held: {
    exempt: "exemption",
    "of a stack": "managed",
    "of AWS Backup": "managed",
    "of Data Lifecycle Manager": "managed",
    "of Image Builder": "managed",
    "a legal hold": "managed",
    shared: "managed",
    public: "managed",
  },
};
