import {
  AuthorizeSecurityGroupEgressCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  EC2Client,
  RegisterImageCommand,
  RevokeSecurityGroupEgressCommand,
  type Tag,
} from "@aws-sdk/client-ec2";
import { CreateInstanceProfileCommand, IAMClient } from "@aws-sdk/client-iam";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";
import { maker, setId, tagOf } from "../backup-set.ts";
import { drilledTag, driller, drillText } from "../drilled.ts";

/** As the settings name what `seedCheck` makes. */
export const checkSettings = {
  subnet: "drill",
  securityGroups: ["drill"],
  profile: "drill-reader",
  role: "drill-reader-role",
  image: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
  files: [{ path: "/etc/fstab" }],
};

/** What the script says of one volume with one file system. */
export const soundVolume = [
  "nightshift volume 0 seen",
  "nightshift fs 0 0 ext4 1 0",
  `nightshift file 0 0 ${"5".repeat(64)}`,
  "nightshift end",
];

/** As SSM answers for a command that has ended. */
export const commandAnswer = (output: readonly string[], more: object = {}) => ({
  path: "GetCommandInvocation",
  answer: {
    Status: "Success",
    StatusDetails: "Success",
    ResponseCode: 0,
    StandardOutputContent: `${output.join("\n")}\n`,
    ...more,
  },
});

export const agentAnswer = (PingStatus?: string) => ({
  path: "DescribeInstanceInformation",
  answer: { InstanceInformationList: PingStatus ? [{ PingStatus }] : [] },
});

const everywhere = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
const endpoints = {
  IpProtocol: "tcp",
  FromPort: 443,
  ToPort: 443,
  IpRanges: [{ CidrIp: "172.31.0.0/16" }],
};

/** IAM's are the account's: those of another region are there already. */
async function makeProfile(aws: TestAccount): Promise<void> {
  const InstanceProfileName = checkSettings.profile;
  try {
    await aws.client(IAMClient).send(new CreateInstanceProfileCommand({ InstanceProfileName }));
  } catch (error) {
    if (!(error instanceof Error && error.name.startsWith("EntityAlreadyExists"))) throw error;
  }
}

/** @returns the id of its security group */
export async function seedCheck(aws: TestAccount): Promise<string> {
  const ec2 = aws.client(EC2Client);
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SubnetId = "", VpcId } = Subnets[0] ?? {};
  const Tags = [{ Key: "Name", Value: checkSettings.subnet }];
  await ec2.send(new CreateTagsCommand({ Resources: [SubnetId], Tags }));
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "drill", Description: "drills", VpcId }),
  );
  const rules = (IpPermissions: object[]) => ({ GroupId, IpPermissions });
  await ec2.send(new RevokeSecurityGroupEgressCommand(rules([everywhere])));
  await ec2.send(new AuthorizeSecurityGroupEgressCommand(rules([endpoints])));
  const { ImageId } = await ec2.send(
    new RegisterImageCommand({
      Name: "al2023",
      Architecture: "arm64",
      RootDeviceName: "/dev/xvda",
    }),
  );
  await record(aws, {
    path: "GetParametersByPath",
    answer: { Parameters: [{ Name: checkSettings.image, Value: ImageId }] },
  });
  await makeProfile(aws);
  await record(aws, agentAnswer("Online"));
  await record(aws, commandAnswer(soundVolume));
  return GroupId ?? "";
}

interface SeededSet {
  readonly slot: string;
  /** Whether the ledger knows of it. */
  readonly recorded?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** How many snapshots it is to have; it has one. */
  readonly size?: number;
}

/** By their names for people; each of a volume of its own. */
const sets: Readonly<Record<string, SeededSet>> = {
  data: { slot: "2026-11-21" },
  "data, a slot before": { slot: "2026-11-20" },
  logs: { slot: "2026-11-21" },
  exempt: {
    slot: "2026-11-21",
    tags: { "nightshift:exempt": "owner=ann@example.com reason=mine" },
  },
  "made up by tags": { slot: "2026-11-21", recorded: false },
  "not whole": { slot: "2026-11-21", size: 2 },
  "drilled before": { slot: "2026-11-21" },
};

