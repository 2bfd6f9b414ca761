import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import { IAMClient, UploadServerCertificateCommand } from "@aws-sdk/client-iam";
import { openAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { shopCertificate } from "../../../testing/memory/certificates.ts";

export const fixture: ReportFixture = {
  // It leads to no public address: nothing is sent there, and nothing is known of it.
  settings: { config: { endpoints: [{ host: "127.0.0.1" }] } },
  async seed(aws) {
    const acm = aws.client(ACMClient);
    await acm.send(
      new RequestCertificateCommand({ DomainName: "www.example.com", ValidationMethod: "DNS" }),
    );
    // A decoy: nothing uses it, and it is valid for a year.
    await acm.send(
      new RequestCertificateCommand({
        DomainName: "inside.example.com",
        CertificateAuthorityArn: `arn:aws:acm-pca:${aws.region}:${aws.account}:certificate-authority/ca`,
      }),
    );
    // And one where CloudFront takes its own from.
    const central = await openAccount(aws.endpoint, { region: "us-east-1", account: aws.account });
    await central.client(ACMClient).send(
      new RequestCertificateCommand({
        DomainName: "cdn.example.com",
        CertificateAuthorityArn: `arn:aws:acm-pca:us-east-1:${aws.account}:certificate-authority/ca`,
      }),
    );
    const iam = aws.client(IAMClient);
    const upload = (ServerCertificateName: string, CertificateBody: string) =>
      iam.send(
        new UploadServerCertificateCommand({
          ...{ ServerCertificateName, CertificateBody },
          PrivateKey: "the embedded AWS looks at no key",
        }),
      );
    // Another: it ends in 2199. Of one that cannot be read the embedded AWS says that it ended in 2012.
    await upload("shop", shopCertificate);
    await upload("old-shop", "not a certificate");
  },
  told: {
    title: "3 of 6 certificates need somebody: old-shop (IAM): ended",
    severity: "critical",
  },
  // The account in memory has certificates.
  memory: { seed() {} },
};
