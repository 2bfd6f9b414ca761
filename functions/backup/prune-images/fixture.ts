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
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  EC2Client,
  LockSnapshotCommand,
  ModifyImageAttributeCommand,
  ModifyLaunchTemplateCommand,
  ModifySnapshotAttributeCommand,
  RunInstancesCommand,
  type Tag,
} from "@aws-sdk/client-ec2";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagOf } from "../backup-set.ts";
import { imageRecord, runInstances, seedImage } from "../image-backups/fixture.ts";

/** By their names for people; each of a slot of its own. */
const slots: Readonly<Record<string, string>> = {
  newest: "2026-11-21",
  "the day before": "2026-11-20",
  "first of november": "2026-11-01",
  "first of october": "2026-10-01",
  "spare-1": "2026-11-03",
  "spare-2": "2026-11-04",
  "a legal hold": "2026-11-05",
  "a hold on its snapshot": "2026-11-06",
  "locked by its snapshot": "2026-11-07",
  "its snapshot is shared": "2026-11-08",
  "shared by somebody": "2026-11-09",
  "of an instance": "2026-11-10",
  "in a launch template": "2026-11-11",
  "in a launch configuration": "2026-11-12",
  "in a version that a group names": "2026-11-19",
  "in a parameter": "2026-11-13",
  "in a recipe": "2026-11-14",
  exempt: "2026-11-15",
  "made up by tags": "2026-11-16",
  "disabled by somebody": "2026-11-17",
  "in place of one that was pruned": "2026-11-18",
};

type Ids = Readonly<
  Record<string, { readonly ImageId: string; readonly SnapshotIds: readonly string[] }>
>;
const imageOf = (ids: Ids, name: string): string => ids[name]?.ImageId ?? "";
const snapshotOf = (ids: Ids, name: string): string => ids[name]?.SnapshotIds[0] ?? "";

async function keepByThemselves(ec2: EC2Client, ids: Ids): Promise<void> {
  const tag = (id: string, Key: string, Value: string) =>
    ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] }));
  await tag(imageOf(ids, "a legal hold"), tagOf.hold, "case 7");
  await tag(snapshotOf(ids, "a hold on its snapshot"), tagOf.hold, "case 8");
  await tag(imageOf(ids, "exempt"), "nightshift:exempt", "owner=ann@example.com");
  await tag(imageOf(ids, "in a recipe"), "recipe", "yes");
  await ec2.send(new DisableImageCommand({ ImageId: imageOf(ids, "disabled by somebody") }));
  await ec2.send(
    new LockSnapshotCommand({
      SnapshotId: snapshotOf(ids, "locked by its snapshot"),
      LockMode: "governance",
    }),
  );
  await ec2.send(
    new ModifySnapshotAttributeCommand({
      SnapshotId: snapshotOf(ids, "its snapshot is shared"),
      Attribute: "createVolumePermission",
      OperationType: "add",
      UserIds: ["210987654321"],
    }),
  );
  await ec2.send(
    new ModifyImageAttributeCommand({
      ImageId: imageOf(ids, "shared by somebody"),
      LaunchPermission: { Add: [{ UserId: "210987654321" }] },
    }),
  );
}

async function useThem(aws: TestAccount, ids: Ids): Promise<void> {
  const ec2 = aws.client(EC2Client);
  await ec2.send(
    new RunInstancesCommand({
      ImageId: imageOf(ids, "of an instance"),
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: "web",
      LaunchTemplateData: { ImageId: imageOf(ids, "in a launch template") },
    }),
  );
  const versions = ["in a version that a group names", "in a launch template"];
  const [first = "", second = ""] = versions.map((name) => imageOf(ids, name));
  const LaunchTemplateName = "pinned";
  await ec2.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: { ImageId: first } }),
  );
  await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName,
      LaunchTemplateData: { ImageId: second },
    }),
  );
  await ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateName, DefaultVersion: "2" }));
  const groups = aws.client(AutoScalingClient);
  await groups.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: "old",
      LaunchTemplate: { LaunchTemplateName, Version: "1" },
      MinSize: 0,
      MaxSize: 1,
      DesiredCapacity: 0,
      AvailabilityZones: [`${aws.region}a`],
    }),
  );
  await groups.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: "old",
      ImageId: imageOf(ids, "in a launch configuration"),
      InstanceType: "t3.micro",
    }),
  );
  await aws.client(SSMClient).send(
    new PutParameterCommand({
      Name: "/web/image",
      Type: "String",
      Value: imageOf(ids, "in a parameter"),
    }),
  );
}

