import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import type { ReportFixture } from "../../../testing/fixture.ts";

/** Those with `aged` in their description were made long ago, those with `used` are used each day. */
export const fixture: ReportFixture = {
  settings: { config: { except: ["aged-kept"] } },
  async seed(aws) {
    const kms = aws.client(KMSClient);
    const make = async (Description: string): Promise<string> => {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description }));
      const TargetKeyId = KeyMetadata?.KeyId ?? "";
      const AliasName = `alias/${Description}`;
      await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
      return TargetKeyId;
    };
    await make("aged-left-over");
    await kms.send(new DisableKeyCommand({ KeyId: await make("aged-disabled") }));
    // Decoys: one that is used, one that is new, and one that is kept.
    await make("aged-and-used");
    await make("young");
    await make("aged-kept");
  },
  told: { title: "Nobody has used 2 keys of KMS for 365 days", severity: "info" },
};
