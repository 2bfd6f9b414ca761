/** An account of the embedded AWS that no other test shares. */

import { randomInt } from "node:crypto";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { arnOf } from "../sdk/arn.ts";
import type { ClientClass } from "../sdk/call.ts";
import { connections } from "./connections.ts";
import { type Credentials, embeddedCredentials, useEmbedded } from "./environment.ts";

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

/** Twelve digits that nobody else has drawn, as good as. */
const freshAccount = (): string => String(randomInt(200_000_000_000, 999_999_999_999));

/**
 * Opens an account of the embedded AWS; an empty one of its own where none is named, so that nothing
 * needs to be cleaned up, and the embedded AWS must never be reset.
 */
export async function openAccount(
  endpoint: string,
  {
    region = "eu-west-1",
    account = freshAccount(),
  }: { readonly region?: string; readonly account?: string } = {},
): Promise<TestAccount> {
  const sts = new STSClient({
    endpoint,
    region,
    credentials: embeddedCredentials,
    requestHandler: { httpAgent: connections },
  });
  const { Credentials: assumed } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: arnOf({ service: "iam", account, resource: "role/test" }, region),
      RoleSessionName: "test",
    }),
  );
  const credentials = {
    accessKeyId: assumed?.AccessKeyId ?? "",
    secretAccessKey: assumed?.SecretAccessKey ?? "",
    sessionToken: assumed?.SessionToken ?? "",
  };
  return {
    endpoint,
    account,
    region,
    credentials,
    client: (Client, config) =>
      new Client({
        endpoint,
        region,
        credentials,
        requestHandler: { httpAgent: connections },
        ...config,
      }) as InstanceType<typeof Client>,
    use: () => useEmbedded(endpoint, region, credentials),
  };
}
