/** An empty AWS account for a test. */
import { randomInt } from "node:crypto";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { TestAccount } from "../../testing/account.ts";
import { embeddedCredentials, useEmbedded } from "../../testing/environment.ts";
import { sharedEndpoint } from "./ask.ts";

export type { TestAccount };

/**
 * Opens an account that no other test shares, so nothing needs to be cleaned up, and the shared one
 * must never be reset.
 */
export async function embedded({
  region = "eu-west-1",
}: {
  readonly region?: string;
} = {}): Promise<TestAccount> {
  const endpoint = await sharedEndpoint();
  const account = String(randomInt(200_000_000_000, 999_999_999_999));
  const sts = new STSClient({ endpoint, region, credentials: embeddedCredentials });
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${account}:role/test`,
      RoleSessionName: "test",
    }),
  );
  sts.destroy();
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? "",
    secretAccessKey: given?.SecretAccessKey ?? "",
    sessionToken: given?.SessionToken ?? "",
  };
  return {
    endpoint,
    account,
    region,
    credentials,
    client: (Client, config) =>
      new Client({ endpoint, region, credentials, ...config }) as InstanceType<typeof Client>,
    use: () => useEmbedded(endpoint, region, credentials),
  };
}
