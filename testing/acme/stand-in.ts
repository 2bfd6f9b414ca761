/**
 * A directory for fixtures, whose settings are known before anything runs: its ports are taken at
 * once, and Pebble behind them starts when an account first needs it.
 */
import { ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import type { TestAccount } from "../account.ts";
import { certificatesFor } from "../certificates.ts";
import { startDirectoryProxy } from "./directory-proxy.ts";
import { type DnsZone, startDnsServer } from "./dns-server.ts";
import { type Pebble, startPebble } from "./pebble.ts";
import { recordsIn, zonesOf } from "./route53-zone.ts";

export interface StandInDirectory {
  readonly url: string;
  /** PEM: what its requests are trusted by. */
  readonly authority: string;
  /** `address:port` of the name server that answers for it. */
  readonly resolver: string;
  /** PEM: what its certificates are trusted by. @throws where Pebble is not installed */
  roots(): Promise<string[]>;
  /** From now on names are those of this account. @throws where Pebble is not installed */
  openFor(aws: Pick<TestAccount, "client">): Promise<void>;
  /** Proofs that were left in an account. */
  proofsIn(aws: TestAccount): Promise<string[]>;
  stop(): Promise<void>;
}

export async function standInDirectory(): Promise<StandInDirectory> {
  let zone: DnsZone = async () => [];
  let pebble: Promise<Pebble> | undefined;
  const dns = await startDnsServer((name) => zone(name));
  const { pebble: certificate } = certificatesFor([{ subject: "pebble", names: ["127.0.0.1"] }]);
  if (!certificate) throw new Error("no certificate was made");
  const proxy = await startDirectoryProxy(certificate);
  const running = (): Promise<Pebble> => {
    pebble ??= startPebble({ certificate, resolver: dns.address });
    return pebble;
  };
  return {
    url: proxy.directory,
    authority: certificate.cert,
    resolver: dns.address,
    roots: async () => (await running()).roots(),
    async openFor(aws) {
      zone = zonesOf(aws);
      proxy.target = await running();
    },
    async stop() {
      await proxy.stop();
      await (await pebble)?.stop();
      await dns.stop();
    },
    async proofsIn(aws) {
      const route53 = aws.client(Route53Client);
      const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
      const all = await Promise.all(HostedZones.map(({ Id }) => recordsIn(route53, Id)));
      return all.flat().flatMap(({ Name = "", Type }) => (Type === "TXT" ? [Name] : []));
    },
  };
}
