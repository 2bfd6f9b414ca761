/**
 * Renewals in an account of the embedded AWS, by the real Pebble behind a proxy, with name servers
 * that answer what the account's zones hold.
 */
import { X509Certificate } from "node:crypto";
import { ACMClient, GetCertificateCommand, ImportCertificateCommand } from "@aws-sdk/client-acm";
import {
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, onTestFinished } from "vitest";
import { createNameServers } from "../../functions/certificates/name-servers.ts";
import { type Flaw, type Probe, serialOf } from "../../functions/certificates/probe.ts";
import type { RenewalPorts } from "../../functions/certificates/renewal.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import type { TestAccount } from "../../testing/account.ts";
import { type DirectoryProxy, startDirectoryProxy } from "../../testing/acme/directory-proxy.ts";
import { type DnsServer, type DnsZone, startDnsServer } from "../../testing/acme/dns-server.ts";
import { type Pebble, type PebbleOptions, startPebble } from "../../testing/acme/pebble.ts";
import { zonesOf } from "../../testing/acme/route53-zone.ts";
import { messages, type TestDelivery } from "../../testing/delivery.ts";
import { certificates, type Made, type Wanted } from "./certificates.ts";
import { open } from "./delivery.ts";

/** How an account is to be. */
export interface WantedRenewal {
  readonly config?: object;
  /** Of the account in the settings. */
  readonly account?: object;
  readonly certificate?: object;
  readonly zones?: readonly string[];
  readonly probe?: Probe;
  /** What somebody has imported: its subject in the wanted certificates. */
  readonly there?: string;
  /** More that is put into the account. */
  readonly seed?: (aws: TestAccount) => Promise<unknown>;
}

export type RenewalAccount = TestDelivery & {
  readonly arn: string;
  readonly unit: AnyAutomation;
};

/** As an endpoint shows it that takes its certificate from ACM. */
export const shows =
  (serial: () => Promise<string>, flaws: readonly Flaw[] = []): Probe =>
  async () => {
    const now = new Date();
    const certificate = {
      ...{ serial: await serial(), from: now, to: now, names: [], issuer: "Pebble" },
      ...{ key: "EC prime256v1", signature: undefined, protocol: "TLSv1.3" },
    };
    return { kind: "served", certificate, flaws };
  };

/** What ACM has at the ARN. */
export async function inAcm({ aws, arn }: RenewalAccount): Promise<X509Certificate> {
  const { Certificate = "" } = await aws
    .client(ACMClient)
    .send(new GetCertificateCommand({ CertificateArn: arn }));
  return new X509Certificate(Certificate);
}

