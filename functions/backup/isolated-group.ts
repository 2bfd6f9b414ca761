/** Security groups that what a drill made has: none lets everyone in, or anything out to everyone. */
import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";

/** In the config of a drill. @param told what they are for */
export const isolatedGroups = (told: string) =>
  z
    .array(
      z.string().check(
        z.minLength(1),
        z.maxLength(255),
        z.refine((name) => !/^sg-[0-9a-f]{8,17}$/.test(name), {
          error: "must be the name of a security group, not its id: each region has another id",
        }),
      ),
    )
    .check(
      z.minLength(1, "name at least one: without any AWS takes the network's default group"),
      z.maxLength(5),
      z.describe(told),
    );

const isOpen = ({ IpRanges = [], Ipv6Ranges = [] }: IpPermission): boolean =>
  IpRanges.some(({ CidrIp }) => CidrIp?.endsWith("/0")) ||
  Ipv6Ranges.some(({ CidrIpv6 }) => CidrIpv6?.endsWith("/0"));

/**
 * @param field of the settings, that names it
 * @param why it may let nothing out, in words
 * @returns why nothing may be made with it, with the remedy; nothing where it may
 */
export function troubleOfGroup(
  group: SecurityGroup,
  field: string,
  why: string,
): string | undefined {
  const { GroupName, GroupId, IpPermissions = [], IpPermissionsEgress = [] } = group;
  const named = `the security group ${GroupName} (${GroupId}) of \`${field}\``;
  const remedy = "take that rule out, or name another group";
  if (IpPermissions.some(isOpen)) return `${named} lets everyone in: ${remedy}`;
  if (IpPermissionsEgress.some(isOpen))
    return `${named} lets everything out, and ${why}: ${remedy}`;
  return undefined;
}
