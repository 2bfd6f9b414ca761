import { X509Certificate } from "node:crypto";
import {
  ACMClient,
  GetCertificateCommand,
  ImportCertificateCommand,
  ListCertificatesCommand,
} from "@aws-sdk/client-acm";
import {
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { days, milliseconds } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { standInDirectory } from "../../../testing/acme/stand-in.ts";
import { certificatesFor, type MadeCertificate } from "../../../testing/certificates.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { renewalConfig } from "./config.ts";

const names = ["example.com", "*.example.com"];
const secret = "nightshift/certificates/shop";

/** Where its certificates come from: Pebble, on ports that are known before it runs. */
const directory = await standInDirectory();

/** Of another set of names: nobody has asked for it. */
const decoy = ["other.example.com"];

const today = Date.now();
const ending = {
  from: new Date(today - milliseconds(days(80))),
  to: new Date(today + milliseconds(days(10))),
};
const made = () =>
  certificatesFor([
    { subject: "old", names, key: "EC 256", ...ending },
    { subject: "other", names: decoy, key: "EC 256", ...ending },
  ]);

async function imported(aws: TestAccount, { cert, key }: MadeCertificate): Promise<void> {
  await aws.client(ACMClient).send(
    new ImportCertificateCommand({
      Certificate: Buffer.from(cert),
      PrivateKey: Buffer.from(key),
    }),
  );
}

/** As an earlier renewal would have left it. */
async function kept(aws: TestAccount, { cert, key }: MadeCertificate): Promise<void> {
  const secrets = aws.client(SecretsManagerClient);
  await secrets.send(new CreateSecretCommand({ Name: secret }));
  const serial = new X509Certificate(cert).serialNumber.replace(/^0+/, "");
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: secret,
      SecretString: JSON.stringify({ key, certificate: cert, chain: "" }),
      VersionStages: ["AWSCURRENT", `serial-${serial}`],
    }),
  );
}

async function zoneOnce(aws: TestAccount): Promise<void> {
  const route53 = aws.client(Route53Client);
  const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
  if (!HostedZones.length)
    await route53.send(
      new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "fixture" }),
    );
}

export const fixture: AutomationFixture = {
  settings: {
    config: renewalConfig.parse({
      account: { directory: directory.url, authorities: [directory.authority], termsAgreed: true },
      // Nothing serves it: what is not served is for the tests of the unit itself.
      certificates: [{ names, secret, endpoints: [] }],
      resolvers: [directory.resolver],
    }),
  },
  async seed(aws) {
    await directory.openFor(aws);
    await zoneOnce(aws);
    const { old, other } = made();
    if (!old || !other) throw new Error("no certificates were made");
    await imported(aws, old);
    await imported(aws, other);
    await kept(aws, old);
  },
  async look(aws) {
    const acm = aws.client(ACMClient);
    const { CertificateSummaryList = [] } = await acm.send(new ListCertificatesCommand({}));
    const found: Record<string, unknown> = {};
    for (const { CertificateArn } of CertificateSummaryList) {
      const { Certificate = "" } = await acm.send(new GetCertificateCommand({ CertificateArn }));
      const { subjectAltName = "", issuer } = new X509Certificate(Certificate);
      const isOther = subjectAltName.includes("other");
      found[isOther ? "other" : "shop"] = { isNew: issuer.includes("Pebble") };
    }
    return { ...found, zone: await directory.proofsIn(aws) };
  },
  wrong: ["shop"],
  held: {},
};
