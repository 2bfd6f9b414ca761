/** Who may start instances from images, by the settings: also for what prunes them, which makes none. */
import type { LaunchPermission } from "@aws-sdk/client-ec2";
import type { Sharing } from "./config.ts";

/** Accounts, organizations and units, as EC2 takes them. */
export const permissionsOf = ({ accounts, organizations, units }: Sharing): LaunchPermission[] => [
  ...accounts.map((UserId) => ({ UserId })),
  ...organizations.map((OrganizationArn) => ({ OrganizationArn })),
  ...units.map((OrganizationalUnitArn) => ({ OrganizationalUnitArn })),
];

/** Of an account its number, of all others their ARN; `all` is everybody. */
export const permittedName = (each: LaunchPermission): string =>
  each.UserId ?? each.OrganizationArn ?? each.OrganizationalUnitArn ?? each.Group ?? "";
