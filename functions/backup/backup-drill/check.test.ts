import {
  AuthorizeSecurityGroupEgressCommand,
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Snapshot,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { actionsOf } from "../../../ledger/actions.ts";
import { open } from "../../../test/setup/delivery.ts";
import { messages, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { record } from "../../../testing/recorded-answer.ts";
import { drillWordIn } from "../drilled.ts";
import {
  agentAnswer,
  checkSettings,
  commandAnswer,
  makeVolume,
  seedCheck,
  seedSet,
  soundVolume,
} from "./fixture.ts";
import unit from "./index.ts";

const refusedConfig = (check: object): string =>
  JSON.stringify(unit.config.safeParse({ check: { ...checkSettings, ...check } }).error?.issues);

test.each<[what: string, check: object, why: RegExp]>([
  ["a security group's id", { securityGroups: ["sg-0123456789abcdef0"] }, /must be the name/],
  ["no security group", { securityGroups: [] }, /name at least one/],
  ["a profile's ARN", { profile: "arn:aws:iam::1:instance-profile/x" }, /not its ARN/],
  ["a path that is not from the top", { files: [{ path: "etc/fstab" }] }, /path from the top/],
  ["a path with a line break", { files: [{ path: "/a\nrm -rf /" }] }, /control characters/],
  ["a path that SSM fills in", { files: [{ path: "/{{ssm:x}}" }] }, /SSM fills in/],
  ["a checksum of another kind", { files: [{ path: "/a", sha256: "abc" }] }, /64 hexadecimal/],
  ["an image that is neither", { image: "latest" }, /must be a public parameter/],
  ["a misspelt field", { subnets: "x" }, /subnets/],
])("config with %s is refused", (_, check, why) => expect(refusedConfig(check)).toMatch(why));

test("without a check in the settings the role may run nothing on an instance, and hand it no role", () => {
  const named = (config: object) => unit.named?.(unit.config.parse(config));
  expect(named({})).toEqual({ validator: [] });
  expect(named({ check: checkSettings })).toMatchObject({
    drill_role: ["drill-reader-role"],
    drill_script: ["AWS-RunShellScript"],
  });
});

describe("what is proposed", () => {
  const snapshot: Snapshot = { SnapshotId: "snap-1", State: "completed", VolumeSize: 100 };
  const found = {
    about: "vol-00000001",
    slot: "2026-11-21",
    snapshots: [snapshot],
    cost: 0.011,
    word: undefined,
    isTurn: true,
    isKnown: true,
  };
  const proposed = (check: object, more: object = {}, given = found) =>
    proposeFor(unit, given, { config: { check: { ...checkSettings, ...check }, ...more } });

  test("the check goes with it, and its cost is said before", () => {
    const proposal = proposed({});
    expect(proposal?.because).toBe(
      "it was never restored: a drill of 1 volume, 100 GB, costs about $0.02, with an instance t4g.nano that reads it",
    );
    expect(proposal?.call.input).toMatchObject({ check: { files: [{ path: "/etc/fstab" }] } });
  });
  test("files of another volume are not looked for on this one", () => {
    const files = [
      { path: "/a", of: "vol-00000001" },
      { path: "/b", of: "vol-00000002" },
    ];
    expect(proposed({ files })?.call.input).toMatchObject({ check: { files: [{ path: "/a" }] } });
  });
  test.each<[what: string, check: object, more: object, why: RegExp]>([
    [
      "over the budget",
      { hourly: 50 },
      {},
      /with the check it would cost about \$50.01.*raise `budget`/,
    ],
    [
      "of an unknown price",
      { type: "z9.huge" },
      {},
      /what an instance z9.huge costs.*`check.hourly`/,
    ],
  ])("one %s is left out, and why goes with the drill", (_, check, more, why) => {
    const proposal = proposed(check, more);
    expect(proposal?.because).toMatch(why);
    expect(proposal?.call.input).toMatchObject({ unchecked: expect.stringMatching(why) });
    expect(proposal?.call.input).not.toHaveProperty("check");
  });
  test("of more volumes than an instance takes it is left out", () => {
    const snapshots = Array.from({ length: 21 }, (_, nth) => ({
      ...snapshot,
      SnapshotId: `snap-${nth}`,
    }));
    expect(proposed({}, {}, { ...found, snapshots })?.because).toMatch(/an instance takes 20/);
  });
});

async function opened(check: object = {}) {
  let group = "";
  let snapshot = "";
  const delivery = await open(
    unit,
    async (aws, store) => {
      group = await seedCheck(aws);
      const about = await makeVolume(aws);
      snapshot = await seedSet(aws, store, { name: "v0", about, slot: "2026-11-21" });
    },
    { config: { check: { ...checkSettings, ...check } } },
    true,
  );
  onTestFinished(() => delivery.close());
  return { ...delivery, group, snapshot };
}

/** What a drill has made and not taken away. */
async function leftovers({ aws }: TestDelivery): Promise<string[]> {
  const ec2 = aws.client(EC2Client);
  const Filters = [{ Name: "tag-key", Values: ["nightshift:drill"] }];
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => State?.Name !== "terminated")
    .map(({ InstanceId = "" }) => InstanceId);
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ Filters }));
  // The embedded AWS keeps an instance's own volume.
  const restored = Volumes.filter(({ SnapshotId }) => SnapshotId?.startsWith("snap-"));
  return [...instances, ...restored.map(({ VolumeId = "" }) => VolumeId)];
}

