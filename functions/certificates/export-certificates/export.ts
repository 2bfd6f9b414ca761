/**
 * Brings a certificate and its key from ACM into a secret. Passphrase and key are made, used and
 * stored within one step, which answers the version alone.
 */
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { exportCertificate } from "../../../aws/acm/exported.ts";
import { describeSecret } from "../../../aws/secretsmanager/secret.ts";
import {
  createSecret,
  putSecretValue,
  updateSecretVersionStage,
} from "../../../aws/secretsmanager/value.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import { NotPossible } from "../../../sdk/errors.ts";
import { makeSecret } from "../acme-account.ts";
import { bundleOf } from "../certificate-key.ts";
import { serialOf } from "../probe.ts";
import { makeCurrent, versionsOf } from "../secret-versions.ts";
import { labelOf } from "../version-label.ts";

/** What is exported, and where to. */
export interface ExportOrder {
  readonly arn: string;
  /** The name of the secret. */
  readonly secret: string;
  /** Of what ACM shows now, as `serialOf` writes it. */
  readonly serial: string;
  readonly kmsKey?: string | undefined;
}

/** Where there is a version already: what undo makes current again. */
export interface ExportAgain extends ExportOrder {
  readonly former: string;
}

const parts = [
  exportCertificate,
  describeSecret,
  createSecret,
  putSecretValue,
  updateSecretVersionStage,
] as const;
type Use = UsePart<typeof parts>;
type UseLabels = UsePart<readonly [typeof describeSecret, typeof updateSecretVersionStage]>;

const pemParts = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** As a server takes it: the key in the clear, the certificate, and its chain without it. */
async function exported(use: Use, { arn, serial }: ExportOrder): Promise<string> {
  const passphrase = randomBytes(32).toString("base64url");
  const answer = await use(
    exportCertificate({ CertificateArn: arn, Passphrase: Buffer.from(passphrase) }),
  );
  const { Certificate = "", CertificateChain = "", PrivateKey = "" } = answer;
  const key = createPrivateKey({ key: PrivateKey, passphrase });
  const leaf = new X509Certificate(Certificate);
  const is = serialOf(leaf.serialNumber);
  if (is !== serial)
    throw new NotPossible(
      `${arn} was renewed while it was exported: ACM has ${is}, and not ${serial} any more; the next run exports that`,
    );
  if (!leaf.checkPrivateKey(key))
    throw new NotPossible(`what ACM exports of ${arn} is no pair of certificate and key`);
  const chain = CertificateChain.match(pemParts) ?? [];
  const pem = key.export({ type: "pkcs8", format: "pem" }).toString();
  return JSON.stringify(bundleOf(pem, [Certificate.trim(), ...chain]));
}

const isNotThere = (error: unknown): boolean =>
  error instanceof Error && error.name === "ResourceNotFoundException";

async function stored(use: Use, order: ExportOrder): Promise<string> {
  const { secret: SecretId, serial, kmsKey } = order;
  const SecretString = await exported(use, order);
  const put = async (): Promise<string> => {
    const { VersionId = "" } = await use(
      putSecretValue({ SecretId, SecretString, VersionStages: [labelOf(serial)] }),
    );
    return VersionId;
  };
  try {
    return await put();
  } catch (error) {
    if (!isNotThere(error)) throw error;
    await makeSecret(use, { Name: SecretId, kmsKey, unit: "export-certificates" });
    return put();
  }
}

/** A secret has room for a hundred versions: what nobody goes back to loses our labels. */
async function forgetOlder(use: UseLabels, secret: string, kept: readonly string[]): Promise<void> {
  for (const [id, stages] of await versionsOf(use, secret)) {
    if (kept.includes(id) || stages.some((stage) => stage.startsWith("AWS"))) continue;
    for (const VersionStage of stages.filter((stage) => stage.startsWith(labelOf(""))))
      await use(
        updateSecretVersionStage({ SecretId: secret, VersionStage, RemoveFromVersionId: id }),
      );
  }
}

/** A step that died half way finds the version by its label, and exports nothing again. */
async function exportInto(order: ExportOrder, use: Use, former: string[]) {
  const { secret, serial } = order;
  const there = (await versionsOf(use, secret)).find(([, stages]) =>
    stages.includes(labelOf(serial)),
  );
  const version = there?.[0] ?? (await stored(use, order));
  await makeCurrent(use, secret, version);
  await forgetOlder(use, secret, [version, ...former]);
  return { secret, version, serial };
}

/** Gives the label AWSCURRENT back to the version that had it. */
export const makeFormerCurrent = composedWrite("certificate:MakeFormerCurrent", {
  parts: [describeSecret, updateSecretVersionStage],
  irreversible: "the next export makes the newest one current",
  async does({ secret, version }: { readonly secret: string; readonly version: string }, use) {
    await makeCurrent(use, secret, version);
    return {};
  },
});

/** Into a secret that has nothing yet. */
export const exportFirst = composedWrite("certificate:ExportFirst", {
  parts,
  irreversible:
    "a private key leaves ACM for the first time: what was read by others cannot be taken back from them",
  does: (order: ExportOrder, use) => exportInto(order, use, []),
});

/** Into a secret that has a version already. */
export const exportAgain = composedWrite("certificate:ExportAgain", {
  parts,
  does: ({ former, ...order }: ExportAgain, use) => exportInto(order, use, [former]),
  inverse: [makeFormerCurrent, ({ secret, former }) => ({ secret, version: former })],
});
