/**
 * What was issued and is not in ACM yet, because something came in between: it is imported, and not
 * ordered again. Authorities issue the same names a few times a week, and no more.
 */
import { type KeyObject, X509Certificate } from "node:crypto";
import { describeSecret } from "../../aws/secretsmanager/secret.ts";
import { getSecretValue } from "../../aws/secretsmanager/value.ts";
import { compareText } from "../../sdk/compare.ts";
import { composedWrite, type UsePart } from "../../sdk/composed.ts";
import type { StoredCertificate } from "./acme-order.ts";
import { type CertificateKeyAlgorithm, keptKey } from "./certificate-key.ts";
import { issuerNameOf, namesOfLeaf } from "./leaf.ts";
import { serialOf } from "./probe.ts";
import { labelOf } from "./version-label.ts";

/** What it must be for, to be of use. */
export interface WantedVersion {
  /** The name of the secret. */
  readonly secret: string;
  readonly names: readonly string[];
  readonly algorithm: CertificateKeyAlgorithm;
  /** When the life of the one in ACM began: what is of use is newer. */
  readonly newerThan: Date;
  readonly now: Date;
}

function algorithmOfKey({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string {
  const { modulusLength, namedCurve } = asymmetricKeyDetails;
  return asymmetricKeyType === "rsa" ? `RSA_${modulusLength}` : `EC_${namedCurve}`;
}

/** More than half of its life must be left: else it is soon due again. */
function isOfUse(leaf: X509Certificate, { names, algorithm, newerThan, now }: WantedVersion) {
  const [from, to] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()];
  if (from <= newerThan.getTime() || now.getTime() > (from + to) / 2) return false;
  if (namesOfLeaf(leaf).join() !== names.toSorted(compareText).join()) return false;
  return algorithmOfKey(leaf.publicKey) === algorithm;
}

const parts = [describeSecret, getSecretValue] as const;

async function issuedIn(
  use: UsePart<typeof parts>,
  wanted: WantedVersion,
): Promise<StoredCertificate | null> {
  const { secret } = wanted;
  const versions = (await use(describeSecret({ SecretId: secret })))?.VersionIdsToStages ?? {};
  let newest: StoredCertificate | null = null;
  for (const [version, stages] of Object.entries(versions)) {
    if (!stages.some((stage) => stage.startsWith(labelOf("")))) continue;
    const { certificate } = await keptKey(use, { secret, version });
    const leaf = certificate ? new X509Certificate(certificate) : undefined;
    if (!leaf || !isOfUse(leaf, wanted)) continue;
    if (newest && newest.from >= leaf.validFromDate) continue;
    const { validFromDate: from, validToDate: to } = leaf;
    newest = { version, serial: serialOf(leaf.serialNumber), from, to, issuer: issuerNameOf(leaf) };
  }
  return newest;
}

/**
 * The newest version that may be imported as it is; `null` where there is none. By it is decided
 * whether anything is ordered, so that it is kept like a write.
 */
export const takeIssued = composedWrite("certificate:TakeIssued", {
  parts,
  passing: true,
  irreversible: "it is only read",
  does: async (wanted: WantedVersion, use) => ({ issued: await issuedIn(use, wanted) }),
});
