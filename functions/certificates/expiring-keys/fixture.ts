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

export const fixture: ReportFixture = {
  async seed(aws) {
    await keyThatEnds(aws, 7);
    // A decoy.
    await aws.client(KMSClient).send(new CreateKeyCommand({ Description: "kept" }));
    const central = await openAccount(aws.endpoint, { region: "us-east-1", account: aws.account });
    await keyThatEnds(central, 20);
    await aws
      .client(IAMClient)
      .send(new CreateSAMLProviderCommand({ Name: "office", SAMLMetadataDocument: metadata }));
  },
  told: { title: "2 of 3 things that expire need somebody: KMS key", severity: "critical" },
};
