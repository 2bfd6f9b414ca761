/** Who may start instances from images, by the settings: also for what prunes them, which makes none. */
import type { LaunchPermission } from "@aws-sdk/client-ec2";
import type { Sharing } from "./config.ts";

/** Accounts, organizations and units, as EC2 takes them. */
export const permissionsOf = ({ accounts, organizations, units }: Sharing): LaunchPermission[] => [
  ...accounts.map((UserId) => ({ UserId })),
  ...organizations.map((OrganizationArn) => ({ OrganizationArn })),
  ...units.map((OrganizationalUnitArn) => ({ OrganizationalUnitArn })),
];
