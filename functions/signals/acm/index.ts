/**
 * Certificate Manager: certificates that expire, that cannot be renewed without somebody, that have
 * expired or are revoked.
 */
import * as z from "zod/mini";
import type { Severity } from "../../../sdk/message.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { flag, number, text } from "../../../sdk/signals/lenient.ts";
import { lastOf, matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

/** How long before AWS tells of it differs between its documents: what counts is `DaysToExpiry`. */
const detail = z.object({
  DaysToExpiry: number,
  CommonName: text,
  RenewalStatusReason: text,
  RevocationReason: text,
  DomainValidationMethod: text,
  CertificateType: text,
  CertificateExpirationDate: text,
  InUse: flag,
});

const days = (count: number | undefined): string =>
  count === undefined
    ? "soon"
    : count <= 0
      ? "today"
      : `in ${count} ${count === 1 ? "day" : "days"}`;

function judged(
  detailType: string,
  {
    DaysToExpiry: left,
    InUse,
    RenewalStatusReason: why,
    RevocationReason,
  }: z.output<typeof detail>,
) {
  const soon: Severity =
    InUse === false ? "info" : left !== undefined && left <= 7 ? "critical" : "warning";
  if (detailType.includes("Revoked"))
    return {
      says: `is revoked${RevocationReason ? `: ${RevocationReason}` : ""}`,
      severity: "critical" as const,
    };
  if (detailType.endsWith("Expired"))
    return {
      says: "has expired",
      severity: InUse === false ? ("warning" as const) : ("critical" as const),
    };
  if (detailType.endsWith("Renewal Action Required"))
    return {
      says: `cannot be renewed without you${why ? ` (${why})` : ""} and expires ${days(left)}`,
      severity: soon,
    };
  if (detailType.endsWith("Available"))
    return { says: "is valid again", severity: "info" as const, over: true };
  return { says: `expires ${days(left)}`, severity: soon };
}

export default signal({
  id: "acm",
  family: "signals",
  summary: "Tells of certificates that expire, have expired or cannot be renewed",
  on: [
    "ACM Certificate Approaching Expiration",
    "ACM Certificate Renewal Action Required",
    "ACM Certificate Expired",
    "ACM Certificate Revoked",
    "ACM Certificate Revoked by Certificate Authority (CA)",
    "ACM Certificate Available",
  ].map((detailType) => ({ source: "aws.acm", detailType })),
  config: z.strictObject({
    ignore: namesInEvent(
      "Certificates that are not told, by ARN or domain name; `*` at the end stands for any rest.",
    ),
  }),
  detail,

  tell(certificate, { config, detailType, region, resources }) {
    const [arn] = resources;
    if (matchesName(config.ignore, arn, certificate.CommonName)) return undefined;
    const { says, severity, over = false } = judged(detailType, certificate);
    return message({
      title: `The certificate for ${certificate.CommonName ?? (arn ? lastOf(arn) : "an unknown domain")} ${says}`,
      severity,
      affected: [arn],
      facts: {
        domain: certificate.CommonName,
        "days left": certificate.DaysToExpiry,
        expires: certificate.CertificateExpirationDate,
        "in use": certificate.InUse === undefined ? undefined : certificate.InUse ? "yes" : "no",
        "validated by": certificate.DomainValidationMethod,
        "why not renewed": certificate.RenewalStatusReason,
        type: certificate.CertificateType,
      },
      link: arn && consolePage(region)`acm/home?region=${region}#/certificates/${lastOf(arn)}`,
      key: arn,
      closes: over,
      quiet: over,
    });
  },
});
