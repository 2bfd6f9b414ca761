/**
 * ARNs by name: the stacks agree through settings/names.ts and export nothing to each other, so
 * that each can change alone.
 */
import { Aws } from "aws-cdk-lib";
import { arnOf } from "../sdk/arn.ts";
import { arnsOf, type Deployed } from "../settings/arns.ts";
import type { Owner } from "../settings/statements.ts";

export const owner: Owner = { partition: Aws.PARTITION, account: Aws.ACCOUNT_ID };

/** Those of whichever account is deployed to. */
export const arnsHere = (deployed: Deployed) => arnsOf(deployed, owner);

/** Of anything in the account. */
export const arnHere = (service: string, region: string, resource: string): string =>
  arnOf({ ...owner, service, region, resource });
