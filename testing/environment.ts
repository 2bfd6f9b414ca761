/** What a process must have in its environment to talk to the embedded AWS, and to nothing else. */

/** The account of every access key that the embedded AWS did not hand out itself. */
export const embeddedAccount = "123456789012";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const embeddedCredentials: Credentials = {
  accessKeyId: "NIGHTSHIFTEMBEDDED01",
  secretAccessKey: "embedded",
};

/** The variables, for this process or for one that it starts. */
export function environmentOf(
  endpoint: string,
  region: string,
  credentials: Credentials = embeddedCredentials,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_EC2_METADATA_DISABLED: "true",
    // The user's own profiles may name a real account, or other endpoints.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
}

/** Points this process, and what it starts from now on, at the embedded AWS. */
export function useEmbedded(
  endpoint: string,
  region: string,
  credentials: Credentials = embeddedCredentials,
): void {
  for (const name of Object.keys(process.env))
    if (
      /^AWS_(ENDPOINT_URL|PROFILE|SESSION_TOKEN|ROLE_ARN|WEB_IDENTITY|CONTAINER_CREDENTIALS)/.test(
        name,
      )
    )
      delete process.env[name];
  Object.assign(process.env, environmentOf(endpoint, region, credentials));
}
