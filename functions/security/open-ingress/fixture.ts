import {
  AuthorizeSecurityGroupIngressCommand,
  CreateManagedPrefixListCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import { serialise } from "../../../sdk/codec.ts";
import { days, after as later } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import type { MemoryAws } from "../../../testing/memory/aws.ts";
import type { AutomationInMemory } from "../../../testing/memory/fixture.ts";
import opened from "./events/authorize-security-group-ingress.json" with { type: "json" };

interface Group {
  readonly rules: readonly IpPermission[];
  readonly tags?: Readonly<Record<string, string>>;
}
const from = (...cidrs: string[]) =>
  cidrs.map((CidrIp) => ({ CidrIp, Description: `from ${CidrIp}` }));
const ssh = (given: Partial<IpPermission>): IpPermission => ({
  IpProtocol: "tcp",
  FromPort: 22,
  ToPort: 22,
  ...given,
});
const world = ssh({ IpRanges: from("0.0.0.0/0") });
const soon = later(new Date(), days(7)).toISOString().slice(0, 10);

/**
 * What is wrong has one open rule, or two that are open together, and one beside it that is in
 * order.
 */
const groups: Readonly<Record<string, Group>> = {
  world: { rules: [world, ssh({ IpRanges: from("10.0.0.0/8") })] },
  "world-6": { rules: [ssh({ Ipv6Ranges: [{ CidrIpv6: "::/0" }] })] },
  halves: { rules: [ssh({ IpRanges: from("0.0.0.0/1", "128.0.0.0/1") })] },
  everything: { rules: [{ IpProtocol: "-1", IpRanges: from("0.0.0.0/0") }] },
  range: { rules: [ssh({ FromPort: 20, ToPort: 30, IpRanges: from("0.0.0.0/0") })] },
  web: { rules: [ssh({ FromPort: 443, ToPort: 443, IpRanges: from("0.0.0.0/0") })] },
  office: { rules: [ssh({ IpRanges: from("8.8.8.8/32") })] },
  exempt: {
    rules: [world],
    tags: { "nightshift:exempt": `until=${soon} owner=ann@example.com reason=migration` },
  },
  "of-a-stack": { rules: [world], tags: { "aws:cloudformation:stack-name": "shop" } },
  // Endless: no exemption from a security automation.
  "says-it-is-exempt": { rules: [world], tags: { "nightshift:exempt": "reason=mine" } },
};

/** Everybody, by way of a list. */
async function throughList(aws: TestAccount): Promise<Group> {
  const { PrefixList } = await aws.client(EC2Client).send(
    new CreateManagedPrefixListCommand({
      PrefixListName: "everyone",
      AddressFamily: "IPv4",
      MaxEntries: 1,
      Entries: [{ Cidr: "0.0.0.0/0" }],
    }),
  );
  return { rules: [ssh({ PrefixListIds: [{ PrefixListId: PrefixList?.PrefixListId }] })] };
}

async function make(aws: TestAccount, name: string, { rules, tags = {} }: Group): Promise<void> {
  const ec2 = aws.client(EC2Client);
  const Tags = Object.entries({ Name: name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: name,
      Description: name,
      TagSpecifications: [{ ResourceType: "security-group", Tags }],
    }),
  );
  const TagSpecifications = [
    { ResourceType: "security-group-rule" as const, Tags: [{ Key: "made-for", Value: name }] },
  ];
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [...rules],
      TagSpecifications,
    }),
  );
}

/** A rule and what comes back of it under another id. */
const openings = (aws: MemoryAws, target: string) =>
  [...aws.ec2.security.rules].filter(([, { tags }]) => tags.for === target);
const openAgain = (aws: MemoryAws, target: string) =>
  void aws.ec2.security.rules.set(target, {
    group: "sg-1",
    protocol: "tcp",
    from: 20 + Number(target.at(-1)),
    to: 30 + Number(target.at(-1)),
    source: "0.0.0.0/0",
    description: "for a while",
    tags: { for: target },
  });

const memory: AutomationInMemory = {
  targetId: (nth) => `sgr-wrong-${nth}`,
  seed(aws, target) {
    const { groups: all, rules } = aws.ec2.security;
    all.set("sg-1", {});
    rules.set("sgr-list", {
      group: "sg-1",
      protocol: "tcp",
      from: 22,
      to: 22,
      source: "pl-1",
      tags: {},
    });
    openAgain(aws, target);
  },
  state: (aws, target) => JSON.stringify(openings(aws, target).map(([, rule]) => rule)),
  isWrong: (aws, target) => openings(aws, target).length > 0,
  spoil(aws, target) {
    if (!openings(aws, target).length) openAgain(aws, target);
  },
  tags: (aws, target) => (openings(aws, target)[0]?.[1].tags ?? {}) as Record<string, string>,
  asksTags: () => "tags",
};

export const fixture: AutomationFixture = {
  async seed(aws) {
    for (const [name, group] of Object.entries(groups)) await make(aws, name, group);
    await make(aws, "through-a-list", await throughList(aws));
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const { SecurityGroupRules = [] } = await ec2.send(new DescribeSecurityGroupRulesCommand({}));
    // A rule that comes back has a new id.
    const rulesOf = (group: string | undefined) =>
      SecurityGroupRules.flatMap(
        ({ GroupId, SecurityGroupRuleId: _, SecurityGroupRuleArn: __, ...rule }) =>
          GroupId === group ? [serialise(rule)] : [],
      ).sort();
    return Object.fromEntries(
      SecurityGroups.map(({ GroupName = "", GroupId, Tags }) => [
        GroupName,
        { GroupId, Tags, rules: rulesOf(GroupId) },
      ]),
    );
  },
  wrong: [
    "world",
    "world-6",
    "halves",
    "everything",
    "range",
    "says-it-is-exempt",
    "through-a-list",
  ],
  held: { exempt: "exemption", "of-a-stack": "managed" },
  event: {
    async of(aws) {
      const { SecurityGroups: [group] = [] } = await aws.client(EC2Client).send(
        new DescribeSecurityGroupsCommand({
          Filters: [{ Name: "group-name", Values: ["halves"] }],
        }),
      );
      const { detail } = opened;
      const requestParameters = { ...detail.requestParameters, groupId: group?.GroupId };
      return { ...opened, detail: { ...detail, requestParameters } };
    },
    wrong: ["halves"],
  },
  memory,
};