/** Names of TXT records, with how many values each has. */
export async function textRecords({ aws }: RenewalAccount): Promise<string[]> {
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

/** Delivers a slot, and carries what it begins to its end. */
export const outcomes = async (account: RenewalAccount, key = "slot-1") => {
  const run = await account.deliver({ start: { ...account.start, key } });
  const { actions } = await account.ended(run);
  return actions.map(({ outcome, error, held }) => [outcome, error ?? held?.why ?? null]);
};

/** Every private key that was stored, without what all of one kind begin with. */
export async function keysKept({ aws }: RenewalAccount): Promise<string[]> {
  const secrets = aws.client(SecretsManagerClient);
  const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
  const keys: string[] = [];
  for (const { Name, SecretVersionsToStages = {} } of SecretList)
    for (const VersionId of Object.keys(SecretVersionsToStages)) {
      const value = await secrets.send(new GetSecretValueCommand({ SecretId: Name, VersionId }));
      const { key } = JSON.parse(value.SecretString ?? "{}") as { readonly key?: string };
      if (key) keys.push(key.split("\n")[2] ?? "");
    }
  return [...new Set(keys)];
}

/** The same answer until a record is changed: directories and renewals ask some hundred times. */
function remembered(zone: DnsZone, { proxy }: TestDelivery): DnsZone {
  const known = new Map<string, ReturnType<DnsZone>>();
  const isChange = ({ operation }: { readonly operation: string }) =>
    operation === "ChangeResourceRecordSets";
  return (name) => {
    const key = `${proxy.calls.filter(isChange).length} ${name}`;
    const answer = known.get(key) ?? zone(name);
    known.set(key, answer);
    return answer;
  };
}

/** What it registers runs before and after the tests of the file. */
export function renewals(
  make: (ports: RenewalPorts) => AnyAutomation,
  wanted: readonly Wanted[] = [],
) {
  const made: Readonly<Record<string, Made>> = certificates([
    { subject: "pebble", names: ["127.0.0.1"] },
    {
      subject: "old",
      names: ["example.com", "*.example.com"],
      from: new Date("2026-01-01"),
      to: new Date("2026-12-10"),
    },
    ...wanted,
  ]);
  const certificate = made.pebble ?? { cert: "", key: "" };
  const started: { dns?: DnsServer; pebble?: Pebble; proxy?: DirectoryProxy } = {};
  const need = <T>(there: T | undefined): T => {
    if (there === undefined) throw new Error("it is not started yet");
    return there;
  };
  const world = {
    /** Each test has zones of its own. */
    zone: (async () => []) as DnsZone,
    get dns() {
      return need(started.dns);
    },
    get pebble() {
      return need(started.pebble);
    },
    get proxy() {
      return need(started.proxy);
    },
    /** Another one, for this test alone. */
    async otherPebble(options: Partial<PebbleOptions>): Promise<Pebble> {
      const other = await startPebble({ certificate, resolver: world.dns.address, ...options });
      onTestFinished(() => other.stop());
      world.proxy.target = other;
      return other;
    },
    opened,
    keysSeen,
  };

  beforeAll(async () => {
    started.dns = await startDnsServer((name) => world.zone(name));
    started.proxy = await startDirectoryProxy(certificate);
    started.pebble = await startPebble({ certificate, resolver: started.dns.address });
  });
  beforeEach(() => {
    world.proxy.target = world.pebble;
    world.proxy.fault = () => undefined;
    world.proxy.alter = (_, body) => body;
  });
  afterAll(async () => {
    await started.proxy?.stop();
    await started.pebble?.stop();
    await started.dns?.stop();
  });

  /** An account with a certificate that somebody imported, and the zones that its names lie in. */
  async function opened(renewal: WantedRenewal = {}): Promise<RenewalAccount> {
    const { zones = ["example.com"], probe, there = "old", seed } = renewal;
    const automation = make({
      nameServers: () => createNameServers([world.dns.address]),
      probe: (...asked) => (probe ?? shows(serialThere))(...asked),
    });
    const settings: { -readonly [K in keyof UnitSettings]?: UnitSettings[K] } = {
      irreversible: "act",
    };
    let arn = "";
    const delivery = await open(
      automation,
      async (aws) => {
        const { CertificateArn = "" } = await aws.client(ACMClient).send(
          new ImportCertificateCommand({
            Certificate: Buffer.from(made[there]?.cert ?? ""),
            PrivateKey: Buffer.from(made[there]?.key ?? ""),
          }),
        );
        arn = CertificateArn;
        const route53 = aws.client(Route53Client);
        for (const [at, Name] of zones.entries())
          await route53.send(new CreateHostedZoneCommand({ Name, CallerReference: `zone-${at}` }));
        await seed?.(aws);
        settings.config = automation.config.parse({
          account: {
            directory: world.proxy.directory,
            authorities: [world.pebble.authority],
            termsAgreed: true,
            ...renewal.account,
          },
          certificates: [
            {
              arn,
              names: ["example.com", "*.example.com"],
              secret: "nightshift/certificates/shop",
              ...renewal.certificate,
            },
          ],
          ...renewal.config,
        });
      },
      settings,
      true,
    );
    onTestFinished(() => delivery.close());
    world.zone = remembered(zonesOf(delivery.aws), delivery);
    const serialThere = async (): Promise<string> =>
      serialOf((await inAcm({ ...delivery, arn, unit: automation })).serialNumber);
    return { ...delivery, arn, unit: automation };
  }

  /** Where a key was sent that is no place for keys. The ledger's requests are among the calls. */
  async function keysSeen(account: RenewalAccount, texts: readonly unknown[] = []) {
    const keys = await keysKept(account);
    const told = JSON.stringify([
      ...[await messages(account), world.proxy.requests, world.pebble.log()],
      ...texts,
    ]);
    const calls = account.proxy.calls
      .filter(({ service }) => service !== "secretsmanager")
      .filter(({ operation }) => operation !== "ImportCertificate")
      .map(({ operation, parameters }) => [operation, JSON.stringify(parameters)] as const);
    const seen = keys.flatMap((key) => [
      ...calls.flatMap(([operation, text]) => (text.includes(key) ? [operation] : [])),
      ...(told.includes(key) ? ["what was told"] : []),
    ]);
    return { keys, seen };
  }

  return world;
}
