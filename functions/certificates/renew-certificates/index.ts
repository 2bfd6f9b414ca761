/**
 * Renews imported certificates over ACME, and imports them to the same ARN, so that whatever uses
 * them has the new one. Names are proven by DNS in our own zones. A certificate is due when its
 * authority says so, else when a part of its lifetime is left, each at a moment of its own.
 *
 * Its key is made where it is stored, in Secrets Manager, and is never what one step hands to
 * another: nothing of it is recorded or logged. After the import the new one must be seen where it is
 * used. Where it is seen and clients refuse it, the one before is imported again.
 */
import { domainToUnicode } from "node:url";
import { regionIn } from "../../../sdk/arn.ts";
import { automation } from "../../../sdk/automation.ts";
import { compareText } from "../../../sdk/compare.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { type CertificateKeyAlgorithm, keyAlgorithms } from "../certificate-key.ts";
import { asciiName } from "../challenge-zone.ts";
import { createNameServers } from "../name-servers.ts";
import { createProbe, type TlsEndpoint } from "../probe.ts";
import { type Renewal, type RenewalPorts, renewalFlow, takeOverFlow } from "../renewal.ts";
import { type RenewalSettings, renewalConfig } from "./config.ts";
import { whyDue } from "./due.ts";
import { type KeptInAcm, keptInAcmOf, keyNameOf, readsOfKept } from "./find.ts";

const isKnown = (key: string): key is CertificateKeyAlgorithm =>
  keyAlgorithms.some((known) => known === key);

/**
 * The key that the certificate has: a re-import must keep its type and size.
 * @throws {CannotJudge} where the settings want another, before anything is ordered
 */
function algorithmOf({ settings: { key }, arn, detail }: KeptInAcm): CertificateKeyAlgorithm {
  const there = keyNameOf(detail.KeyAlgorithm);
  if (key !== undefined && key !== there)
    throw new CannotJudge(
      `${arn} has a key ${there}, and the settings want ${key}: ACM does not let type and size of a key change under an ARN. Import a certificate with a key ${key} as a new one, name its ARN here, and let what uses the old one use it`,
    );
  if (isKnown(there)) return there;
  throw new CannotJudge(
    `${arn} has a key ${there || "of an unknown kind"}, which is not ordered: import one with ${keyAlgorithms.join(", ")} as a new certificate, and name its ARN here`,
  );
}

const namesOf = ({ settings }: Pick<KeptInAcm, "settings">): string[] =>
  [...new Set(settings.names.map(asciiName))].toSorted(compareText);

/** An order that cannot be imported counts against the limits of its authority all the same. */
const quotaWords = ({ arn, imports, quota }: KeptInAcm, because: string): string =>
  `${arn} is to be renewed because ${because}, and ACM has taken at least ${imports} imports in ${regionIn(arn)} in 365 days, of ${quota.limit} that it takes (${quota.by}): nothing is ordered that could not be imported. Ask AWS for more ("Imported certificates in last 365 days" in Service Quotas)`;

/** Where nothing is said, at the names themselves; what a wildcard is served at is not known. */
function endpointsOf({ settings }: Pick<KeptInAcm, "settings">): TlsEndpoint[] {
  if (settings.endpoints) return [...settings.endpoints];
  return namesOf({ settings })
    .filter((name) => !name.startsWith("*."))
    .map((host) => ({ host, port: 443 }));
}

function renewalOf(kept: KeptInAcm, chosen: RenewalSettings): Renewal | undefined {
  const { account } = chosen;
  if (!account) return undefined;
  const { settings, id, version, leaf } = kept;
  const { directory: url, authorities, contact, secret, external, kmsKey, keyDays } = account;
  return {
    arn: kept.arn,
    names: namesOf(kept),
    account: { directory: { url, authorities }, contact, secret, external, kmsKey, keyDays },
    secret: settings.secret,
    algorithm: algorithmOf(kept),
    profile: settings.profile,
    preferredChain: settings.preferredChain,
    replaces: id,
    newerThan: leaf?.from ?? new Date(0),
    former: version,
    delegated: Object.fromEntries(
      Object.entries(chosen.delegated).map(([name, target]) => [asciiName(name), target]),
    ),
    resolvers: chosen.resolvers,
    endpoints: endpointsOf(kept),
    authorities: chosen.authorities,
    hoursToServe: chosen.hoursToServe,
  };
}

/** @param ports how name servers and endpoints are asked */
export function renewCertificates(ports: RenewalPorts) {
  const renewCertificate = renewalFlow(ports);
  const takeOverCertificate = takeOverFlow(ports);
  return automation({
    id: "renew-certificates",
    family: "certificates",
    summary:
      "Renews imported certificates over ACME, to the same ARN, and proves that they are served",
    on: [sweep("cron(20 0/6 * * ? *)", { window: minutes(60) })],
    config: renewalConfig,
    reads: readsOfKept,
    writes: [renewCertificate, takeOverCertificate],
    lost: [
      "A certificate that was issued counts against the limits of its authority, and each import against ACM's quota of a year.",
    ],
    find: (search) => keptInAcmOf(search),
    target: ({ arn, tags }) => ({ id: arn, tags }),
    name: ({ settings: { names } }) => domainToUnicode(names[0] ?? ""),
    state: ({ leaf }) => ({
      serial: leaf?.serial ?? null,
      names: leaf?.names ?? [],
      to: leaf?.to.toISOString().slice(0, 10) ?? null,
    }),
    becomes: (kept) => ({ serial: "a new one", names: namesOf(kept), to: "later" }),

    propose(kept, { config: chosen, now }) {
      const { arn, leaf, detail, version, advice } = kept;
      const renewal = renewalOf(kept, chosen);
      if (!renewal || detail.Type !== "IMPORTED") return;
      if (!leaf) throw new CannotJudge(`ACM shows no certificate at ${arn}: is it imported?`);
      const { renewBelow } = chosen;
      const because = whyDue({ leaf, wanted: renewal.names, advice, renewBelow, now });
      if (because === undefined) return;
      if (kept.imports >= kept.quota.limit) throw new CannotJudge(quotaWords(kept, because));
      const reasoned = { because, due: leaf.to };
      if (version === undefined) return { ...reasoned, call: takeOverCertificate(renewal) };
      return { ...reasoned, call: renewCertificate(renewal) };
    },
  });
}

export default renewCertificates({ nameServers: createNameServers, probe: createProbe() });
