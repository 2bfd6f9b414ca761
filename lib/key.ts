/** The team's own keys, where the settings name them. */
import { aws_kms as kms, aws_sqs as sqs } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { ParsedSettings } from "../settings/settings.ts";

/**
 * The key of a region.
 * @returns nothing where the settings name none: AWS's own keys are used
 */
export function keyIn(
  scope: Construct,
  { deployment }: ParsedSettings,
  region: string,
): kms.IKey | undefined {
  const arn = deployment.kmsKeys[region];
  return arn === undefined ? undefined : kms.Key.fromKeyArn(scope, "TeamKey", arn);
}

/** By the key, or else by one that SQS keeps. */
export const queueEncryption = (
  key: kms.IKey | undefined,
): Pick<sqs.QueueProps, "encryption" | "encryptionMasterKey"> =>
  key
    ? { encryption: sqs.QueueEncryption.KMS, encryptionMasterKey: key }
    : { encryption: sqs.QueueEncryption.SQS_MANAGED };
