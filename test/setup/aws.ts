/** An empty AWS account for a test. */
import { randomInt } from "node:crypto";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { ClientClass } from "../../sdk/call.ts";
import { type Credentials, embeddedCredentials, useEmbedded } from "../../testing/environment.ts";
import { sharedEndpoint } from "./ask.ts";

export interface TestAccount {
  readonly endpoint: string;
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  /**
   * The embedded AWS knows the account by them, whoever uses them: SDK clients, handlers, child
   * processes.
   */
  readonly credentials: Required<Credentials>;
  /** An SDK client in this account. */
  client<C extends ClientClass>(
    Client: C,
    config?: {
      readonly region?: string;
      readonly endpoint?: string;
      readonly maxAttempts?: number;
    },
  ): InstanceType<C>;
  /**
   * Puts endpoint, region and credentials into this process's environment, where deployed code
   * takes them from.
   */
  use(): void;
}

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
