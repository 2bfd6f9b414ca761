import { CreateSAMLProviderCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateGrantCommand,
  CreateKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { shopCertificate } from "../../../testing/memory/certificates.ts";

/** Its certificate ends in 2199. */
const metadata = `<EntityDescriptor><ds:X509Certificate>${shopCertificate
  .split("\n")
  .slice(1, -1)
  .join("\n")}</ds:X509Certificate></EntityDescriptor>`;

export const fixture: ReportFixture = {
  async seed(aws) {
    const kms = aws.client(KMSClient);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "orders" }));
    // A decoy.
    await kms.send(new CreateKeyCommand({ Description: "kept" }));
    const KeyId = KeyMetadata?.KeyId;
    await kms.send(
      new CreateGrantCommand({
        KeyId,
        GranteePrincipal: `arn:aws:iam::${aws.account}:role/orders`,
        Operations: ["Decrypt"],
      }),
    );
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await aws
      .client(IAMClient)
      .send(new CreateSAMLProviderCommand({ Name: "office", SAMLMetadataDocument: metadata }));
  },
  told: { title: "1 of 2 things that expire needs somebody: KMS key", severity: "critical" },
};
