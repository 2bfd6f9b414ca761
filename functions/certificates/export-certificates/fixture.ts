import { X509Certificate } from "node:crypto";
import {
  ACMClient,
  GetCertificateCommand,
  ListCertificatesCommand,
  RequestCertificateCommand,
} from "@aws-sdk/client-acm";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { exportConfig } from "./config.ts";
import renewedEvent from "./events/certificate-available.json" with { type: "json" };

interface Wanted {
  /** What its secret has: one of before, what ACM has now, or nothing. */
  readonly has: "former" | "current" | "nothing";
  readonly tags?: Readonly<Record<string, string>>;
}

/** By the name that each is for. */
const wanted: Readonly<Record<string, Wanted>> = {
  "renewed.example.com": { has: "former" },
  "first.example.com": { has: "nothing" },
  "current.example.com": { has: "current" },
  "exempt.example.com": {
    has: "former",
    tags: { "nightshift:exempt": "owner=ann@example.com reason=mine" },
  },
};
const secretOfName = (name: string): string => `nightshift/certificates/${name.split(".")[0]}`;

async function serialIn(aws: TestAccount, CertificateArn: string | undefined): Promise<string> {
  const { Certificate = "" } = await aws
    .client(ACMClient)
    .send(new GetCertificateCommand({ CertificateArn }));
  return new X509Certificate(Certificate).serialNumber.replace(/^0+/, "");
}

async function made(aws: TestAccount, name: string, { has, tags = {} }: Wanted): Promise<void> {
  const { CertificateArn } = await aws.client(ACMClient).send(
    new RequestCertificateCommand({
      DomainName: name,
      CertificateAuthorityArn: `arn:aws:acm-pca:${aws.region}:${aws.account}:certificate-authority/ca`,
      ...(Object.keys(tags).length && {
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    }),
  );
  if (has === "nothing") return;
  const serial = has === "current" ? await serialIn(aws, CertificateArn) : "OLD";
  const secrets = aws.client(SecretsManagerClient);
  await secrets.send(new CreateSecretCommand({ Name: secretOfName(name) }));
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: secretOfName(name),
      SecretString: JSON.stringify({ key: "kept", certificate: "", chain: "" }),
      VersionStages: ["AWSCURRENT", `serial-${serial}`],
    }),
  );
}

/** Which certificate readers of the secret get: as it was seeded, that of ACM, or none. */
async function shown(aws: TestAccount, name: string, serial: string): Promise<string> {
  const secrets = aws.client(SecretsManagerClient);
  const SecretId = secretOfName(name);
  const there = await secrets.send(new DescribeSecretCommand({ SecretId })).catch(() => undefined);
  if (!there) return "no secret";
  const { SecretString = "{}" } = await secrets.send(
    new GetSecretValueCommand({ SecretId, VersionStage: "AWSCURRENT" }),
  );
  const { key, certificate } = JSON.parse(SecretString) as Record<string, string>;
  if (key === "kept") return "as it was";
  const is = new X509Certificate(certificate ?? "").serialNumber.replace(/^0+/, "");
  return is === serial ? "what ACM has" : "another";
}

const names = Object.keys(wanted);

/** By name, which certificate readers of its secret get. */
export async function readersGet(aws: TestAccount): Promise<Record<string, string>> {
  const { CertificateSummaryList = [] } = await aws
    .client(ACMClient)
    .send(new ListCertificatesCommand({}));
  const found: Record<string, string> = {};
  for (const { CertificateArn, DomainName = "" } of CertificateSummaryList)
    if (names.includes(DomainName))
      found[DomainName] = await shown(aws, DomainName, await serialIn(aws, CertificateArn));
  return found;
}

export const fixture: AutomationFixture = {
  settings: {
    config: exportConfig.parse({
      certificates: names.map((name) => ({ name, secret: secretOfName(name) })),
    }),
    irreversible: "act",
  },
  async seed(aws) {
    for (const [name, how] of Object.entries(wanted)) await made(aws, name, how);
  },
  async look(aws) {
    const all = await readersGet(aws);
    // What left ACM for the first time stays: it is not among what an undo brings back.
    return Object.fromEntries(
      Object.entries(all).filter(
        ([name, is]) => wanted[name]?.has !== "nothing" || is === "no secret",
      ),
    );
  },
  wrong: ["renewed.example.com", "first.example.com"],
  event: {
    of: async ({ account, region }) => ({
      ...renewedEvent,
      ...{ account, region, detail: { ...renewedEvent.detail, CommonName: "renewed.example.com" } },
    }),
    wrong: ["renewed.example.com"],
  },
  held: { "exempt.example.com": "exemption" },
};
