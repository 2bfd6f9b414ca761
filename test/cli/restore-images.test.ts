/** An instance comes back of its image: beside the original, reachable by nobody who was not asked for. */
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateImageCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DisableImageCommand,
  EC2Client,
  type Image,
  type Instance,
  ModifyImageAttributeCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { imageRefusal } from "../../cli/restore/images.ts";
import { instanceDifferences } from "../../cli/restore/instance-differences.ts";
import { maker, tagOf } from "../../functions/backup/backup-set.ts";
import { seedImage } from "../../functions/backup/image-backups/fixture.ts";
import { startFaultProxy } from "../../testing/fault-proxy.ts";
import { hostOf, testSettings } from "../../testing/host.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { cli, settingsFor } from "./cli.ts";

let aws: TestAccount;
let settings: string;
beforeEach(async () => {
  aws = await embedded();
  aws.use();
  settings = settingsFor(aws, "act");
});

const restore = (...args: readonly string[]) => cli("restore", ...args, "--settings", settings);
const ec2 = () => aws.client(EC2Client);

const userData = Buffer.from("#!/bin/sh\ncurl -d token=s3cr3t https://example.com/join\n").toString(
  "base64",
);

async function instancesIn(): Promise<Instance[]> {
  const { Reservations = [] } = await ec2().send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}
const byId = async (id: string) =>
  (await instancesIn()).find(({ InstanceId }) => InstanceId === id) as Instance;

/** The command makes the ledger, where there is none yet. */
async function place() {
  const { store } = hostOf(aws, testSettings(aws, "log-retention"));
  const until = ["--until", "2099-01-01", "--owner", "a", "--reason", "b"];
  await cli("exempt", "x", ...until, "--settings", settings);
  return { aws, store };
}

/** An instance with two images of ours, the older unknown to the ledger, and one of somebody's. */
async function seeded() {
  const { Instances = [] } = await ec2().send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      InstanceType: "m5.large",
      MinCount: 1,
      MaxCount: 1,
      UserData: userData,
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
      TagSpecifications: [
        {
          ResourceType: "instance",
          Tags: [
            { Key: "Name", Value: "web" },
            { Key: "team", Value: "shop" },
            { Key: "nightshift:exempt", Value: "owner=ann@example.com" },
          ],
        },
      ],
    }),
  );
  const about = Instances[0]?.InstanceId ?? "";
  const at = await place();
  const image = await seedImage(at, { about, slot: "2026-11-21", name: "web" });
  await seedImage(at, { about, slot: "2026-11-20", name: "web", recorded: false });
  await ec2().send(new CreateImageCommand({ InstanceId: about, Name: "before-the-upgrade" }));
  return { ...at, about, image };
}

interface Listed {
  readonly id: string;
  readonly what: string;
  readonly makes: string;
  readonly refusal?: string;
}
const listed = async (target: string): Promise<Listed[]> =>
  (await restore(target, "--json")).json.points;

describe("the points of an instance", () => {
  test("are its images, whoever made them, by whom the ledger and their tags say, and with whom they are shared", async () => {
    const { about, image } = await seeded();
    const LaunchPermission = { Add: [{ UserId: "210987654321" }] };
    await ec2().send(new ModifyImageAttributeCommand({ ImageId: image.ImageId, LaunchPermission }));
    const points = await listed(about);
    expect(points.map(({ what }) => what).sort()).toEqual([
      "image by its tags, of which the ledger knows nothing, slot 2026-11-20; not shared",
      "image of image-backups, slot 2026-11-21; shared with 210987654321",
      "image of somebody else's; not shared",
    ]);
    expect(new Set(points.map(({ makes }) => makes))).toEqual(
      new Set(["an instance, 1 volume, 15 GB, not encrypted"]),
    );
  });

  test("are the sets of its volumes too, which an image of the same slot does not mix with", async () => {
    const { about } = await seeded();
    const [volume = ""] =
      (await byId(about)).BlockDeviceMappings?.flatMap(({ Ebs }) => Ebs?.VolumeId ?? []) ?? [];
    const said = { [tagOf.unit]: maker, [tagOf.about]: about, [tagOf.slot]: "2026-11-21" };
    const Tags = Object.entries(said).map(([Key, Value]) => ({ Key, Value }));
    const TagSpecifications = [{ ResourceType: "snapshot" as const, Tags }];
    await ec2().send(new CreateSnapshotCommand({ VolumeId: volume, TagSpecifications }));
    const points = await listed(about);
    expect(points.filter(({ id }) => !id.startsWith("ami-"))).toMatchObject([
      { id: "2026-11-21", makes: "1 volume, 8 GB" },
    ]);
    const { code, out } = await restore(about, "--at", "2026-11-21");
    expect([code, out.match(/makes a volume of snap-/g)]).toEqual([3, ["makes a volume of snap-"]]);
  });

  test("are listed also of an instance that is gone", async () => {
    const { about } = await seeded();
    await ec2().send(new TerminateInstancesCommand({ InstanceIds: [about] }));
    expect((await listed(about)).filter(({ id }) => id.startsWith("ami-"))).toHaveLength(3);
  });
});

