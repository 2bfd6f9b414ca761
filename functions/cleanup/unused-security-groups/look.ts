/** Security groups, who uses each, and the rules of those that nobody uses. */
import type { SecurityGroup, SecurityGroupRule } from "@aws-sdk/client-ec2";
import {
  describeSecurityGroupRules,
  describeSecurityGroups,
} from "../../../aws/ec2/security-group.ts";
import {
  describeSecurityGroupReferences,
  describeSecurityGroupVpcAssociations,
} from "../../../aws/ec2/security-group-life.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type GroupUsers, groupUsers, readsOfGroupUsers } from "./users.ts";

export const readsOfGroups = [
  describeSecurityGroups,
  describeSecurityGroupReferences,
  describeSecurityGroupVpcAssociations,
  ...readsOfGroupUsers,
] as const;
type Read = Reader<typeof readsOfGroups>;

/** A security group, and what is known of it beside. */
export interface FoundSecurityGroup {
  readonly group: SecurityGroup;
  /** Who uses it; nothing: nobody that AWS tells of. */
  readonly usedBy?: string | undefined;
  /** Of one that nobody uses, or that was asked for by its id. */
  readonly rules: readonly SecurityGroupRule[];
  /** Who else decides about it. */
  readonly manager: string | undefined;
}

interface LookingAtGroups {
  readonly read: Read;
  readonly account: string;
  /** Of the whole region. */
  readonly users: () => Promise<GroupUsers>;
  /** Asked for by id: their rules are read whoever uses them. */
  readonly all: boolean;
}

/** A filter takes 200 values. */
const filterValues = 200;

const byId = (Values: readonly string[]) => ({
  Filters: [{ Name: "group-id", Values: [...Values] }],
});

/** Of what is gone no other is told, so then each is asked for by itself. */
async function* peersOf(
  read: Read,
  ids: readonly string[],
): AsyncGenerator<readonly [string, string]> {
  const answer = await read(describeSecurityGroupReferences({ GroupId: [...ids] }));
  if (!answer && ids.length > 1) for (const id of ids) yield* peersOf(read, [id]);
  for (const { GroupId = "", ReferencingVpcId } of answer?.SecurityGroupReferenceSet ?? [])
    yield [GroupId, `a rule in ${ReferencingVpcId}, beyond a peering or a transit gateway`];
}

async function* associationsOf(
  read: Read,
  ids: readonly string[],
): AsyncGenerator<readonly [string, string]> {
  for await (const { GroupId = "", VpcId, State } of read(
    describeSecurityGroupVpcAssociations(byId(ids)),
  ))
    if (State !== "disassociated") yield [GroupId, `its association with ${VpcId}`];
}

/** No person can delete these: they live as long as their VPC. */
export const isDefault = ({ GroupName }: SecurityGroup): boolean => GroupName === "default";

/** All users of the region, read once, and only where something asks. */
export function usersOnce(read: Read): () => Promise<GroupUsers> {
  let users: Promise<GroupUsers> | undefined;
  return () => {
    users ??= groupUsers(read);
    return users;
  };
}

/** Who uses those that no interface, rule or template of the account names. */
async function othersUsing(read: Read, ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const some of chunks(ids, filterValues))
    for (const uses of [peersOf(read, some), associationsOf(read, some)])
      for await (const [id, by] of uses) if (!found.has(id)) found.set(id, by);
  return found;
}

async function rulesOf(read: Read, ids: readonly string[]): Promise<SecurityGroupRule[]> {
  const rules: SecurityGroupRule[] = [];
  for (const some of chunks(ids, filterValues))
    for await (const rule of read(describeSecurityGroupRules(byId(some)))) rules.push(rule);
  return rules;
}

const idOf = ({ GroupId = "" }: SecurityGroup): string => GroupId;

export async function securityGroupsLooked(
  groups: readonly SecurityGroup[],
  { read, account, users, all }: LookingAtGroups,
): Promise<FoundSecurityGroup[]> {
  const own = groups.filter((group) => !isDefault(group));
  const known: GroupUsers = own.length ? await users() : new Map();
  const byNameOrId = (group: SecurityGroup) =>
    known.get(idOf(group)) ?? known.get(group.GroupName ?? "");
  const left = own.filter((group) => byNameOrId(group) === undefined).map(idOf);
  const others = await othersUsing(read, left);
  const unused = left.filter((id) => !others.has(id));
  const rules = await rulesOf(read, all ? own.map(idOf) : unused);
  const byGroup = Map.groupBy(rules, ({ GroupId }) => GroupId);
  return groups.map((group) => ({
    group,
    usedBy: byNameOrId(group) ?? others.get(idOf(group)),
    rules: byGroup.get(group.GroupId) ?? [],
    manager: groupManager(group, account),
  }));
}

/** By id; one that is gone fails no other. */
export async function securityGroupsNamed(
  read: Read,
  ids: readonly string[],
): Promise<SecurityGroup[]> {
  const named: SecurityGroup[] = [];
  for (const some of chunks(ids, filterValues))
    for await (const group of read(describeSecurityGroups(byId(some)))) named.push(group);
  return named;
}

/** Services make these and look for them by their names. */
const ofServices: readonly (readonly [beginning: string, service: string])[] = [
  ["ElasticMapReduce-", "EMR, which takes it for its next cluster"],
  ["GlobalAccelerator", "Global Accelerator"],
  ["AWS-OpsWorks-", "OpsWorks"],
  ["awseb-", "Elastic Beanstalk"],
  ["eks-cluster-sg-", "EKS"],
  ["d-", "Directory Service"],
];

const isControllers = (name: string): boolean => name.endsWith("_controllers");

/** Who else decides about it (rule: managed-by-others). */
export function groupManager({ Tags, GroupName = "", OwnerId }: SecurityGroup, account: string) {
  if (OwnerId !== undefined && OwnerId !== account)
    return `account ${OwnerId}, which owns the group`;
  const by = managedBy(Tags);
  if (by) return by;
  const service = ofServices.find(([beginning]) => GroupName.startsWith(beginning));
  if (!service) return undefined;
  const [beginning, name] = service;
  return beginning === "d-" && !isControllers(GroupName) ? undefined : name;
}
