/** The certificates of the settings as they are in ACM, with what is kept of them. */
import { X509Certificate } from "node:crypto";
import type { CertificateDetail, Tag } from "@aws-sdk/client-acm";
import {
  describeCertificate,
  everyCertificate,
  listCertificates,
  listTagsForCertificate,
} from "../../../aws/acm/certificate.ts";
import { getCertificate } from "../../../aws/acm/imported.ts";
import { describeSecret } from "../../../aws/secretsmanager/secret.ts";
import { regionIn } from "../../../sdk/arn.ts";
import { compareText } from "../../../sdk/compare.ts";
import { NotPossible } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { asciiName } from "../challenge-zone.ts";
import { importsKnown } from "../import-quota.ts";
import { namesOfLeaf } from "../leaf.ts";
import { serialOf } from "../probe.ts";
import { certificateId, type RenewalAdvice, readRenewalInfo } from "../renewal-info.ts";
import { labelOf } from "../version-label.ts";
import type { CertificateSettings, RenewalSettings } from "./config.ts";
import type { LeafInAcm } from "./due.ts";
import { type ImportQuota, importQuotaOf, quotaReads } from "./known-quota.ts";

export const readsOfKept = [
  listCertificates,
  describeCertificate,
  getCertificate,
  listTagsForCertificate,
  describeSecret,
  readRenewalInfo,
  ...quotaReads,
] as const;
type Read = Reader<typeof readsOfKept>;

/** One of the settings' certificates. */
export interface KeptInAcm {
  readonly arn: string;
  readonly settings: CertificateSettings;
  readonly detail: CertificateDetail;
  /** Absent where ACM shows none, as of one that was never issued. */
  readonly leaf: LeafInAcm | undefined;
  /** As directories name it. */
  readonly id: string | undefined;
  readonly tags: readonly Tag[];
  /** The version of its secret that it was imported from; absent where somebody else imported it. */
  readonly version: string | undefined;
  readonly advice: RenewalAdvice;
  /** Imports that ACM has taken here in 365 days, at least. */
  readonly imports: number;
  /** How many it takes. */
  readonly quota: ImportQuota;
}

function leafIn(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

async function versionOf(read: Read, SecretId: string, serial: string | undefined) {
  const found = await read(describeSecret({ SecretId }));
  const versions = Object.entries(found?.VersionIdsToStages ?? {});
  if (serial === undefined) return undefined;
  return versions.find(([, labels]) => labels.includes(labelOf(serial)))?.[0];
}

/** An entry of the settings, with one certificate that it is about. */
interface Named {
  readonly arn: string;
  readonly settings: CertificateSettings;
}

async function keptAs(
  read: Read,
  { arn: CertificateArn, settings }: Named,
  { account }: RenewalSettings,
): Promise<Omit<KeptInAcm, "imports" | "quota"> | undefined> {
  const detail = (await read(describeCertificate({ CertificateArn })))?.Certificate;
  if (!detail) return undefined;
  const [shown, tagging] = await Promise.all([
    read(getCertificate({ CertificateArn })),
    read(listTagsForCertificate({ CertificateArn })),
  ]);
  const certificate = leafIn(shown?.Certificate);
  const leaf = certificate && {
    serial: serialOf(certificate.serialNumber),
    from: certificate.validFromDate,
    to: certificate.validToDate,
    names: namesOfLeaf(certificate),
  };
  const id = certificate && certificateId(certificate);
  const directory = account && { url: account.directory, authorities: account.authorities };
  const advice: RenewalAdvice =
    id && directory
      ? await read(readRenewalInfo({ directory, certificate: id }))
      : { kind: "none" };
  return {
    arn: CertificateArn,
    settings,
    detail,
    leaf,
    id,
    tags: tagging?.Tags ?? [],
    version: await versionOf(read, settings.secret, leaf?.serial),
    advice,
  };
}

interface KeptSearch {
  readonly now: Date;
  readonly read: Read;
  readonly config: RenewalSettings;
  readonly region: string;
  readonly only: readonly string[] | undefined;
}

const wantedNames = (names: readonly string[]): string =>
  [...new Set(names.map(asciiName))].toSorted(compareText).join();

/** ACM writes `RSA-2048` in descriptions and `RSA_2048` in requests. */
export const keyNameOf = (algorithm = ""): string => algorithm.replace("-", "_");

/** The imported certificates that an entry without an ARN is about: those with just its names. */
async function namedAlike(read: Read, { names, key }: CertificateSettings): Promise<string[]> {
  const found: string[] = [];
  for await (const listed of read(listCertificates(everyCertificate))) {
    const { CertificateArn, SubjectAlternativeNameSummaries: some, Type = "IMPORTED" } = listed;
    // Of many names the list shows the first hundred.
    const isOther = some?.every((name) => !wantedNames(names).includes(asciiName(name)));
    if (isOther || Type !== "IMPORTED") continue;
    const detail = (await read(describeCertificate({ CertificateArn })))?.Certificate;
    if (detail?.Type !== "IMPORTED" || !CertificateArn) continue;
    const itsNames = detail.SubjectAlternativeNames ?? [];
    const isAlike = wantedNames(itsNames) === wantedNames(names);
    if (isAlike && (key === undefined || key === keyNameOf(detail.KeyAlgorithm)))
      found.push(CertificateArn);
  }
  return found;
}

async function arnsOf(read: Read, settings: CertificateSettings, region: string) {
  const { arn, secret } = settings;
  if (arn !== undefined) return regionIn(arn) === region ? [arn] : [];
  const alike = await namedAlike(read, settings);
  if (alike.length < 2) return alike;
  throw new NotPossible(
    `${alike.length} imported certificates in ${region} have the names of the one that ${secret} is for: say by \`arn\` which is meant, or by \`key\` (${alike.join(", ")})`,
  );
}

/** The certificates of the settings in this region. One that is gone from ACM is left out. */
export async function* keptInAcmOf({
  read,
  config,
  region,
  only,
  now,
}: KeptSearch): AsyncGenerator<KeptInAcm> {
  let imports: number | undefined;
  let quota: ImportQuota | undefined;
  for (const settings of config.certificates)
    for (const arn of await arnsOf(read, settings, region)) {
      if (only && !only.includes(arn)) continue;
      const kept = await keptAs(read, { arn, settings }, config);
      if (!kept) continue;
      // All certificates are listed once, and only where one of the settings is here.
      imports ??= importsKnown(
        await Array.fromAsync(read(listCertificates(everyCertificate))),
        now,
      );
      quota ??= await importQuotaOf(read, config.importQuota);
      yield { ...kept, imports, quota };
    }
}
