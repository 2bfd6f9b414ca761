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
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { days, milliseconds } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { certificates } from "../../../test/setup/certificates.ts";
import { open } from "../../../test/setup/delivery.ts";
import { type DirectoryProxy, startDirectoryProxy } from "../../../testing/acme/directory-proxy.ts";
import { type DnsServer, type DnsZone, startDnsServer } from "../../../testing/acme/dns-server.ts";
import { type Pebble, startPebble } from "../../../testing/acme/pebble.ts";
import { zonesOf } from "../../../testing/acme/route53-zone.ts";
import { messages, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { createNameServers } from "../name-servers.ts";
import { type Flaw, type Probe, serialOf } from "../probe.ts";
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
let proxy: DirectoryProxy;
/** Each test has zones of its own. */
let zone: DnsZone = async () => [];

beforeAll(async () => {
  const certificate = made.pebble ?? { cert: "", key: "" };
  dns = await startDnsServer((name) => zone(name));
  proxy = await startDirectoryProxy(certificate);
  pebble = await startPebble({ certificate, resolver: dns.address });
});
beforeEach(() => {
  proxy.target = pebble;
  proxy.fault = () => undefined;
  proxy.alter = (_, body) => body;
});
afterAll(async () => {
  await proxy.stop();
  await pebble.stop();
  await dns.stop();
});

/** As an endpoint shows it that takes its certificate from ACM. */
const shows =
  (serial: () => Promise<string>, flaws: readonly Flaw[] = []): Probe =>
  async () => {
    const now = new Date();
    const certificate = {
      ...{ serial: await serial(), from: now, to: now, names: [], issuer: "Pebble" },
      ...{ key: "EC prime256v1", signature: undefined, protocol: "TLSv1.3" },
    };
    return { kind: "served", certificate, flaws };
  };
const old = async (): Promise<string> => "1";

/** An account with a certificate that somebody imported, and the zones that its names lie in. */
async function opened({
  config = {},
  certificate = {},
  zones = ["example.com"],
  probe,
}: {
  readonly config?: object;
  readonly certificate?: object;
  readonly zones?: readonly string[];
  readonly probe?: Probe;
} = {}) {
  const automation = renewCertificates({
    nameServers: () => createNameServers([dns.address]),
    probe: (...asked) => (probe ?? shows(() => serialThere()))(...asked),
  });
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
          directory: proxy.directory,
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
  const serialThere = async (): Promise<string> =>
    serialOf((await there({ ...delivery, arn })).serialNumber);
  return { ...delivery, arn, unit: automation };
}
type Opened = TestDelivery & { readonly arn: string };

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

const ended = async (account: Opened, key = "slot-1") => {
  const run = await account.deliver({ start: { ...account.start, key } });
  const { actions } = await account.ended(run);
  return actions.map(({ outcome, error, held }) => [outcome, error ?? held?.why ?? null]);
};

/** Every key that was stored, without what all of one kind begin with. */
async function keysOf({ aws }: Opened): Promise<string[]> {
  const secrets = aws.client(SecretsManagerClient);
  const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
  const keys: string[] = [];
  for (const { Name, SecretVersionsToStages = {} } of SecretList)
    for (const VersionId of Object.keys(SecretVersionsToStages)) {
      const value = await secrets.send(new GetSecretValueCommand({ SecretId: Name, VersionId }));
      const { key } = JSON.parse(value.SecretString ?? "{}") as { readonly key: string };
      keys.push(key.split("\n")[2] ?? "");
    }
  return [...new Set(keys)];
}

/** Where a key was sent that is no place for keys. The ledger's requests are among the calls. */
async function keysSeen(account: Opened): Promise<string[]> {
  const keys = await keysOf(account);
  expect(keys.length).toBeGreaterThanOrEqual(2);
  expect(keys.every((key) => key.length >= 20)).toBe(true);
  const told = JSON.stringify([await messages(account), proxy.requests, pebble.log()]);
  const calls = account.proxy.calls
    .filter(({ service }) => service !== "secretsmanager")
    .filter(({ operation }) => operation !== "ImportCertificate")
    .map(({ operation, parameters }) => [operation, JSON.stringify(parameters)] as const);
  return keys.flatMap((key) => [
    ...calls.flatMap(([operation, text]) => (text.includes(key) ? [operation] : [])),
    ...(told.includes(key) ? ["what was told"] : []),
  ]);
}

describe("a renewal by Pebble", { timeout: 120_000 }, () => {
  test("of the apex and its wildcard is imported to the same ARN; no key is anywhere but in Secrets Manager", async () => {
    const account = await opened();
    expect(await ended(account)).toEqual([["applied", null]]);
    const leaf = await there(account);
    expect(leaf.issuer).toContain("Pebble");
    expect(leaf.subjectAltName).toBe("DNS:*.example.com, DNS:example.com");
    expect(await textRecords(account)).toEqual([]);
    expect(await keysSeen(account)).toEqual([]);
    // Asked again, there is nothing to do.
    expect(await ended(account, "slot-2")).toEqual([]);
  });

  test("waits as long as the directory says, and through a week in which it is down", async () => {
    const account = await opened();
    const begun = account.host().clock.now();
    let limited = 0;
    proxy.fault = ({ path }) => {
      const since = account.host().clock.now().getTime() - begun.getTime();
      if (since < milliseconds(days(6))) return { status: 0, reset: true };
      if (!path.includes("order") || limited > 0) return undefined;
      limited += 1;
      const type = "urn:ietf:params:acme:error:rateLimited";
      return {
        status: 429,
        headers: { "retry-after": String(days(1).seconds) },
        body: { type, detail: "too many certificates" },
      };
    };
    expect(await ended(account)).toEqual([["applied", null]]);
    const took = account.host().clock.now().getTime() - begun.getTime();
    expect(took).toBeGreaterThan(milliseconds(days(7)));
    const titles = (await messages(account)).map(({ title }) => title);
    expect(titles.some((title) => title.includes("cannot be renewed yet: unreachable"))).toBe(true);
    expect(await textRecords(account)).toEqual([]);
  });

  test("ends where an order stays in processing, and says so", async () => {
    const account = await opened();
    const before = (await there(account)).serialNumber;
    proxy.alter = ({ path }, body) =>
      path.includes("my-order")
        ? body.replace('"status": "valid"', '"status": "processing"')
        : body;
    const [[outcome, why] = []] = await ended(account);
    expect(outcome).toBe("failed");
    expect(why).toContain("the order is still processing after 6 hours");
    expect((await there(account)).serialNumber).toBe(before);
    expect(await textRecords(account)).toEqual([]);
  });

  test("ends with the authority's words and a remedy where it forbids the names", async () => {
    const account = await opened();
    proxy.fault = ({ path }) =>
      path.includes("finalize")
        ? {
            status: 403,
            body: {
              type: "urn:ietf:params:acme:error:caa",
              detail: "CAA record for example.com prevents issuance",
            },
          }
        : undefined;
    const [[outcome, why] = []] = await ended(account);
    expect(outcome).toBe("failed");
    expect(why).toContain(
      "CAA record for example.com prevents issuance (caa); a CAA record forbids",
    );
    expect(await textRecords(account)).toEqual([]);
  });

  test.each<[what: string, zones: readonly string[], why: RegExp]>([
    ["no zone of ours", ["example.net"], /no public zone of this account holds _acme-challenge/],
    ["two public zones of one name", ["example.com", "example.com"], /two public zones/],
  ])("with %s is refused before any order", async (_, zones, why) => {
    const account = await opened({ zones });
    const asked = proxy.requests.length;
    const [[outcome, words] = []] = await ended(account);
    expect([outcome, words]).toEqual(["failed", expect.stringMatching(why)]);
    const paths = proxy.requests.slice(asked).map(({ path }) => path);
    expect(paths.filter((path) => path.includes("order"))).toEqual([]);
  });

  test("is one order, whatever else triggers it meanwhile", async () => {
    const account = await opened();
    const asked = proxy.requests.length;
    await account.deliver();
    const second = await account.deliver({ start: { ...account.start, key: "slot-2" } });
    expect(second.actions.map(({ outcome, held }) => [outcome, held?.by])).toEqual([
      ["held", "under-way"],
    ]);
    await account.flows.carryAll();
    const orders = proxy.requests
      .slice(asked)
      .filter(({ path, method }) => method === "POST" && path.endsWith("/order-plz"));
    expect(new Set(orders.map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
    expect((await there(account)).issuer).toContain("Pebble");
  });

  test("that is served and refused by clients is followed by the version before", async () => {
    const flaws: Flaw[] = [];
    const account: Opened = await opened({
      certificate: { endpoints: [{ host: "www.example.com" }] },
      probe: (...asked) =>
        shows(async () => serialOf((await there(account)).serialNumber), flaws)(...asked),
    });
    expect(await ended(account)).toEqual([["applied", null]]);
    const first = (await there(account)).serialNumber;
    flaws.push("wrong name");
    await account.later(days(3650));
    const [[outcome, why] = []] = await ended(account, "slot-2");
    expect(outcome).toBe("failed");
    expect(why).toContain(
      "clients refuse it: www.example.com:443 (wrong name). The one before is imported again",
    );
    expect((await there(account)).serialNumber).toBe(first);
  });

  test("that is not served is told", async () => {
    const account = await opened({ probe: shows(old), config: { hoursToServe: 1 } });
    expect(await ended(account)).toEqual([["applied", null]]);
    const titles = (await messages(account)).map(({ title }) => title);
    expect(titles).toContain(
      "The certificate for *.example.com was renewed, and 1 endpoint of 1 still served the old one after 1 hour",
    );
  });
});

test("another kind of key is refused before anything is ordered, with what to do", () => {
  const kept = {
    arn: "arn:aws:acm:eu-west-1:123456789012:certificate/a",
    settings: {
      names: ["example.com"],
      secret: "nightshift/certificates/a",
      key: "RSA_2048" as const,
    },
    detail: { Type: "IMPORTED" as const, KeyAlgorithm: "EC_prime256v1" as const },
    leaf: { serial: "1", from: new Date(0), to: new Date(1), names: ["example.com"] },
    id: undefined,
    tags: [],
    version: undefined,
    advice: { kind: "none" as const },
  };
  const config = { account: { directory: "https://acme.example.com/dir", termsAgreed: true } };
  expect(() =>
    proposeFor(renewCertificates({ nameServers: createNameServers, probe: shows(old) }), kept, {
      config,
    }),
  ).toThrow(/ACM does not let type and size of a key change under an ARN/);
});
