import { X509Certificate } from "node:crypto";
import { ACMClient, GetCertificateCommand, ImportCertificateCommand } from "@aws-sdk/client-acm";
import {
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { UnitSettings } from "../../../settings/settings.ts";
import { certificates } from "../../../test/setup/certificates.ts";
import { open } from "../../../test/setup/delivery.ts";
import { type DnsServer, type DnsZone, startDnsServer } from "../../../testing/acme/dns-server.ts";
import { type Pebble, startPebble } from "../../../testing/acme/pebble.ts";
import { zonesOf } from "../../../testing/acme/route53-zone.ts";
import { createNameServers } from "../name-servers.ts";
import type { Probe } from "../probe.ts";
import { renewCertificates } from "./index.ts";

const made = certificates([
  { subject: "pebble", names: ["127.0.0.1"] },
  {
    subject: "old",
    names: ["example.com", "*.example.com"],
    from: new Date("2026-01-01"),
    to: new Date("2026-12-10"),
  },
]);

let dns: DnsServer;
let pebble: Pebble;
/** Each test has zones of its own. */
let zone: DnsZone = async () => [];

beforeAll(async () => {
  dns = await startDnsServer((name) => zone(name));
  pebble = await startPebble({
    certificate: made.pebble ?? { cert: "", key: "" },
    resolver: dns.address,
  });
});
afterAll(async () => {
  await pebble.stop();
  await dns.stop();
});

const unseen: Probe = async () => ({ kind: "unknown", why: "nobody looked" });
const unit = (probe: Probe = unseen) =>
  renewCertificates({ nameServers: () => createNameServers([dns.address]), probe });

/** An account with a certificate that somebody imported, and the zones that its names lie in. */
async function opened({
  config = {},
  certificate = {},
  zones = ["example.com"],
  probe = unseen,
}: {
  readonly config?: object;
  readonly certificate?: object;
  readonly zones?: readonly string[];
  readonly probe?: Probe;
} = {}) {
  const automation = unit(probe);
  const settings: { -readonly [K in keyof UnitSettings]?: UnitSettings[K] } = {
    irreversible: "act",
  };
  let arn = "";
  const delivery = await open(
    automation,
    async (aws) => {
      zone = zonesOf(aws);
      const { CertificateArn = "" } = await aws.client(ACMClient).send(
        new ImportCertificateCommand({
          Certificate: Buffer.from(made.old?.cert ?? ""),
          PrivateKey: Buffer.from(made.old?.key ?? ""),
        }),
      );
      arn = CertificateArn;
      const route53 = aws.client(Route53Client);
      for (const [at, Name] of zones.entries())
        await route53.send(new CreateHostedZoneCommand({ Name, CallerReference: `zone-${at}` }));
      settings.config = automation.config.parse({
        account: {
          directory: pebble.directory,
          authorities: [pebble.authority],
          termsAgreed: true,
        },
        certificates: [
          {
            arn,
            names: ["example.com", "*.example.com"],
            secret: "nightshift/certificates/shop",
            ...certificate,
          },
        ],
        ...config,
      });
    },
    settings,
    true,
  );
  onTestFinished(() => delivery.close());
  return { ...delivery, arn, unit: automation };
}
type Opened = Awaited<ReturnType<typeof opened>>;

/** What ACM has at the ARN. */
async function there({ aws, arn }: Opened): Promise<X509Certificate> {
  const { Certificate = "" } = await aws
    .client(ACMClient)
    .send(new GetCertificateCommand({ CertificateArn: arn }));
  return new X509Certificate(Certificate);
}

async function textRecords({ aws }: Opened): Promise<string[]> {
  const route53 = aws.client(Route53Client);
  const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
  const found: string[] = [];
  for (const { Id } of HostedZones) {
    const { ResourceRecordSets = [] } = await route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: Id }),
    );
    for (const { Name, Type, ResourceRecords = [] } of ResourceRecordSets)
      if (Type === "TXT") found.push(`${Name} ${ResourceRecords.length}`);
  }
  return found;
}

test("the apex and its wildcard are issued by Pebble, and imported to the same ARN", async () => {
  const account = await opened();
  const run = await account.ended(await account.deliver());
  expect(run.actions.map(({ outcome, error, held }) => [outcome, error, held])).toEqual([
    ["applied", null, null],
  ]);
  const leaf = await there(account);
  expect(leaf.issuer).toContain("Pebble");
  expect(leaf.subjectAltName).toBe("DNS:*.example.com, DNS:example.com");
  expect(await textRecords(account)).toEqual([]);
});