async function drilled(delivery: Awaited<ReturnType<typeof opened>>) {
  const run = await delivery.ended(await delivery.deliver());
  const [action] = await actionsOf(delivery.store, "unit", unit.id, run.id);
  const told = (await messages(delivery)).find(({ kind }) => kind === "report");
  return { action, told, output: action?.output as { result: string; why: string } };
}

const asked = ({ proxy }: TestDelivery, name: string) =>
  proxy.calls.filter(({ operation }) => operation === name);

describe("a check", () => {
  test("is made on an instance of its own, is read back, and all is taken away", async () => {
    const delivery = await opened();
    const { action, told, output } = await drilled(delivery);
    expect(action?.error).toBeNull();
    expect(output.why).toMatch(/^1 volume restored, whole by size; 1 file system/);
    expect(output).toMatchObject({ result: "good", checked: "read" });
    expect(told?.facts).toMatchObject({
      found:
        "1 volume restored, whole by size; 1 file system without errors, 1 file read; SHA-256 of /etc/fstab 5555555555555555…",
      checked: expect.stringMatching(/each file system on them is without errors/),
    });
    expect(await leftovers(delivery)).toEqual([]);
    const order = delivery.proxy.calls
      .map(({ operation }) => operation)
      .filter((name) =>
        /^(CreateVolume|RunInstances|AttachVolume|SendCommand|DetachVolume|TerminateInstances|DeleteVolume)$/.test(
          name,
        ),
      );
    expect(order).toEqual([
      "CreateVolume",
      "RunInstances",
      "AttachVolume",
      "SendCommand",
      "DetachVolume",
      "TerminateInstances",
      "DeleteVolume",
    ]);
  });

  test("its instance is tagged from birth, closed, ends itself, and lies where the volumes lie", async () => {
    const delivery = await opened();
    await drilled(delivery);
    const [call] = asked(delivery, "RunInstances");
    const made = call?.parameters as Record<string, string>;
    expect(made).toMatchObject({
      InstanceType: "t4g.nano",
      InstanceInitiatedShutdownBehavior: "terminate",
      "IamInstanceProfile.Name": "drill-reader",
      "MetadataOptions.HttpTokens": "required",
      "NetworkInterface.1.AssociatePublicIpAddress": "false",
      "NetworkInterface.1.SecurityGroupId.1": delivery.group,
      "BlockDeviceMapping.1.Ebs.DeleteOnTermination": "true",
    });
    expect(Buffer.from(made.UserData ?? "", "base64").toString()).toMatch(/shutdown -h \+120/);
    for (const nth of [1, 2, 3])
      expect(Object.values(made)).toContain(made[`TagSpecification.${nth}.ResourceType`]);
    const tags = Object.entries(made).filter(([, value]) => value === "nightshift:drill");
    expect(tags).toHaveLength(3);
    const { Subnets = [] } = await delivery.aws
      .client(EC2Client)
      .send(new DescribeSubnetsCommand({ SubnetIds: [made["NetworkInterface.1.SubnetId"] ?? ""] }));
    const [volume] = asked(delivery, "CreateVolume");
    expect(volume?.parameters).toMatchObject({ AvailabilityZone: Subnets[0]?.AvailabilityZone });
  });

  test("a file system with errors is no backup: critical", async () => {
    const delivery = await opened();
    const lines = soundVolume.map((line) => line.replace("ext4 1 0", "ext4 1 4"));
    await record(delivery.aws, commandAnswer(lines));
    const { told, output } = await drilled(delivery);
    expect(output.result).toBe("bad");
    expect(told?.severity).toBe("critical");
    expect(await leftovers(delivery)).toEqual([]);
  });

  test.each<[what: string, answer: Parameters<typeof record>[1], why: RegExp]>([
    [
      "the agent never comes online",
      agentAnswer(),
      /did not come online in 20 minutes: look at the subnet's endpoints/,
    ],
    ["the agent loses its connection", agentAnswer("ConnectionLost"), /did not come online/],
    [
      "the command times out",
      commandAnswer([], {
        Status: "TimedOut",
        StatusDetails: "ExecutionTimedOut",
        ResponseCode: -1,
      }),
      /ended as ExecutionTimedOut$/,
    ],
    [
      "the script ends with a code",
      commandAnswer([], { Status: "Failed", StatusDetails: "Failed", ResponseCode: 71 }),
      /ended as Failed, exit code 71/,
    ],
    [
      "somebody cancels it",
      commandAnswer([], { Status: "Cancelled", StatusDetails: "Cancelled" }),
      /ended as Cancelled/,
    ],
    ["it is at it for ever", commandAnswer([], { Status: "InProgress" }), /had no answer after/],
    ["its output is cut", commandAnswer(soundVolume.slice(0, -1)), /its output was cut/],
    ["it says nothing", commandAnswer([]), /said less than all/],
  ])("not proven where %s, and never good", async (_, answer, why) => {
    const delivery = await opened();
    await record(delivery.aws, answer);
    const { action, told, output } = await drilled(delivery);
    expect(action?.outcome).toBe("applied");
    expect(output).toMatchObject({ result: "unknown", checked: "restored" });
    expect(output.why).toMatch(/; not proven, because /);
    expect(output.why).toMatch(why);
    expect(told).toMatchObject({
      severity: "warning",
      title:
        "the backup of v0 of the slot 2026-11-21 was restored, and what is on it is not proven: whether it is good is not known",
    });
    expect(await leftovers(delivery)).toEqual([]);
  });

  test.each<[operation: string, code: string, why: RegExp]>([
    [
      "RunInstances",
      "InsufficientInstanceCapacity",
      /its instance could not be made: .*InsufficientInstanceCapacity/,
    ],
    [
      "RunInstances",
      "UnauthorizedOperation",
      /its instance could not be made: .*UnauthorizedOperation/,
    ],
    [
      "AttachVolume",
      "AttachmentLimitExceeded",
      /a volume could not be attached: .*AttachmentLimitExceeded/,
    ],
    ["SendCommand", "InvalidInstanceId", /the check could not be sent: .*InvalidInstanceId/],
    [
      "GetCommandInvocation",
      "AccessDeniedException",
      /the check's answer could not be read: .*AccessDenied/,
    ],
    [
      "DescribeInstanceInformation",
      "AccessDeniedException",
      /its agent could not be asked for: .*AccessDenied/,
    ],
    [
      "DescribeSubnets",
      "UnauthorizedOperation",
      /where it is to be made could not be looked at: .*Unauthorized/,
    ],
  ])("not proven where %s is refused with %s", async (operation, code, why) => {
    const delivery = await opened();
    delivery.proxy.fault((call) => call.operation === operation, `refused:${code}`);
    const { action, output } = await drilled(delivery);
    expect([action?.outcome, output.result]).toEqual(["applied", "unknown"]);
    expect(output.why).toMatch(why);
    expect(await leftovers(delivery)).toEqual([]);
  });

  test("without its subnet nothing is made but the volumes", async () => {
    const delivery = await opened({ subnet: "elsewhere" });
    const { output } = await drilled(delivery);
    expect(output.why).toMatch(/because there is no subnet elsewhere: make it, or correct/);
    expect(asked(delivery, "RunInstances")).toEqual([]);
  });

  test("a group that lets everything out is refused, with the remedy", async () => {
    const delivery = await opened();
    await delivery.aws.client(EC2Client).send(
      new AuthorizeSecurityGroupEgressCommand({
        GroupId: delivery.group,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    );
    const { output } = await drilled(delivery);
    expect(output.why).toMatch(
      /the security group drill .* lets everything out.*take that rule out/,
    );
    expect(asked(delivery, "RunInstances")).toEqual([]);
  });

  test.each(["AttachVolume", "SendCommand"])(
    "the answer to %s is lost: it is done once",
    async (operation) => {
      const delivery = await opened();
      delivery.proxy.fault((call) => call.operation === operation, "resetAfter", { times: 1 });
      const { output } = await drilled(delivery);
      expect(output.result).toBe("good");
      expect(await leftovers(delivery)).toEqual([]);
      if (operation === "SendCommand") expect(asked(delivery, operation)).toHaveLength(1);
    },
  );

  test("the answer to RunInstances is lost: it is sent again with the same token, which the embedded AWS does not heed", async () => {
    const delivery = await opened();
    delivery.proxy.fault(({ operation }) => operation === "RunInstances", "resetAfter", {
      times: 1,
    });
    const { output } = await drilled(delivery);
    expect(output.result).toBe("good");
    const tokens = asked(delivery, "RunInstances").map(
      ({ parameters }) => (parameters as Record<string, string>).ClientToken,
    );
    expect(tokens.length).toBeGreaterThan(1);
    expect(new Set(tokens).size).toBe(1);
  });

  test("nobody may drill any more while it is read: it ends, and takes instance and volumes back", async () => {
    const delivery = await opened();
    await record(delivery.aws, agentAnswer());
    const run = await delivery.deliver();
    for (let nth = 0; nth < 9 && !asked(delivery, "RunInstances").length; nth += 1)
      await delivery.flows.carryNext();
    const Tags = [{ Key: "nightshift:exempt", Value: "owner=ann@example.com" }];
    await delivery.aws
      .client(EC2Client)
      .send(new CreateTagsCommand({ Resources: [delivery.snapshot], Tags }));
    await record(delivery.aws, agentAnswer("Online"));
    const ended = await delivery.ended(run);
    const [action] = await actionsOf(delivery.store, "unit", unit.id, ended.id);
    expect([action?.outcome, action?.held?.by]).toEqual(["held", "exemption"]);
    expect(await leftovers(delivery)).toEqual([]);
  });

  test("what it found stands on the snapshot", async () => {
    const delivery = await opened();
    const { action } = await drilled(delivery);
    const { text } = (action as { output: { text: string } }).output;
    expect(drillWordIn({ Tags: [{ Key: "nightshift:drilled", Value: text }] })).toMatchObject({
      result: "good",
      checked: "read",
    });
  });
});
