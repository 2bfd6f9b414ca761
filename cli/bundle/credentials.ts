/**
 * In place of the SDK's credential chain in bundles: Lambda gives the credentials of its role in
 * the environment, and the chain costs 36 KB.
 */
import type { AwsCredentialIdentity } from "@smithy/types";

export const defaultProvider = () => async (): Promise<AwsCredentialIdentity> => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey)
    throw new Error("there are no credentials in the environment: this bundle runs on Lambda");
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
};
