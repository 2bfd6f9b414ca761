import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeAddressesCommand,
  EC2Client,
  RunInstancesCommand,
  type Tag,
} from "@aws-sdk/client-ec2";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
  type RRType,
} from "@aws-sdk/client-route-53";
import { days } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import associated from "./events/associate-address.json" with { type: "json" };

/** Addresses by what they are; each has the number of its line. */
const tags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  idle: { team: "web" },
  "idle-too": {},
  exempt: { "nightshift:exempt": "owner=ann@example.com reason=partners" },
  "of-a-stack": { "aws:cloudformation:stack-name": "shop" },
  "of-a-cluster": { "kubernetes.io/cluster/prod": "owned" },
  "in-dns": {},
  "in-spf": {},
  "under-its-host-name": {},
  "let-in": {},
  "let-out": {},
  used: {},
};

async function allocate(aws: TestAccount, name: string) {
  const Tags = Object.entries({ Name: name, ...tags[name] }).map(([Key, Value]) => ({
    Key,
    Value,
  }));
  const { PublicIp = "", AllocationId } = await aws.client(EC2Client).send(
    new AllocateAddressCommand({
      Domain: "vpc",
      Address: `203.0.113.${Object.keys(tags).indexOf(name) + 1}`,
      TagSpecifications: [{ ResourceType: "elastic-ip", Tags }],
    }),
  );
  return { PublicIp, AllocationId };
}

/** Two pages of records, and what names addresses on the second. */
async function makeZone(aws: TestAccount, values: Readonly<Record<string, string>>): Promise<void> {
  const route53 = aws.client(Route53Client);
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({
      Name: `${aws.region}.example.com`,
      CallerReference: `addresses-${aws.region}`,
    }),
  );
  const records: readonly (readonly [name: string, type: RRType, value: string])[] = [
    ["shop", "A", values["in-dns"] ?? ""],
    ["mail", "TXT", `"v=spf1 ip4:${values["in-spf"]} -all"`],
    [
      "old",
      "CNAME",
      `ec2-${values["under-its-host-name"]?.replaceAll(".", "-")}.eu-west-1.compute.amazonaws.com`,
    ],
    ["elsewhere", "A", "192.0.2.1"],
  ];
  await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone?.Id,
      ChangeBatch: {
        Changes: records.map(([name, Type, Value]) => ({
          Action: "CREATE",
          ResourceRecordSet: {
            Name: `${name}.${aws.region}.example.com`,
            Type,
            TTL: 300,
            ResourceRecords: [{ Value }],
          },
        })),
      },
    }),
  );
}

async function makeRules(aws: TestAccount, values: Readonly<Record<string, string>>) {
  const ec2 = aws.client(EC2Client);
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "allow-list", Description: "who may come in" }),
  );
  const from = (name: string) => [
    {
      IpProtocol: "tcp",
      FromPort: 443,
      ToPort: 443,
      IpRanges: [{ CidrIp: `${values[name]}/32` }],
    },
  ];
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: from("let-in") }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: from("let-out") }),
  );
}

async function use(aws: TestAccount, AllocationId: string | undefined): Promise<void> {
  const ec2 = aws.client(EC2Client);
  const { Instances: [instance] = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  await ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId: instance?.InstanceId }));
}

const nameOf = (Tags: readonly Tag[]): string =>
  Tags.find(({ Key }) => Key === "Name")?.Value ?? "";

async function addresses(aws: TestAccount) {
  const { Addresses = [] } = await aws.client(EC2Client).send(new DescribeAddressesCommand({}));
  return Addresses;
}

export const fixture: AutomationFixture = {
  settings: { irreversible: "act" },
  counted: days(40),
  async seed(aws) {
    const values: Record<string, string> = {};
    for (const name of Object.keys(tags)) {
      const { PublicIp, AllocationId } = await allocate(aws, name);
      values[name] = PublicIp;
      if (name === "used") await use(aws, AllocationId);
    }
    await makeZone(aws, values);
    await makeRules(aws, values);
  },
  // One that comes back has a new allocation id; that of an association tells nothing.
  async look(aws) {
    return Object.fromEntries(
      (await addresses(aws)).map(({ PublicIp, Domain, AssociationId, Tags = [] }) => [
        nameOf(Tags),
        { PublicIp, Domain, used: Boolean(AssociationId), tags: Tags.toSorted(byKey) },
      ]),
    );
  },
  wrong: ["idle", "idle-too"],
  held: {
    exempt: "exemption",
    "of-a-stack": "managed",
    "of-a-cluster": "managed",
    "in-dns": "managed",
    "in-spf": "managed",
    "under-its-host-name": "managed",
    "let-in": "managed",
    "let-out": "managed",
  },
  event: {
    async of(aws) {
      const used = (await addresses(aws)).find(({ Tags = [] }) => nameOf(Tags) === "used");
      const { detail } = associated;
      const requestParameters = {
        ...detail.requestParameters,
        allocationId: used?.AllocationId,
      };
      return { ...associated, detail: { ...detail, requestParameters } };
    },
    wrong: [],
  },
};

function byKey({ Key: a = "" }: Tag, { Key: b = "" }: Tag): number {
  return a < b ? -1 : 1;
}
