/** Makes a security group again that was deleted: with its rules, their descriptions and tags. */
import type { SecurityGroupRule, Tag } from "@aws-sdk/client-ec2";
import { ownTags, permissionOf } from "../../../aws/ec2/rule-permission.ts";
import {
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  describeSecurityGroups,
} from "../../../aws/ec2/security-group.ts";
import {
  authorizeSecurityGroupEgress,
  createSecurityGroup,
  revokeSecurityGroupEgress,
} from "../../../aws/ec2/security-group-life.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { serialise } from "../../../sdk/codec.ts";
import { compareText } from "../../../sdk/compare.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import { NotPossible } from "../../../sdk/errors.ts";

/** A group as it is described in its own rules, whatever its id is. */
const itself = "itself";

/** A rule, but for its id and its group's. */
export interface RuleSpec {
  readonly egress: boolean;
  readonly rule: Omit<
    SecurityGroupRule,
    "SecurityGroupRuleId" | "GroupId" | "GroupOwnerId" | "IsEgress" | "Tags"
  >;
  readonly tags: Readonly<Record<string, string>>;
}

/** A group, but for its id. */
export interface GroupSpec {
  readonly name: string;
  readonly description: string;
  readonly vpc: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly rules: readonly RuleSpec[];
}

/** On one that was made again: the id that it had. */
export const madeAgainTag = "nightshift:was";

/** In the order of their keys; those of AWS and the one that says what it was are left out. */
export function plainTags(tags: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  const own = ownTags(tags).filter(({ Key }) => Key !== madeAgainTag);
  const pairs = own.map(({ Key = "", Value = "" }) => [Key, Value] as const);
  return Object.fromEntries(pairs.sort(([a], [b]) => compareText(a, b)));
}

/** The fields that make a rule, those alone that it has. */
export function ruleSpec(rule: SecurityGroupRule): RuleSpec {
  const { IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, PrefixListId, Description } = rule;
  const { GroupId, UserId } = rule.ReferencedGroupInfo ?? {};
  const isOwn = GroupId !== undefined && GroupId === rule.GroupId;
  const named = { GroupId, ...(UserId !== undefined && { UserId }) };
  return {
    egress: rule.IsEgress === true,
    rule: {
      ...(IpProtocol !== undefined && { IpProtocol }),
      ...(FromPort !== undefined && { FromPort }),
      ...(ToPort !== undefined && { ToPort }),
      ...(CidrIpv4 !== undefined && { CidrIpv4 }),
      ...(CidrIpv6 !== undefined && { CidrIpv6 }),
      ...(PrefixListId !== undefined && { PrefixListId }),
      ...(GroupId !== undefined && {
        ReferencedGroupInfo: isOwn ? { GroupId: itself } : named,
      }),
      ...(Description !== undefined && { Description }),
    },
    tags: plainTags(rule.Tags),
  };
}

const inText = (spec: RuleSpec): string => serialise(spec);

/** In an order that is the same each time. */
export const ruleSpecs = (rules: readonly SecurityGroupRule[]): readonly RuleSpec[] =>
  rules.map(ruleSpec).sort((a, b) => compareText(inText(a), inText(b)));

const parts = [
  describeSecurityGroups,
  describeSecurityGroupRules,
  createSecurityGroup,
  authorizeSecurityGroupIngress,
  authorizeSecurityGroupEgress,
  revokeSecurityGroupEgress,
] as const;
type Use = UsePart<typeof parts>;

/** What is made again, and the id that it had. */
export interface GroupMadeAgain extends GroupSpec {
  readonly was: string;
}

const tagList = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** That which an earlier attempt has made; another of its name is somebody else's. */
async function madeBefore({ name, vpc, was }: GroupMadeAgain, use: Use) {
  const Filters = [
    { Name: "group-name", Values: [name] },
    { Name: "vpc-id", Values: [vpc] },
  ];
  const [group] = await Array.fromAsync(use(describeSecurityGroups({ Filters })));
  if (!group) return undefined;
  if (group.Tags?.some(({ Key, Value }) => Key === madeAgainTag && Value === was))
    return group.GroupId;
  throw new NotPossible(
    `${vpc} has another security group of the name ${name} by now, ${group.GroupId}: rename or delete that one, or use it`,
  );
}

async function madeNow({ name, description, vpc, tags, was }: GroupMadeAgain, use: Use) {
  const Tags = tagList({ ...tags, [madeAgainTag]: was });
  const { GroupId } = await use(
    createSecurityGroup({
      GroupName: name,
      Description: description,
      VpcId: vpc,
      TagSpecifications: [{ ResourceType: "security-group", Tags }],
    }),
  );
  return GroupId;
}

/** Rules that one request adds. */
const rulesAtOnce = 50;

/** All of one direction, and of the same tags. */
async function addRules(GroupId: string, rules: readonly RuleSpec[], use: Use): Promise<void> {
  const alike = Map.groupBy(rules, ({ egress, tags }) => JSON.stringify([egress, tags]));
  for (const some of alike.values())
    for (const specs of chunks(some, rulesAtOnce)) {
      const [{ egress, tags } = { egress: false, tags: {} }] = specs;
      const IpPermissions = specs.map(({ rule }) => {
        const isOwn = rule.ReferencedGroupInfo?.GroupId === itself;
        return permissionOf(isOwn ? { ...rule, ReferencedGroupInfo: { GroupId } } : rule);
      });
      const Tags = tagList(tags);
      const input = {
        GroupId,
        IpPermissions,
        ...(Tags.length > 0 && {
          TagSpecifications: [{ ResourceType: "security-group-rule" as const, Tags }],
        }),
      };
      if (egress) await use(authorizeSecurityGroupEgress(input));
      else await use(authorizeSecurityGroupIngress(input));
    }
}

/**
 * It looks before each step: what an earlier attempt has made is gone on with. It has no more rules
 * than it had: EC2 gives a new one a rule that lets all out.
 */
export const makeSecurityGroup = composedWrite("vpc:MakeSecurityGroup", {
  parts,
  async does(input: GroupMadeAgain, use) {
    const GroupId = (await madeBefore(input, use)) ?? (await madeNow(input, use)) ?? "";
    const Filters = [{ Name: "group-id", Values: [GroupId] }];
    const there = await Array.fromAsync(use(describeSecurityGroupRules({ Filters })));
    const known = new Set(there.map((rule) => inText(ruleSpec(rule))));
    const wanted = new Set(input.rules.map(inText));
    const tooMany = there.filter(
      (rule) => rule.IsEgress === true && !wanted.has(inText(ruleSpec(rule))),
    );
    if (tooMany.length > 0) {
      const ids = tooMany.flatMap(({ SecurityGroupRuleId }) => SecurityGroupRuleId ?? []);
      await use(revokeSecurityGroupEgress({ GroupId, SecurityGroupRuleIds: ids }));
    }
    const missing = input.rules.filter((spec) => !known.has(inText(spec)));
    await addRules(GroupId, missing, use);
    return { GroupId };
  },
  made: ({ GroupId }) => GroupId,
  irreversible: "what is made again is deleted by the unit, once nothing has used it for its time",
});