const recordOf = (
  { account, region }: TestAccount,
  about: string,
  { slot, id }: { readonly slot: string; readonly id: string },
): ActionRecord => {
  const run = `${maker}.${slot.replaceAll("-", "")}T010500.00000000`;
  return {
    unit: maker,
    account,
    region,
    target: setId({ about, slot }),
    within: about,
    id: `${run}.${about.slice(-10)}`,
    run,
    at: new Date(`${slot}T01:05:00Z`),
    because: "it had none",
    digest: "seeded",
    call: { operation: "flow:back-up-volumes", input: { about, slot } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { slot, snapshots: [] },
    outcome: "applied",
    output: { SnapshotIds: [id] },
    verified: true,
    held: null,
    error: null,
  };
};

export async function makeVolume(aws: TestAccount): Promise<string> {
  const { VolumeId = "" } = await aws
    .client(EC2Client)
    .send(new CreateVolumeCommand({ AvailabilityZone: `${aws.region}a`, Size: 8 }));
  return VolumeId;
}

/** What people call the set, and what it is of. */
interface NamedSet extends SeededSet {
  readonly name: string;
  readonly about: string;
}

/** What a drill of it a month ago has left. */
async function drilledBefore(
  { aws, store }: { readonly aws: TestAccount; readonly store: Store },
  about: string,
  id: string,
): Promise<void> {
  const slot = "2026-11-21";
  const word = { at: new Date(`${slot}T03:40:00Z`), result: "good", seconds: 600 } as const;
  const output = { ...word, checked: "restored" };
  const Tags = [{ Key: drilledTag, Value: drillText(output) }];
  await aws.client(EC2Client).send(new CreateTagsCommand({ Resources: [id], Tags }));
  const run = `${driller}.20261121T033000.00000000`;
  const record: ActionRecord = {
    ...recordOf(aws, about, { slot, id }),
    unit: driller,
    id: `${run}.${about.slice(-10)}`,
    run,
    call: { operation: "flow:drill-volumes", input: { about, slot } },
    output,
  };
  await store.transact([putAction("unit", record), asLastChange("unit", record)]);
}

/** @returns its snapshot's id */
export async function seedSet(
  aws: TestAccount,
  store: Store,
  { name, about, slot, recorded = true, tags = {}, size = 1 }: NamedSet,
): Promise<string> {
  const ec2 = aws.client(EC2Client);
  const { SnapshotId: id = "" } = await ec2.send(new CreateSnapshotCommand({ VolumeId: about }));
  const all = {
    Name: name,
    [tagOf.unit]: maker,
    [tagOf.about]: about,
    [tagOf.slot]: slot,
    [tagOf.size]: String(size),
    ...tags,
  };
  const Tags = Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
  const record = recordOf(aws, about, { slot, id });
  if (recorded) await store.transact([putAction("unit", record), asLastChange("unit", record)]);
  return id;
}

/** The embedded AWS keeps the own volume of an instance that is terminated. */
const isOfDrill = ({ Key, Value }: Tag): boolean =>
  Key === "Name" && Value?.startsWith("drill of ") === true;

/** Without what differs each time. A check that is refused once changes the result, and stops no drill. */
const shown = (tags: readonly Tag[] = []): string[] =>
  tags
    .filter(({ Key }) => Key !== tagOf.about)
    .map(({ Key, Value = "" }) => `${Key}=${Key === drilledTag ? "with a result" : Value}`)
    .sort();

export const fixture: AutomationFixture = {
  settings: { config: { check: checkSettings } },
  async seed(aws, store) {
    await seedCheck(aws);
    const data = await makeVolume(aws);
    for (const [name, set] of Object.entries(sets)) {
      const about = name.startsWith("data") ? data : await makeVolume(aws);
      const id = await seedSet(aws, store, { name, about, ...set });
      if (name === "drilled before") await drilledBefore({ aws, store }, about, id);
    }
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const [{ Snapshots = [] }, { Volumes = [] }] = await Promise.all([
      ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] })),
      ec2.send(new DescribeVolumesCommand({})),
    ]);
    const named = new Map(
      Snapshots.map(({ Tags = [] }) => [Tags.find(({ Key }) => Key === "Name")?.Value, Tags]),
    );
    return {
      ...Object.fromEntries(Object.keys(sets).map((name) => [name, shown(named.get(name))])),
      volumes: Volumes.filter(({ Tags = [] }) => !Tags.some(isOfDrill)).length,
    };
  },
  wrong: ["data", "logs"],
  held: { exempt: "exemption" },
  unused: [
    {
      role: "flow",
      action: "ec2:DescribeAvailabilityZones",
      why: "where a check is made, what is restored lies there; without one it lies in the first zone",
    },
    {
      role: "flow",
      action: "ssm:ListCommands",
      why: "a command is looked for only where the answer to its sending was lost",
    },
    {
      role: "flow",
      action: "dynamodb:GetItem",
      why: "what a drill looks at is a set that it has not drilled yet, so that nothing of it was taken back",
    },
  ],
};
