import { X509Certificate } from "node:crypto";
import {
  CloudFrontClient,
  CreateKeyGroupCommand,
  CreatePublicKeyCommand,
} from "@aws-sdk/client-cloudfront";
import { CreateSAMLProviderCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateGrantCommand,
  CreateKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { openAccount, type TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { shopCertificate } from "../../../testing/memory/certificates.ts";
import { record } from "../../../testing/recorded-answer.ts";

/** Its certificate ends in 2199. */
const metadata = `<EntityDescriptor><ds:X509Certificate>${shopCertificate
  .split("\n")
  .slice(1, -1)
  .join("\n")}</ds:X509Certificate></EntityDescriptor>`;

async function keyThatEnds(aws: TestAccount, PendingWindowInDays: number): Promise<void> {
  const kms = aws.client(KMSClient);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "orders" }));
  const KeyId = KeyMetadata?.KeyId;
  await kms.send(
    new CreateGrantCommand({
      KeyId,
      GranteePrincipal: `arn:aws:iam::${aws.account}:role/orders`,
      Operations: ["Decrypt"],
    }),
  );
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }));
}

/**
 * A user pool whose people sign in elsewhere, there by uploaded metadata. The embedded AWS answers no
 * question about user pools: these are answers as AWS's documentation shows them.
 */
async function signIn(aws: TestAccount, region: string): Promise<void> {
  const provider = { ProviderName: "office", ProviderType: "SAML" };
  const there = { UserPoolId: `${region}_1`, ...provider };
  const answers = {
    ListUserPools: { UserPools: [{ Id: `${region}_1`, Name: "customers" }] },
    ListIdentityProviders: { Providers: [provider] },
    DescribeIdentityProvider: {
      IdentityProvider: { ...there, ProviderDetails: { MetadataFile: metadata } },
    },
  };
  for (const [path, answer] of Object.entries(answers)) await record(aws, { region, path, answer });
}

/** Made now, and of a group that no distribution trusts. */
async function signingKey(aws: TestAccount): Promise<void> {
  const cloudfront = aws.client(CloudFrontClient);
  const { PublicKey } = await cloudfront.send(
    new CreatePublicKeyCommand({
      PublicKeyConfig: {
        ...{
          CallerReference: "seed",
          Name: "paid",
          EncodedKey: new X509Certificate(shopCertificate).publicKey
            .export({ type: "spki", format: "pem" })
            .toString(),
        },
      },
    }),
  );
  await cloudfront.send(
    new CreateKeyGroupCommand({
      KeyGroupConfig: { Name: "paid", Items: [PublicKey?.Id ?? ""] },
    }),
  );
}

export const fixture: ReportFixture = {
  async seed(aws) {
    await signIn(aws, aws.region);
    await signIn(aws, "us-east-1");
    await signingKey(aws);
    await keyThatEnds(aws, 7);
    // A decoy.
    await aws.client(KMSClient).send(new CreateKeyCommand({ Description: "kept" }));
    const central = await openAccount(aws.endpoint, { region: "us-east-1", account: aws.account });
    await keyThatEnds(central, 20);
    await aws
      .client(IAMClient)
      .send(new CreateSAMLProviderCommand({ Name: "office", SAMLMetadataDocument: metadata }));
  },
  told: { title: "2 of 5 things that expire need somebody: KMS key", severity: "critical" },
};