describe("an image makes an instance", () => {
  const others = async (about: string) =>
    (await instancesIn()).filter(({ InstanceId }) => InstanceId !== about);

  test("only when somebody says so; what it differs in and costs is said before", async () => {
    const { about, image } = await seeded();
    const { code, out } = await restore(about, "--at", image.ImageId);
    expect(code).toBe(3);
    expect(out).toMatch(
      /makes an instance of ami-\w+: m5\.large, in subnet-\w+, groups sg-\w+, no profile, no key, no public address/,
    );
    expect(out).toContain("cost: price unknown");
    expect(out).toContain("it runs no user data");
    expect(out).toContain("may do its jobs a second time");
    expect(out).toMatch(/the original has the public address [\d.]+, it has none/);
    expect(await others(about)).toEqual([]);
  });

  test("of the original's type, subnet, groups and options, beside it, with its tags but no exemption of ours", async () => {
    const { about, image } = await seeded();
    const { code, json } = await restore(about, "--at", image.ImageId, "--yes", "--json");
    expect(code).toBe(0);
    const original = await byId(about);
    const made = await byId(json.made[0]);
    const kept = ({ InstanceType, SubnetId, VpcId, NetworkInterfaces = [] }: Instance) => ({
      ...{ InstanceType, SubnetId, VpcId },
      groups: NetworkInterfaces[0]?.Groups?.map(({ GroupId }) => GroupId),
    });
    expect(kept(made)).toEqual(kept(original));
    expect(made.ImageId).toBe(image.ImageId);
    const tags = Object.fromEntries((made.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toEqual({
      ...{ Name: "web", team: "shop" },
      "nightshift:restored-of": about,
      "nightshift:restored-from": image.ImageId,
    });
    const { input } = json.plan.makes[0].call;
    expect(input.MetadataOptions).toMatchObject({ HttpTokens: "required" });
    expect(input.NetworkInterfaces).toMatchObject([{ AssociatePublicIpAddress: false }]);
    expect(original.State?.Name).toBe("running");
  });

  test("without the original's user data; where it is asked for AWS gets it, and nobody sees it", async () => {
    const { about, image } = await seeded();
    const dataOf = async (InstanceId: string) => {
      const asked = { InstanceId, Attribute: "userData" as const };
      return (await ec2().send(new DescribeInstanceAttributeCommand(asked))).UserData?.Value;
    };
    const plain = await restore(about, "--at", image.ImageId, "--yes", "--json");
    expect(await dataOf(plain.json.made[0])).toBeFalsy();
    const again = await restore(about, "--at", image.ImageId, "--yes", "--json", "--user-data");
    expect(await dataOf(again.json.made[0])).toBe(userData);
    expect(again.out + again.err).not.toContain(userData);
    expect(again.out).toContain("it runs the original's user data");
  });

  test("elsewhere and otherwise, where that is asked for, and says in what it differs", async () => {
    const { about, image } = await seeded();
    const { VpcId = "" } = await byId(about);
    const group = async (GroupName: string) => {
      const asked = { GroupName, Description: "apart", VpcId };
      return (await ec2().send(new CreateSecurityGroupCommand(asked))).GroupId ?? "";
    };
    const groups = [await group("apart"), await group("watched")];
    const otherwise = ["--type", "m5.xlarge", "--name", "web-before", "--public-address"];
    // The target may come last: none is taken for one more group.
    const asked = groups.flatMap((id) => ["--group", id]);
    const at = ["--at", image.ImageId, "--yes", "--json"];
    const { json } = await restore(...at, ...otherwise, ...asked, about);
    const made = await byId(json.made[0]);
    expect(made.InstanceType).toBe("m5.xlarge");
    const its = made.NetworkInterfaces?.[0]?.Groups?.map((each) => each.GroupId);
    expect(its?.toSorted()).toEqual(groups.toSorted());
    expect(made.Tags).toContainEqual({ Key: "Name", Value: "web-before" });
    expect(json.plan.notes).toContain("its type is m5.xlarge, the original's m5.large");
    expect(json.plan.notes).toContainEqual(expect.stringMatching(/^the original's groups are sg-/));
    expect(json.plan.notes.join()).not.toContain("it has none");
  });

  test("of an instance that is gone, once type and subnet are given", async () => {
    const { about, image } = await seeded();
    const { SubnetId = "" } = await byId(about);
    await ec2().send(new TerminateInstancesCommand({ InstanceIds: [about] }));
    const bare = await restore(about, "--at", image.ImageId, "--yes");
    expect([bare.code, bare.err]).toEqual([
      1,
      expect.stringMatching(/is gone, .* give its type with --type and a subnet with --subnet/),
    ]);
    const where = ["--type", "m5.large", "--subnet", SubnetId];
    const { code, out } = await restore(about, "--at", image.ImageId, "--yes", ...where);
    expect(code).toBe(0);
    expect(out).toContain(`lead to it what led to ${about}, which is gone`);
    expect((await others(about)).map((each) => each.SubnetId)).toEqual([SubnetId]);
  });

  test("and what leads to the original is led to it and back by commands that are printed", async () => {
    const { about, image } = await seeded();
    const { VpcId } = await byId(about);
    const { AllocationId } = await ec2().send(new AllocateAddressCommand({ Domain: "vpc" }));
    await ec2().send(new AssociateAddressCommand({ AllocationId, InstanceId: about }));
    const elb = aws.client(ElasticLoadBalancingV2Client);
    const groupOf = async (Name: string, TargetType: "instance" | "ip", Id?: string) => {
      const asked = { Name, Protocol: "HTTP" as const, Port: 80, VpcId, TargetType };
      const { TargetGroups = [] } = await elb.send(new CreateTargetGroupCommand(asked));
      const TargetGroupArn = TargetGroups[0]?.TargetGroupArn;
      const Targets = [{ Id, Port: 8080 }];
      if (Id) await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
      return TargetGroupArn;
    };
    const arn = await groupOf("web", "instance", about);
    const byAddress = await groupOf("web-ip", "ip", (await byId(about)).PrivateIpAddress);
    const unrelated = await groupOf("other", "instance");
    const { json } = await restore(about, "--at", image.ImageId, "--yes", "--json");
    const [made] = json.made;
    const { next, back, remove } = json.switching as Record<string, string[]>;
    const at = `--region ${aws.region}`;
    expect(next).toContain(
      `aws elbv2 register-targets ${at} --target-group-arn ${arn} --targets "Id=${made},Port=8080"`,
    );
    expect(next).toContain(
      `aws ec2 associate-address ${at} --allocation-id ${AllocationId} --instance-id ${made} --allow-reassociation`,
    );
    expect(back).toContain(
      `aws elbv2 deregister-targets ${at} --target-group-arn ${arn} --targets "Id=${made},Port=8080"`,
    );
    expect(back).toContain(
      `aws ec2 associate-address ${at} --allocation-id ${AllocationId} --instance-id ${about} --allow-reassociation`,
    );
    expect(next?.join()).toMatch(
      new RegExp(`${byAddress} --targets "Id=\\$\\(aws ec2 describe-instances .*${made} `),
    );
    expect([next, back].join()).not.toContain(unrelated);
    expect(remove?.[0]).toBe(`aws ec2 terminate-instances ${at} --instance-ids ${made}`);
    // A registration is taken away only after the other one serves.
    const order = (verb: string) => next?.findIndex((each) => each.includes(verb)) ?? -1;
    expect(order("target-in-service")).toBeLessThan(order("deregister-targets"));
  });
});

describe("an image that cannot be started from", () => {
  test.each([
    ["disabled", "enable-image --image-id ami-1 first"],
    ["pending", "its state is pending"],
    ["failed", "its state is failed: Client.InvalidKMSKey.InvalidState"],
  ] as const)("%s is listed, and says why", (State, words) => {
    const StateReason = { Message: "Client.InvalidKMSKey.InvalidState" };
    const image = { ImageId: "ami-1", State, ...(State === "failed" && { StateReason }) };
    expect(imageRefusal(image)).toContain(words);
  });
  test("is refused before anything is made, and what is good is listed before it", async () => {
    const { about, image } = await seeded();
    await ec2().send(new DisableImageCommand({ ImageId: image.ImageId }));
    const points = await listed(about);
    expect(points.find(({ id }) => id === image.ImageId)?.refusal).toMatch(/^it is disabled/);
    const { out } = await restore(about);
    expect(out.indexOf(image.ImageId)).toBeGreaterThan(out.indexOf("2026-11-20"));
    const { code, err } = await restore(about, "--at", image.ImageId, "--yes");
    expect([code, err]).toEqual([1, expect.stringContaining("enable-image")]);
    expect(await instancesIn()).toHaveLength(1);
  });
});

test("whoever may not ask with whom an image is shared, or what leads to an instance, restores all the same", async () => {
  const { about, image } = await seeded();
  const proxy = await startFaultProxy(aws.endpoint);
  onTestFinished(() => proxy.stop());
  const denied = new Set(["DescribeImageAttribute", "DescribeAddresses", "DescribeTargetGroups"]);
  proxy.fault(({ operation }) => denied.has(operation), "denied");
  const before = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = proxy.endpoint;
  onTestFinished(() => {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = before;
  });
  const points = await listed(about);
  expect(points.map(({ what }) => what).join()).toMatch(/you may not read with whom it is shared/);
  const { code, json } = await restore(about, "--at", image.ImageId, "--yes", "--json");
  expect(code).toBe(0);
  expect(json.plan.notes).toEqual(
    expect.arrayContaining([
      "you may not read addresses: look yourself what leads to it",
      "you may not read target groups: look yourself what leads to it",
    ]),
  );
});

test.each([
  ["options of instances, of a table", ["carts", "--subnet", "subnet-1"], 2, /--subnet: for inst/],
  ["user data, of a volume", ["vol-0123abcd", "--user-data"], 2, /--user-data: for instances/],
] as const)("%s are refused, and say what they are for", async (_, args, code, words) => {
  const ended = await restore(...args);
  expect([ended.code, ended.err]).toEqual([code, expect.stringMatching(words)]);
});

describe("differences are said", () => {
  const to = { type: "m5.large", subnet: "subnet-1", groups: ["sg-1"], isPublic: false } as const;
  const original: Instance = {
    InstanceType: "m5.large",
    SubnetId: "subnet-1",
    SecurityGroups: [{ GroupId: "sg-1" }],
  };
  const said = (instance: Partial<Instance>, image: Image = {}) =>
    instanceDifferences({ original: { ...original, ...instance }, image, to, runsUserData: false });
  const always = said({});

  test.each([
    ["a spot instance", { InstanceLifecycle: "spot" }, "the original is spot, it is on demand"],
    ["one that forwards", { SourceDestCheck: false }, "forwards traffic of others"],
    [
      "one with more interfaces",
      { NetworkInterfaces: [{}, { NetworkInterfaceId: "eni-2" }] },
      "eni-2",
    ],
    ["one that hibernates", { HibernationOptions: { Configured: true } }, "may hibernate"],
    ["one with enclaves", { EnclaveOptions: { Enabled: true } }, "enclaves"],
    [
      "a member of a group",
      { Tags: [{ Key: "aws:autoscaling:groupName", Value: "web" }] },
      "the original is managed by the Auto Scaling group web",
    ],
  ] satisfies [string, Partial<Instance>, string][])("of %s", (_, instance, words) => {
    const more = said(instance).filter((each) => !always.includes(each));
    expect(more).toEqual([expect.stringContaining(words)]);
  });

  test("of an image of the Marketplace, and of volumes that stay after it", () => {
    const image: Image = {
      ProductCodes: [{ ProductCodeId: "abc", ProductCodeType: "marketplace" }],
      BlockDeviceMappings: [
        { DeviceName: "/dev/sda1", Ebs: { DeleteOnTermination: true } },
        { DeviceName: "/dev/sdf", Ebs: { DeleteOnTermination: false } },
      ],
    };
    expect(said({}, image).filter((each) => !always.includes(each))).toEqual([
      "volumes that stay when it is terminated: /dev/sdf",
      "of the Marketplace: it needs a subscription of abc",
    ]);
  });
});
