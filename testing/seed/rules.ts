/** Security groups whose rules let in too much, and some that look like it. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  type IpPermission,
  type SecurityGroupRule,
  type Tag,
} from "@aws-sdk/client-ec2";
import { after, days } from "../../sdk/time.ts";
import type { Expected, SeededAccount, Thing } from "./thing.ts";

interface Rule {
  /** Protocol and ports: `tcp 22`, `tcp 20-25`, `-1`. */
  readonly lets: string;
  readonly from: string;
  readonly about?: string;
}

interface Group {
  readonly region: string;
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly expected: Expected;
  readonly tags?: (now: Date) => Readonly<Record<string, string>>;
  /** The settings name it by its id, so it must always get the same. */
  readonly id?: string;
}

const [eu, us] = ["eu-central-1", "us-east-1"];
const world = "0.0.0.0/0";
const day = (at: Date): string => at.toISOString().slice(0, 10);

/** The one that is opened in the evening, and told of by an event. */
export const openedTonight = "bastion";
/** The one whose closing a person takes back. */
export const ruleTakenBack = "search";

const groups: readonly Group[] = [
  {
    region: eu,
    name: openedTonight,
    rules: [{ lets: "tcp 22", from: world, about: "just for now" }],
    expected: "changed",
  },
  {
    region: eu,
    name: "jump-host",
    rules: [{ lets: "tcp 3389", from: "::/0" }],
    expected: "changed",
  },
  {
    region: eu,
    name: "build-agents",
    rules: [{ lets: "tcp 20-25", from: world }],
    expected: "changed",
  },
  {
    region: eu,
    name: "erp",
    rules: [{ lets: "-1", from: world, about: "vendor asked for it" }],
    expected: "changed",
  },
  {
    region: eu,
    name: "reporting-db",
    rules: [
      { lets: "tcp 5432", from: "0.0.0.0/1" },
      { lets: "tcp 5432", from: "128.0.0.0/1" },
    ],
    expected: "changed",
  },
  // Whoever opens a port can also tag the group: without an end that is near, a tag exempts nothing
  // from a security automation.
  {
    region: eu,
    name: "lab",
    rules: [{ lets: "tcp 6379", from: world }],
    expected: "changed",
    tags: () => ({ "nightshift:exempt": "owner=bob@example.com reason=lab" }),
  },
  {
    region: eu,
    name: "migration",
    rules: [{ lets: "tcp 3306", from: world }],
    expected: { heldBy: "exemption" },
    tags: (now) => ({
      "nightshift:exempt": `until=${day(after(now, days(7)))} owner=ann@example.com reason=cut-over this week`,
    }),
  },
  {
    region: eu,
    name: "partner-sftp",
    id: "sg-a4c123b1612dd272d",
    rules: [{ lets: "tcp 22", from: world }],
    expected: { heldBy: "exemption" },
  },
  {
    region: eu,
    name: "shop",
    rules: [{ lets: "tcp 22", from: world }],
    expected: { heldBy: "managed" },
    tags: () => ({
      "aws:cloudformation:stack-name": "shop",
      "aws:cloudformation:logical-id": "Ssh",
    }),
  },
  {
    region: eu,
    name: "intranet",
    rules: [
      { lets: "tcp 22", from: "10.0.0.0/8" },
      { lets: "tcp 3389", from: "172.16.0.0/12" },
      { lets: "-1", from: "192.168.0.0/16" },
    ],
    expected: "untouched",
  },
  {
    region: eu,
    name: "website",
    rules: [
      { lets: "tcp 443", from: world },
      { lets: "tcp 443", from: "::/0" },
    ],
    expected: "untouched",
  },
  {
    region: eu,
    name: "office",
    rules: [{ lets: "tcp 22", from: "81.2.69.0/24", about: "the office's own addresses" }],
    expected: "untouched",
  },
  {
    region: us,
    name: ruleTakenBack,
    rules: [{ lets: "tcp 9200", from: world, about: "dashboards" }],
    expected: "taken back",
  },
  { region: us, name: "kube-api", rules: [{ lets: "tcp 6443", from: world }], expected: "changed" },
  {
    region: us,
    name: "docker-hosts",
    rules: [{ lets: "tcp 2375-2376", from: world }],
    expected: "changed",
  },
  { region: us, name: "website", rules: [{ lets: "tcp 443", from: world }], expected: "untouched" },
];

