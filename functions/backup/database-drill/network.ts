/** The network that databases are restored into: looked at before anything is. */
import type { SecurityGroup } from "@aws-sdk/client-ec2";
import type { DBSubnetGroup } from "@aws-sdk/client-rds";
import { describeSecurityGroups } from "../../../aws/ec2/security-group.ts";
import { describeDBSubnetGroups } from "../../../aws/rds/subnet-group.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { troubleOfGroup } from "../isolated-group.ts";

export const networkReads = [describeDBSubnetGroups, describeSecurityGroups] as const;

/** As the settings name it. */
export interface NamedNetwork {
  readonly subnetGroup: string;
  readonly securityGroups: readonly string[];
}

/** As RDS takes it. */
export interface DrillNetwork {
  readonly subnetGroup: string;
  /** Ids. */
  readonly securityGroups: readonly string[];
}

/** What the settings name, or why nothing may be restored there, with the remedy. */
export type LookedAtNetwork = { readonly network: DrillNetwork } | { readonly trouble: string };

const ownJobs = "a restored database begins with the jobs that the original had";

/**
 * @param groups those of the names that EC2 knows in the subnets' VPC
 * @returns why nothing may be restored there; nothing where it may
 */
export function troubleOfNetwork(
  { subnetGroup, securityGroups }: NamedNetwork,
  { SubnetGroupStatus, VpcId }: DBSubnetGroup,
  groups: readonly SecurityGroup[],
): string | undefined {
  if (SubnetGroupStatus !== "Complete")
    return `the subnet group ${subnetGroup} of \`network\` is ${SubnetGroupStatus}`;
  const missing = securityGroups.filter((name) => !groups.some((each) => each.GroupName === name));
  if (missing.length)
    return `${VpcId}, in which the subnet group ${subnetGroup} lies, has no security group ${missing.join(", ")}: make it, or correct \`network\``;
  return groups
    .map((group) => troubleOfGroup(group, "network", ownJobs))
    .find((trouble) => trouble !== undefined);
}

/** @param named in the settings */
export async function lookAtNetwork(
  read: Reader<typeof networkReads>,
  named: NamedNetwork | undefined,
  region: string,
): Promise<LookedAtNetwork> {
  if (!named)
    return {
      trouble:
        "the settings have no `network`: name a subnet group and security groups that databases may be restored into",
    };
  const { subnetGroup: DBSubnetGroupName } = named;
  const answer = await read(describeDBSubnetGroups({ DBSubnetGroupName }));
  const [subnets] = answer?.DBSubnetGroups ?? [];
  if (!subnets)
    return {
      trouble: `${region} has no subnet group ${DBSubnetGroupName}: make it, or correct \`network\``,
    };
  const Filters = [
    { Name: "vpc-id", Values: [subnets.VpcId ?? ""] },
    { Name: "group-name", Values: [...named.securityGroups] },
  ];
  const groups = await Array.fromAsync(read(describeSecurityGroups({ Filters })));
  const trouble = troubleOfNetwork(named, subnets, groups);
  if (trouble !== undefined) return { trouble };
  const securityGroups = groups.flatMap(({ GroupId }) => GroupId ?? []).sort();
  return { network: { subnetGroup: DBSubnetGroupName, securityGroups } };
}
