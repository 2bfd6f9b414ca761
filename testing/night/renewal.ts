/**
 * What the night's certificate takes: Pebble, name servers that answer what the account's zones hold,
 * and a server that shows whatever its secret has, as a load balancer shows what ACM has.
 */
import { X509Certificate } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createSecureContext, createServer, type SecureContextOptions } from "node:tls";
import { ACMClient, GetCertificateCommand, ImportCertificateCommand } from "@aws-sdk/client-acm";
import { CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { createNameServers } from "../../functions/certificates/name-servers.ts";
import { createProbe, serialOf } from "../../functions/certificates/probe.ts";
import { renewCertificates } from "../../functions/certificates/renew-certificates/index.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { ClientClass } from "../../sdk/call.ts";
import { days, milliseconds } from "../../sdk/time.ts";
import { pebbleProgram } from "../acme/pebble.ts";
import { type StandInDirectory, standInDirectory } from "../acme/stand-in.ts";
import { certificatesFor, type MadeCertificate } from "../certificates.ts";
import { placeOf, type SeededAccount, type Snapshot, type Thing } from "../seed/thing.ts";

const name = "shop.example.com";
const secret = "nightshift/certificates/shop";

/** A certificate that ends soon, and all that it takes to have another. */
export interface NightRenewal {
  /** The part of the settings of the unit that renews. */
  readonly settings: Readonly<Record<string, object>>;
  /** It reaches this machine. It waits for others than AWS, and is swept by itself. */
  readonly unit: AnyAutomation;
  seed(account: SeededAccount): Promise<Thing>;
  /** What ACM has at its ARN. */
  now(account: SeededAccount): Promise<Snapshot>;
  close(): Promise<void>;
}

const homeOf = ({ regions: [home = ""] }: SeededAccount): string => home;
/** Its clients, in the home region. */
const atHome = (account: SeededAccount) => ({
  client: <C extends ClientClass>(Client: C) => account.client(Client, homeOf(account)),
});
type AtHome = ReturnType<typeof atHome>;

/** What the version of the secret is called that has a certificate's key. */
const stageOf = (certificate: string): string =>
  `serial-${serialOf(new X509Certificate(certificate).serialNumber)}`;

function endingSoon(): MadeCertificate {
  const today = Date.now();
  const { old } = certificatesFor([
    {
      subject: "old",
      names: [name],
      from: new Date(today - milliseconds(days(80))),
      to: new Date(today + milliseconds(days(10))),
    },
  ]);
  if (!old) throw new Error("no certificate was made");
  return old;
}

/** As an earlier renewal would have left it. */
async function kept(secrets: SecretsManagerClient, { cert, key }: MadeCertificate): Promise<void> {
  await secrets.send(new CreateSecretCommand({ Name: secret }));
  const SecretString = JSON.stringify({ key, certificate: cert, chain: "" });
  const VersionStages = ["AWSCURRENT", stageOf(cert)];
  await secrets.send(new PutSecretValueCommand({ SecretId: secret, SecretString, VersionStages }));
}

/** As a load balancer: it shows what ACM has when somebody connects. */
async function startShop() {
  let show = async (): Promise<SecureContextOptions> => ({});
  const server = createServer({
    SNICallback: (_, answer) =>
      void show().then((shown) => answer(null, createSecureContext(shown)), answer),
  });
  // Whoever looks goes again at once.
  server.on("tlsClientError", () => {});
  await new Promise<void>((bound) => server.listen(0, "127.0.0.1", bound));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => void server.close(),
    openFor({ client }: AtHome, arn: string) {
      show = async () => {
        const { Certificate = "", CertificateChain = "" } = await client(ACMClient).send(
          new GetCertificateCommand({ CertificateArn: arn }),
        );
        const VersionStage = stageOf(Certificate);
        const { SecretString = "{}" } = await client(SecretsManagerClient).send(
          new GetSecretValueCommand({ SecretId: secret, VersionStage }),
        );
        const { key } = JSON.parse(SecretString) as { readonly key: string };
        return { key, cert: `${Certificate}\n${CertificateChain}` };
      };
    },
  };
}

/** As it is deployed, but that it may look at what this machine serves. */
const renewing = renewCertificates({
  nameServers: createNameServers,
  probe: createProbe({ loopback: true }),
});

const settingsFor = (directory: StandInDirectory, port: number, roots: readonly string[]) => ({
  [renewing.id]: {
    mode: "act",
    config: {
      account: { directory: directory.url, authorities: [directory.authority], termsAgreed: true },
      certificates: [
        {
          names: [name],
          secret,
          profile: "default",
          endpoints: [{ host: "127.0.0.1", port, name }],
        },
      ],
      resolvers: [directory.resolver],
      authorities: roots,
    },
  },
});

/** @returns nothing where Pebble is not installed */
export async function openRenewal(): Promise<NightRenewal | undefined> {
  if (!pebbleProgram()) return undefined;
  const [directory, shop] = await Promise.all([standInDirectory(), startShop()]);
  let arn = "";
  return {
    unit: renewing,
    settings: settingsFor(directory, shop.port, await directory.roots()),
    async seed(account) {
      const { client } = atHome(account);
      await directory.openFor({ client });
      const old = endingSoon();
      const zone = { Name: "example.com", CallerReference: "night" };
      await client(Route53Client).send(new CreateHostedZoneCommand(zone));
      await kept(client(SecretsManagerClient), old);
      const { CertificateArn = "" } = await client(ACMClient).send(
        new ImportCertificateCommand({
          Certificate: Buffer.from(old.cert),
          PrivateKey: Buffer.from(old.key),
        }),
      );
      arn = CertificateArn;
      shop.openFor({ client }, arn);
      const region = homeOf(account);
      return {
        unit: renewing.id,
        region,
        id: arn,
        name,
        expected: "changed",
        after: "is by Pebble",
      };
    },
    async now(account) {
      const { Certificate = "" } = await atHome(account)
        .client(ACMClient)
        .send(new GetCertificateCommand({ CertificateArn: arn }));
      const { issuer, validTo } = new X509Certificate(Certificate);
      const state = issuer.includes("Pebble") ? "is by Pebble" : `ends at ${validTo}`;
      return new Map([[placeOf(homeOf(account), arn), state]]);
    },
    async close() {
      shop.close();
      await directory.stop();
    },
  };
}
