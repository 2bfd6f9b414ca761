/**
 * Versions of a secret that holds a certificate, for whatever brings one somewhere: into the secret
 * itself, or from it to another place. Key and certificate are one version, always.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import * as z from "zod/mini";
import { describeSecret } from "../../aws/secretsmanager/secret.ts";
import { getSecretValue, updateSecretVersionStage } from "../../aws/secretsmanager/value.ts";
import type { UsePart } from "../../sdk/composed.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { serialOf } from "./probe.ts";

export const currentLabel = "AWSCURRENT";

/** Each version with its labels. */
export const versionsOf = async (
  use: UsePart<readonly [typeof describeSecret]>,
  SecretId: string,
): Promise<[version: string, labels: string[]][]> =>
  Object.entries((await use(describeSecret({ SecretId })))?.VersionIdsToStages ?? {});

/** Whoever reads the secret without naming a version gets this one. */
export async function makeCurrent(
  use: UsePart<readonly [typeof describeSecret, typeof updateSecretVersionStage]>,
  secret: string,
  version: string,
): Promise<void> {
  const versions = await versionsOf(use, secret);
  const holder = versions.find(([, labels]) => labels.includes(currentLabel))?.[0];
  if (holder === version) return;
  await use(
    updateSecretVersionStage({
      SecretId: secret,
      VersionStage: currentLabel,
      MoveToVersionId: version,
      ...(holder && { RemoveFromVersionId: holder }),
    }),
  );
}

/** A version that is to be brought somewhere, by what it must hold. */
export interface PairVersion {
  /** The name of the secret. */
  readonly secret: string;
  readonly version: string;
  /** Of its certificate, as `serialOf` writes it. */
  readonly serial: string;
}

/** A certificate with its key, in PEM; `chain` without the certificate itself. */
const pair = z.object({
  key: z.string(),
  certificate: z.string(),
  chain: z._default(z.string(), ""),
});
export type CertificatePair = z.output<typeof pair>;

/** What a text in JSON holds; nothing where it holds no certificate with its own key. */
export function pairIn(text: string): (CertificatePair & { readonly serial: string }) | undefined {
  try {
    const held = pair.parse(JSON.parse(text));
    const leaf = new X509Certificate(held.certificate);
    if (!leaf.checkPrivateKey(createPrivateKey(held.key))) return undefined;
    return { ...held, serial: serialOf(leaf.serialNumber) };
  } catch {
    return undefined;
  }
}

/**
 * What a version holds, looked at before it goes anywhere: that the key is the certificate's own.
 * @throws {NotPossible} where it is gone, or holds something else; its value is not shown
 */
export async function keptPair(
  use: UsePart<readonly [typeof getSecretValue]>,
  { secret, version, serial }: PairVersion,
): Promise<CertificatePair> {
  const found = await use(getSecretValue({ SecretId: secret, VersionId: version }));
  if (found?.SecretString === undefined)
    throw new NotPossible(`the secret ${secret} has no version ${version} any more`);
  const held = pairIn(found.SecretString);
  if (held?.serial === serial) return held;
  throw new NotPossible(
    `version ${version} of ${secret} does not hold the certificate ${serial} with its own key, as its label says: nothing of it is brought anywhere. Renew or export it again`,
  );
}
