/** The certificates that an account keeps, as ACM and IAM tell of them. */
import { X509Certificate } from "node:crypto";
import type { CertificateDetail } from "@aws-sdk/client-acm";
import type { ServerCertificate } from "@aws-sdk/client-iam";
import { regionIn } from "../../../sdk/arn.ts";
import { serialOf } from "../probe.ts";
import type { ServedPlace } from "./places.ts";
import { type NotRenewed, whyNotRenewed } from "./renewal.ts";

/** Whether it can be served: `never issued` also where it is still waited for. */
export type CertificateStanding = "issued" | "expired" | "revoked" | "never issued";

/** A certificate of the inventory. */
export interface KeptCertificate {
  readonly arn: string;
  /** `ACM eu-west-1`, `IAM`. */
  readonly where: string;
  readonly names: readonly string[];
  /** As `serialOf` writes it; absent where it cannot be read. */
  readonly serial: string | undefined;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  /** When it came there, where that is known. */
  readonly since: Date | undefined;
  readonly standing: CertificateStanding;
  /** How many things use it. IAM does not say. */
  readonly usedBy: number | undefined;
  readonly notRenewed: NotRenewed | undefined;
  /** When it was imported first and last, where somebody imported it. */
  readonly imports?: { readonly first: Date | undefined; readonly last: Date };
}

const standings: Readonly<Record<string, CertificateStanding>> = {
  ISSUED: "issued",
  INACTIVE: "issued",
  EXPIRED: "expired",
  REVOKED: "revoked",
};

/** Of several moments the last. */
const latest = (...moments: readonly (Date | undefined)[]): Date | undefined =>
  moments
    .filter((at) => at !== undefined)
    .toSorted((a, b) => b.getTime() - a.getTime())
    .at(0);

export function keptInAcm(detail: CertificateDetail): KeptCertificate {
  const { CertificateArn: arn = "", DomainName: domain, SubjectAlternativeNames } = detail;
  const { Serial, NotBefore, NotAfter, ImportedAt, Status = "", InUseBy = [] } = detail;
  const names = SubjectAlternativeNames?.length ? SubjectAlternativeNames : [domain];
  return {
    arn,
    where: `ACM ${regionIn(arn)}`,
    names: names.filter((name) => name !== undefined),
    serial: Serial === undefined ? undefined : serialOf(Serial),
    from: NotBefore,
    to: NotAfter,
    since: latest(NotBefore, ImportedAt, detail.RenewalSummary?.UpdatedAt),
    standing: standings[Status] ?? "never issued",
    usedBy: InUseBy.length,
    notRenewed: whyNotRenewed(detail),
    ...(ImportedAt && { imports: { first: detail.CreatedAt, last: ImportedAt } }),
  };
}

/** What stands in the certificate itself; nothing where it is none. */
function readable(body: string | undefined): X509Certificate | undefined {
  try {
    return body === undefined ? undefined : new X509Certificate(body);
  } catch {
    return undefined;
  }
}

export function keptInIam({
  ServerCertificateMetadata: metadata,
  CertificateBody,
}: ServerCertificate): KeptCertificate {
  const {
    Arn: arn = "",
    ServerCertificateName: name = "",
    Expiration,
    UploadDate,
  } = metadata ?? {};
  const certificate = readable(CertificateBody);
  const names = certificate?.subjectAltName
    ?.split(", ")
    .filter((part) => part.startsWith("DNS:"))
    .map((part) => part.slice("DNS:".length));
  return {
    arn,
    where: "IAM",
    names: names?.length ? names : [name],
    serial: certificate && serialOf(certificate.serialNumber),
    from: certificate?.validFromDate,
    to: certificate?.validToDate ?? Expiration,
    since: latest(certificate?.validFromDate, UploadDate),
    standing: "issued",
    usedBy: undefined,
    notRenewed: { cause: "iam" },
  };
}

/** One that a service keeps for itself, of which only what it waits for is known. */
export function keptAtPlace({ what, names, waits }: ServedPlace): KeptCertificate | undefined {
  if (!waits) return undefined;
  const { arn, records } = waits;
  return {
    ...{ arn, where: what, names, standing: "issued", usedBy: undefined },
    ...{ serial: undefined, from: undefined, to: undefined, since: undefined },
    notRenewed: { cause: "record", records },
  };
}