function permission({ lets, from, about: Description }: Rule): IpPermission {
  const [IpProtocol = "-1", ports] = lets.split(" ");
  const [FromPort, ToPort = FromPort] = ports?.split("-").map(Number) ?? [];
  const range = from.includes(":")
    ? { Ipv6Ranges: [{ CidrIpv6: from, Description }] }
    : { IpRanges: [{ CidrIp: from, Description }] };
  return { IpProtocol, ...(FromPort !== undefined && { FromPort, ToPort }), ...range };
}

const tagsOf = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** @returns the id of each group by its name too: events name groups */
export async function seedRules(
  account: SeededAccount,
): Promise<{ readonly things: readonly Thing[]; readonly groups: ReadonlyMap<string, string> }> {
  const ids = new Map<string, string>();

  async function make({ region, name, rules, expected, tags, id }: Group): Promise<Thing[]> {
    const ec2 = account.client(EC2Client, region);
    const Tags = tagsOf({ Name: name, ...tags?.(account.now) });
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: `What ${name} lets in`,
        TagSpecifications: [{ ResourceType: "security-group", Tags }],
      }),
    );
    if (!GroupId) throw new Error(`The embedded AWS made no security group ${name}.`);
    if (id && GroupId !== id)
      throw new Error(
        `The embedded AWS gave ${name} the id ${GroupId}: put it in place of ${id} in testing/night.config.ts and testing/seed/rules.ts.`,
      );
    ids.set(name, GroupId);
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: rules.map(permission),
        TagSpecifications: [
          { ResourceType: "security-group-rule", Tags: [{ Key: "opened-by", Value: "ann" }] },
        ],
      }),
    );
    const { SecurityGroupRules = [] } = await ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId] }] }),
    );
    return SecurityGroupRules.filter(({ IsEgress }) => !IsEgress).map(
      ({ SecurityGroupRuleId: of = "" }) => ({
        unit: "open-ingress",
        region,
        id: of,
        name,
        expected,
      }),
    );
  }

  // The embedded AWS makes ids from a sequence that can be begun anew: the first one is then known.
  const exempted = groups.filter(({ id }) => id);
  await fetch(`${account.endpoint}/moto-api/seed?a=7`, { method: "POST" });
  const first = [];
  for (const group of exempted) first.push(await make(group));
  const others = await Promise.all(groups.filter(({ id }) => !id).map(make));
  return { things: [...first, ...others].flat(), groups: ids };
}

const words = ({
  GroupId,
  IsEgress,
  IpProtocol,
  FromPort,
  ToPort,
  CidrIpv4,
  CidrIpv6,
  Description,
  Tags = [],
}: SecurityGroupRule): string =>
  `${GroupId} lets ${IsEgress ? "out to" : "in from"} ${CidrIpv4 ?? CidrIpv6 ?? "groups"}: ${IpProtocol} ${FromPort}-${ToPort}, "${Description ?? ""}", ${Tags.map(({ Key, Value }) => `${Key}=${Value}`).join(" ")}`;

export async function rulesNow(
  account: SeededAccount,
  region: string,
): Promise<readonly (readonly [id: string, state: string])[]> {
  const { SecurityGroupRules = [] } = await account
    .client(EC2Client, region)
    .send(new DescribeSecurityGroupRulesCommand({}));
  return SecurityGroupRules.map((rule) => [rule.SecurityGroupRuleId ?? "", words(rule)] as const);
}
