/**
 * Keys of certificates, kept as versions of a secret. A key is made where it is stored, and used
 * where it is needed; what steps answer is the version alone.
 */
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import * as z from "zod/mini";
import { describeCertificate } from "../../aws/acm/certificate.ts";
import { importCertificate } from "../../aws/acm/imported.ts";
import { describeSecret } from "../../aws/secretsmanager/secret.ts";
import {
  createSecret,
  getSecretValue,
  putSecretValue,
  updateSecretVersionStage,
} from "../../aws/secretsmanager/value.ts";
import { composedWrite, type UsePart } from "../../sdk/composed.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { makeSecret, type readSecret, secretOf } from "./acme-account.ts";
import { serialOf } from "./probe.ts";
import { makeCurrent, versionsOf } from "./secret-versions.ts";
import { labelOf } from "./version-label.ts";

/** Kinds of keys that both ACM and directories take, by ACM's names. */
export const keyAlgorithms = [
  "EC_prime256v1",
  "EC_secp384r1",
  "RSA_2048",
  "RSA_3072",
  "RSA_4096",
] as const;
export type CertificateKeyAlgorithm = (typeof keyAlgorithms)[number];

export interface KeyVersion {
  /** The name of the secret. */
  readonly secret: string;
  readonly version: string;
}

const endPrefix = "ends-";

/** By it a version is kept until the certificate in it is over. */
export const labelOfEnd = (to: Date): string => `${endPrefix}${to.toISOString().slice(0, 10)}`;

/** While nothing was issued for it. */
const making = "nightshift-making";

const bundle = z.object({
  key: z.string(),
  certificate: z.optional(z.string()),
  chain: z.optional(z.string()),
});

/** What a version holds: `certificate` and `chain` as servers take them, in PEM. */
export const bundleOf = (key: string, [certificate = "", ...chain]: readonly string[]) => ({
  key,
  certificate,
  chain: chain.join("\n"),
});

/** @throws {NotPossible} where the version is gone */
export async function keptKey(
  use: UsePart<typeof readSecret>,
  { secret, version }: KeyVersion,
): Promise<z.output<typeof bundle>> {
  const found = await secretOf(use, { SecretId: secret, VersionId: version }, bundle);
  if (found) return found;
  throw new NotPossible(`the secret ${secret} has no version ${version}`);
}

function newKey(algorithm: CertificateKeyAlgorithm): string {
  const [kind, size = ""] = algorithm.split("_");
  const publicKeyEncoding = { type: "spki", format: "pem" } as const;
  const privateKeyEncoding = { type: "pkcs8", format: "pem" } as const;
  if (kind === "EC")
    return generateKeyPairSync("ec", { namedCurve: size, publicKeyEncoding, privateKeyEncoding })
      .privateKey;
  const modulusLength = Number(size);
  return generateKeyPairSync("rsa", { modulusLength, publicKeyEncoding, privateKeyEncoding })
    .privateKey;
}

