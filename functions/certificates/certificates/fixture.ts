import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient, UploadServerCertificateCommand } from "@aws-sdk/client-iam";
import { CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { openAccount, type TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { shopCertificate } from "../../../testing/memory/certificates.ts";
import { record } from "../../../testing/recorded-answer.ts";

/** A load balancer with a certificate, and a zone with a name. */
async function serve(aws: TestAccount, CertificateArn: string | undefined): Promise<void> {
  const { Subnets = [] } = await aws.client(EC2Client).send(new DescribeSubnetsCommand({}));
  const balancers = aws.client(ElasticLoadBalancingV2Client);
  const { LoadBalancers: [made] = [] } = await balancers.send(
    new CreateLoadBalancerCommand({
      Name: "web",
      Subnets: Subnets.slice(0, 2).flatMap(({ SubnetId }) => SubnetId ?? []),
    }),
  );
  await balancers.send(
    new CreateListenerCommand({
      LoadBalancerArn: made?.LoadBalancerArn,
      Protocol: "HTTPS",
      Port: 443,
      Certificates: [{ CertificateArn }],
      DefaultActions: [
        {
          Type: "fixed-response",
          FixedResponseConfig: { StatusCode: "204", ContentType: "text/plain" },
        },
      ],
    }),
  );
  await aws
    .client(Route53Client)
    .send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: aws.region }));
}

/** The embedded AWS has no App Runner: answers as its documentation shows them. */
async function appRunner(aws: TestAccount, region: string): Promise<void> {
  const ServiceArn = `arn:aws:apprunner:${region}:${aws.account}:service/shop/1`;
  const service = { ServiceArn, ServiceName: "shop", Status: "RUNNING" };
  await record(aws, { region, path: "ListServices", answer: { ServiceSummaryList: [service] } });
  const domain = {
    ...{ DomainName: "run.example.com", EnableWWWSubdomain: false, Status: "ACTIVE" },
    CertificateValidationRecords: [
      {
        ...{ Name: "_a1.run.example.com.", Type: "CNAME", Status: "FAILED" },
        Value: "_b2.acm-validations.aws.",
      },
    ],
  };
  const DNSTarget = `x1.${region}.awsapprunner.com`;
  await record(aws, {
    ...{ region, path: "DescribeCustomDomains" },
    answer: { DNSTarget, ServiceArn, CustomDomains: region === "us-east-1" ? [] : [domain] },
  });
}

export const fixture: ReportFixture = {
  // It leads to no public address: nothing is sent there, and nothing is known of it.
  settings: {
    config: {
      endpoints: [{ host: "127.0.0.1" }],
      find: ["load-balancers", "cloudfront", "api-gateway", "app-runner", "route53"],
      // What is found is not asked: the names of the embedded AWS's things may be others'.
      mostFound: 0,
    },
  },
  async seed(aws) {
    await appRunner(aws, aws.region);
    await appRunner(aws, "us-east-1");
    const acm = aws.client(ACMClient);
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: "www.example.com", ValidationMethod: "DNS" }),
    );
    await serve(aws, CertificateArn);
    // A decoy: nothing uses it, and it is valid for a year.
    await acm.send(
      new RequestCertificateCommand({
        DomainName: "inside.example.com",
        CertificateAuthorityArn: `arn:aws:acm-pca:${aws.region}:${aws.account}:certificate-authority/ca`,
      }),
    );
    // And one where CloudFront takes its own from.
    const central = await openAccount(aws.endpoint, { region: "us-east-1", account: aws.account });
    const cdn = await central.client(ACMClient).send(
      new RequestCertificateCommand({
        DomainName: "cdn.example.com",
        CertificateAuthorityArn: `arn:aws:acm-pca:us-east-1:${aws.account}:certificate-authority/ca`,
      }),
    );
    await serve(central, cdn.CertificateArn);
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
    title: "3 of 7 certificates need somebody: old-shop (IAM): ended",
    severity: "critical",
  },
};
