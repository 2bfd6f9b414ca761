/**
 * Who uses security groups: interfaces that carry them, and what names them and has no interface at
 * the moment, as a function that nobody has called for weeks or a service that is scaled to nothing.
 */
import { describeLaunchConfigurations } from "../../../aws/autoscaling/launch-configuration.ts";
import { batchGetProjects, listProjects } from "../../../aws/codebuild/project.ts";
import { describeSpotFleetRequests } from "../../../aws/ec2/fleet.ts";
import {
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
} from "../../../aws/ec2/launch-template.ts";
import { describeNetworkInterfaces } from "../../../aws/ec2/network-interface.ts";
import { describeSecurityGroupRules } from "../../../aws/ec2/security-group.ts";
import { describeVpcEndpoints } from "../../../aws/ec2/vpc-endpoint.ts";
import { everyVersion, listFunctions } from "../../../aws/lambda/image-function.ts";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { ofTasks, readsOfTasks } from "./tasks.ts";

export const readsOfGroupUsers = [
  describeNetworkInterfaces,
  describeSecurityGroupRules,
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
  describeLaunchConfigurations,
  describeSpotFleetRequests,
  describeVpcEndpoints,
  listFunctions,
  describeDBInstances,
  describeDBClusters,
  listProjects,
  batchGetProjects,
  ...readsOfTasks,
] as const;
export type GroupUsersRead = Reader<typeof readsOfGroupUsers>;

/** A group, by its id or its name, and who uses it, as it reads in "used by …". */
export type GroupUse = readonly [group: string | undefined, by: string];

/** So many launch templates are read at once. */
const together = 4;

/** What an interface is for, as whoever made it says. */
async function* ofInterfaces(read: GroupUsersRead): AsyncGenerator<GroupUse> {
  for await (const { NetworkInterfaceId, Groups = [], Description } of read(
    describeNetworkInterfaces({}),
  ))
    for (const { GroupId } of Groups)
      yield [
        GroupId,
        `the network interface ${NetworkInterfaceId}${Description ? ` (${Description})` : ""}`,
      ];
}

async function* ofRules(read: GroupUsersRead): AsyncGenerator<GroupUse> {
  for await (const rule of read(describeSecurityGroupRules({}))) {
    const { GroupId, SecurityGroupRuleId, ReferencedGroupInfo } = rule;
    const named = ReferencedGroupInfo?.GroupId;
    if (named !== GroupId) yield [named, `the rule ${SecurityGroupRuleId} of ${GroupId}`];
  }
}

/** In all versions: whatever starts instances may name an old one. */
async function* ofTemplates(read: GroupUsersRead): AsyncGenerator<GroupUse> {
  const templates = await Array.fromAsync(read(describeLaunchTemplates({})));
  const versions = await concurrently(
    templates,
    ({ LaunchTemplateId }) =>
      Array.fromAsync(read(describeLaunchTemplateVersions({ LaunchTemplateId }))),
    { concurrency: together },
  );
  for (const { LaunchTemplateName, VersionNumber, LaunchTemplateData } of versions.flat()) {
    const { SecurityGroupIds = [], SecurityGroups = [] } = LaunchTemplateData ?? {};
    const interfaces = LaunchTemplateData?.NetworkInterfaces ?? [];
    const named = [
      ...SecurityGroupIds,
      ...SecurityGroups,
      ...interfaces.flatMap(({ Groups = [] }) => Groups),
    ];
    for (const group of named)
      yield [group, `version ${VersionNumber} of the launch template ${LaunchTemplateName}`];
  }
}

async function* ofStarters(read: GroupUsersRead): AsyncGenerator<GroupUse> {
  for await (const each of read(describeLaunchConfigurations({})))
    for (const group of each.SecurityGroups ?? [])
      yield [group, `the launch configuration ${each.LaunchConfigurationName}`];
  for await (const { SpotFleetRequestId, SpotFleetRequestConfig } of read(
    describeSpotFleetRequests({}),
  ))
    for (const {
      SecurityGroups = [],
      NetworkInterfaces = [],
    } of SpotFleetRequestConfig?.LaunchSpecifications ?? []) {
      const named = [
        ...SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []),
        ...NetworkInterfaces.flatMap(({ Groups = [] }) => Groups),
      ];
      for (const group of named) yield [group, `the spot fleet ${SpotFleetRequestId}`];
    }
}

/** One that is not accepted yet has no interface. */
async function* ofEndpoints(read: GroupUsersRead): AsyncGenerator<GroupUse> {
  for await (const { VpcEndpointId, Groups = [] } of read(describeVpcEndpoints({})))
    for (const { GroupId } of Groups) yield [GroupId, `the VPC endpoint ${VpcEndpointId}`];
}

/** Lambda takes the interfaces of a function away that nobody calls for weeks. */
async function* ofFunctions(read: GroupUsersRead): AsyncGenerator<GroupUse> {
  for await (const { FunctionName, VpcConfig } of read(listFunctions(everyVersion)))
    for (const group of VpcConfig?.SecurityGroupIds ?? [])
      yield [group, `the function ${FunctionName}`];
}

/** A cluster without instances, or one that is stopped, may have no interface. */
async function* ofDatabases(read: GroupUsersRead): AsyncGenerator<GroupUse> {
  for await (const { DBInstanceIdentifier, VpcSecurityGroups = [] } of read(
    describeDBInstances({}),
  ))
    for (const { VpcSecurityGroupId } of VpcSecurityGroups)
      yield [VpcSecurityGroupId, `the database ${DBInstanceIdentifier}`];
  for await (const { DBClusterIdentifier, VpcSecurityGroups = [] } of read(describeDBClusters({})))
    for (const { VpcSecurityGroupId } of VpcSecurityGroups)
      yield [VpcSecurityGroupId, `the database cluster ${DBClusterIdentifier}`];
}

/** CodeBuild tells of so many projects at once. */
const projectsAtOnce = 100;

/** They have interfaces while they build. */
async function* ofProjects(read: GroupUsersRead): AsyncGenerator<GroupUse> {
  const all = await Array.fromAsync(read(listProjects({})));
  for (const names of chunks(all, projectsAtOnce)) {
    const { projects = [] } = await read(batchGetProjects({ names: [...names] }));
    for (const { name, vpcConfig } of projects)
      for (const group of vpcConfig?.securityGroupIds ?? [])
        yield [group, `the CodeBuild project ${name}`];
  }
}

/** By id or name: who uses it. */
export type GroupUsers = ReadonlyMap<string, string>;

/**
 * All users of a region, as far as AWS tells of them.
 * @throws what AWS answers: what could not be read may use any of them
 */
export async function groupUsers(read: GroupUsersRead): Promise<GroupUsers> {
  const users = new Map<string, string>();
  for (const uses of [
    ofInterfaces,
    ofRules,
    ofTemplates,
    ofStarters,
    ofEndpoints,
    ofFunctions,
    ofDatabases,
    ofProjects,
    ofTasks,
  ])
    for await (const [group, by] of uses(read))
      if (group !== undefined && !users.has(group)) users.set(group, by);
  return users;
}
