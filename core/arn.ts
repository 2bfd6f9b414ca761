import { names } from "./names.ts";

/** The partition that a region lies in: `aws`, `aws-cn`, `aws-us-gov`. */
export const partitionOf = (region: string): string =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

/** The exact ARNs of the roles that Nightshift changes things with. */
export const ourRoles = (account: string, home: string, units: readonly string[]): string[] =>
  units
    .flatMap((id) => [names.role(id), names.undoRole(id)])
    .map((role) => `arn:${partitionOf(home)}:iam::${account}:role/${role}`);
