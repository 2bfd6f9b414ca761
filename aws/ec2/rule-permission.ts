/** Rules of security groups, as they are asked for. */
import type { SecurityGroupRule, Tag } from "@aws-sdk/client-ec2";

/** `aws:` tags cannot be written back. */
export const ownTags = (tags: readonly Tag[] = []): Tag[] =>
  tags.filter(({ Key }) => !Key?.startsWith("aws:"));

/** What lets the same through again, its description included; its tags are said beside it. */
export function permissionOf({
  IpProtocol,
  FromPort,
  ToPort,
  CidrIpv4,
  CidrIpv6,
  PrefixListId,
  ReferencedGroupInfo,
  Description,
}: SecurityGroupRule) {
  const described = Description === undefined ? {} : { Description };
  const { GroupId, UserId } = ReferencedGroupInfo ?? {};
  const owned = UserId === undefined ? {} : { UserId };
  return {
    IpProtocol,
    ...(IpProtocol !== "-1" && { FromPort, ToPort }),
    ...(CidrIpv4 && { IpRanges: [{ CidrIp: CidrIpv4, ...described }] }),
    ...(CidrIpv6 && { Ipv6Ranges: [{ CidrIpv6, ...described }] }),
    ...(PrefixListId && { PrefixListIds: [{ PrefixListId, ...described }] }),
    ...(GroupId && { UserIdGroupPairs: [{ GroupId, ...owned, ...described }] }),
  };
}