export interface KeyToMake {
  readonly secret: string;
  readonly algorithm: CertificateKeyAlgorithm;
  readonly kmsKey?: string | undefined;
  readonly token?: string;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");

/** Makes a key and stores it in the same step. */
export const makeKey = composedWrite("certificate:MakeKey", {
  parts: [createSecret, putSecretValue],
  passing: true,
  token: "token",
  irreversible: "a key that nothing was issued for is forgotten by itself",
  async does({ secret, algorithm, kmsKey, token }: KeyToMake, use): Promise<KeyVersion> {
    const stored = async (): Promise<KeyVersion> => {
      const { VersionId = "" } = await use(
        putSecretValue({
          SecretId: secret,
          SecretString: JSON.stringify({ key: newKey(algorithm) }),
          VersionStages: [making],
          ...(token && { ClientRequestToken: token }),
        }),
      );
      return { secret, version: VersionId };
    };
    try {
      return await stored();
    } catch (error) {
      // An earlier attempt has stored another key under this token: that one is used.
      if (nameOf(error) === "ResourceExistsException" && token) return { secret, version: token };
      if (nameOf(error) !== "ResourceNotFoundException") throw error;
      await makeSecret(use, { Name: secret, kmsKey });
      return stored();
    }
  },
});

export interface ToImport extends KeyVersion {
  readonly arn: string;
  /** The version that was there before; absent where somebody else had imported that. */
  readonly former?: string | undefined;
  /** The version that it is imported in place of: no later renewal may come back to that. */
  readonly unwanted?: string | undefined;
}

const importing = [
  getSecretValue,
  describeSecret,
  updateSecretVersionStage,
  describeCertificate,
  importCertificate,
] as const;
type Importing = UsePart<typeof importing>;

const isOurs = (stage: string): boolean =>
  stage.startsWith(labelOf("")) || stage.startsWith(endPrefix);

/** Without a label a version is forgotten. */
async function forget(use: Importing, secret: string, id: string, stages: readonly string[]) {
  for (const VersionStage of stages.filter(isOurs))
    await use(
      updateSecretVersionStage({ SecretId: secret, VersionStage, RemoveFromVersionId: id }),
    );
}

/** Whether what it holds is over; so is what does not say when. */
function isOver(stages: readonly string[], from: Date): boolean {
  const ends = stages.filter((stage) => stage.startsWith(endPrefix));
  return ends.every((end) => end < labelOfEnd(from));
}

/**
 * A secret has room for a hundred versions: those that nobody goes back to lose our labels. What
 * still lives is kept: another region's certificate may have come from it.
 * @param from when the new one's life begins
 */
async function forgetOlder(
  use: Importing,
  { secret, version, former }: KeyVersion & Pick<ToImport, "former">,
  from: Date,
): Promise<void> {
  for (const [id, stages] of await versionsOf(use, secret)) {
    if (id === version || id === former || !isOver(stages, from)) continue;
    if (stages.some((stage) => stage.startsWith("AWS"))) continue;
    await forget(use, secret, id, stages);
  }
}

/** What came of an import. */
export interface ImportedVersion {
  readonly serial: string;
  /** Why those who read the secret get the one before; absent where they get this one. */
  readonly notCurrent?: string;
}

/** The import is done whatever comes of this: it is told, and never an error of the import. */
async function labelled(
  use: Importing,
  toImport: ToImport,
  from: Date,
): Promise<string | undefined> {
  const { secret, former, unwanted } = toImport;
  try {
    await makeCurrent(use, secret, toImport.version);
    if (former !== undefined) await forgetOlder(use, toImport, from);
    for (const [id, stages] of unwanted ? await versionsOf(use, secret) : [])
      if (id === unwanted) await forget(use, secret, id, stages);
    return undefined;
  } catch (error) {
    return inOneLine(error);
  }
}

/**
 * What ACM says when it takes no more, with what to do: 2,500 imported certificates, and twice as
 * many imports in 365 days, those to a known ARN included.
 * @see https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
 */
async function taken<T>(importing: Promise<T>, { secret, version }: ToImport): Promise<T> {
  try {
    return await importing;
  } catch (error) {
    if (nameOf(error) !== "LimitExceededException") throw error;
    throw new NotPossible(
      `ACM takes no more imports: ${inOneLine(error)}. Ask AWS for more ("Imported certificates in last 365 days" in Service Quotas), or delete what nobody uses. What was issued is kept as version ${version} of ${secret}, and the next run imports it without another order`,
    );
  }
}

async function importVersion(toImport: ToImport, use: Importing): Promise<ImportedVersion> {
  const { arn, secret, version } = toImport;
  const { key, certificate = "", chain } = await keptKey(use, { secret, version });
  const leaf = new X509Certificate(certificate);
  const serial = serialOf(leaf.serialNumber);
  const there = (await use(describeCertificate({ CertificateArn: arn })))?.Certificate;
  if (!there) throw new NotPossible(`${arn} is gone`);
  createPrivateKey(key);
  // Each import counts against a yearly quota.
  if (serialOf(there.Serial ?? "") !== serial)
    await taken(
      use(
        importCertificate({
          CertificateArn: arn,
          Certificate: Buffer.from(certificate),
          PrivateKey: Buffer.from(key),
          ...(chain && { CertificateChain: Buffer.from(chain) }),
        }),
      ),
      toImport,
    );
  const notCurrent = await labelled(use, toImport, leaf.validFromDate);
  return { serial, ...(notCurrent && { notCurrent }) };
}

/** Imports a version to the ARN where it was before. */
export const importFormer = composedWrite("certificate:ImportFormer", {
  parts: importing,
  irreversible: "the newer version is imported by the next renewal",
  does: (toImport: ToImport, use) => importVersion(toImport, use),
});

/** Imports a version to the same ARN, in place of what is there. No tags are sent. */
export const importNew = composedWrite("certificate:ImportNew", {
  parts: importing,
  does: (toImport: ToImport, use) => importVersion(toImport, use),
  inverse: [
    importFormer,
    ({ former, ...toImport }) =>
      former ? [{ ...toImport, version: former, unwanted: toImport.version }] : [],
  ],
});