const pruned = "ami-0000000000000001";

/** The ledger knows that this one was deregistered; what wears its tags since is nobody's. */
async function prunedBefore(aws: TestAccount, store: Store, about: string): Promise<void> {
  const slot = slots["in place of one that was pruned"] ?? "";
  const made = imageRecord(aws, { about, slot, ImageId: pruned, SnapshotIds: [] });
  const run = "prune-images.20261120T045500.00000000";
  const record: ActionRecord = {
    ...made,
    unit: "prune-images",
    id: `${run}.0000000001`,
    run,
    target: pruned,
    call: { operation: "ec2:DeregisterImage", input: { ImageId: pruned } },
    output: {},
  };
  await store.transact([putAction("unit", record), asLastChange("unit", record)]);
}

const differing = /^nightshift:(action|run|backup-of)$/;

/** Without those that differ each time. */
const shown = (tags: readonly Tag[] = []): string[] =>
  tags
    .filter(({ Key = "" }) => !differing.test(Key))
    .map(({ Key, Value }) => `${Key}=${Value}`)
    .sort();

export const fixture: AutomationFixture = {
  settings: { config: { atLeast: 2 }, irreversible: "act" },
  async seed(aws, store) {
    const ec2 = aws.client(EC2Client);
    const [about = ""] = await runInstances(aws, "web", {});
    const ids: Record<string, { ImageId: string; SnapshotIds: readonly string[] }> = {};
    for (const [name, slot] of Object.entries(slots)) {
      const recorded = name !== "made up by tags";
      const recordedAs = name === "in place of one that was pruned" ? { recordedAs: pruned } : {};
      const image = { about, slot, name, recorded, ...recordedAs };
      ids[name] = await seedImage({ aws, store }, image);
    }
    await prunedBefore(aws, store, about);
    await ec2.send(new CreateImageCommand({ InstanceId: about, Name: "by hand" }));
    await keepByThemselves(ec2, ids);
    await useThem(aws, ids);
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const asked = { Owners: ["self"], IncludeDisabled: true };
    const { Images = [] } = await ec2.send(new DescribeImagesCommand(asked));
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    const there = new Set(Snapshots.map(({ SnapshotId }) => SnapshotId));
    const here = new Map(
      Images.map(({ Tags = [], Name, State, BlockDeviceMappings = [] }) => [
        Tags.find(({ Key }) => Key === "Name")?.Value ?? Name,
        {
          State,
          tags: shown(Tags),
          snapshots: BlockDeviceMappings.map(({ Ebs }) => there.has(Ebs?.SnapshotId)),
        },
      ]),
    );
    const names = [...Object.keys(slots), "by hand"];
    return Object.fromEntries(names.map((name) => [name, here.get(name) ?? "gone"]));
  },
  wrong: ["spare-1", "spare-2"],
  held: {
    "a legal hold": "managed",
    "a hold on its snapshot": "managed",
    "locked by its snapshot": "managed",
    "its snapshot is shared": "managed",
    "shared by somebody": "managed",
    "of an instance": "managed",
    "in a launch template": "managed",
    "in a launch configuration": "managed",
    "in a parameter": "managed",
    "in a recipe": "managed",
    "in place of one that was pruned": "managed",
    "in a version that a group names": "managed",
    exempt: "exemption",
    "made up by tags": "managed",
  },
};
