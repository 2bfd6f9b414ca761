/**
 * Whether ACM will renew a certificate, and why not.
 * @see https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
 */
import type { CertificateDetail, DomainValidation } from "@aws-sdk/client-acm";

/**
 * What stands in the way of the next certificate.
 * - `record`: ACM waits for a CNAME that proves a name
 * - `mail`: it waits for somebody who answers a mail
 * - `failed`: a renewal or an issue was tried and given up
 * - `unused`: ACM renews what a service uses or what was exported, and nothing else
 * - `imported`, `iam`: whoever brought it brings the next
 */
export type NotRenewed =
  | { readonly cause: "record"; readonly records: readonly string[] }
  | { readonly cause: "mail"; readonly names: readonly string[] }
  | { readonly cause: "failed"; readonly reason: string }
  | { readonly cause: "waits" | "unused" | "imported" | "private" | "iam" };

/** `_a1.example.com CNAME _b2.acm-validations.aws`. */
function recordOf({ ResourceRecord: record }: DomainValidation): string[] {
  if (!record?.Name || !record.Value) return [];
  const bare = (name: string) => (name.endsWith(".") ? name.slice(0, -1) : name);
  return [`${bare(record.Name)} ${record.Type ?? "CNAME"} ${bare(record.Value)}`];
}

/** What a validation that is not over waits for. */
function waitsFor(validations: readonly DomainValidation[]): NotRenewed {
  const open = validations.filter(({ ValidationStatus }) => ValidationStatus !== "SUCCESS");
  const records = [
    ...new Set(
      open.filter(({ ValidationMethod }) => ValidationMethod !== "EMAIL").flatMap(recordOf),
    ),
  ];
  if (records.length) return { cause: "record", records };
  const names = open.flatMap(({ ValidationMethod, DomainName }) =>
    ValidationMethod === "EMAIL" && DomainName ? [DomainName] : [],
  );
  return names.length ? { cause: "mail", names } : { cause: "waits" };
}

/** @returns nothing where it is or will be renewed by itself */
export function whyNotRenewed(detail: CertificateDetail): NotRenewed | undefined {
  const { Type, Status, RenewalSummary: renewal, RenewalEligibility, InUseBy = [] } = detail;
  const { DomainValidationOptions: validations = [], FailureReason: failure } = detail;
  if (Type === "IMPORTED") return { cause: "imported" };
  if (Status === "PENDING_VALIDATION") return waitsFor(validations);
  if (Status === "FAILED" || Status === "VALIDATION_TIMED_OUT")
    return { cause: "failed", reason: failure ?? Status };
  if (renewal?.RenewalStatus === "FAILED")
    return { cause: "failed", reason: renewal.RenewalStatusReason ?? "OTHER" };
  if (renewal?.RenewalStatus === "PENDING_VALIDATION")
    return waitsFor(renewal.DomainValidationOptions ?? validations);
  if (RenewalEligibility === "ELIGIBLE") return undefined;
  if (InUseBy.length === 0) return { cause: "unused" };
  return Type === "PRIVATE" ? { cause: "private" } : { cause: "waits" };
}

/** Why ACM gave up, and what helps. */
const failures: Readonly<Record<string, string>> = {
  CAA_ERROR:
    "a CAA record forbids Amazon to issue for it: allow amazon.com, amazontrust.com, awstrust.com or amazonaws.com",
  NO_AVAILABLE_CONTACTS: "ACM found nobody to mail: validate it by DNS instead",
  ADDITIONAL_VERIFICATION_REQUIRED: "AWS wants to check the domain: ask its support",
  DOMAIN_NOT_ALLOWED: "the domain is on a list of unsafe ones: ask whoever keeps that list",
  DOMAIN_VALIDATION_DENIED: "the mailed request was refused by whoever got it",
  INVALID_PUBLIC_DOMAIN: "its name is no public domain",
  VALIDATION_TIMED_OUT: "nobody proved its names within 72 hours: request it anew",
  PCA_ACCESS_DENIED: "the private authority does not let ACM issue: check its permissions",
  PCA_INVALID_STATE: "the private authority is not active",
  PCA_RESOURCE_NOT_FOUND: "the private authority is gone",
  PCA_LIMIT_EXCEEDED: "the private authority has issued as many as it may",
  SLR_NOT_FOUND: "ACM's service-linked role is gone: any request of a certificate makes it again",
};

const causes: Readonly<Record<Exclude<NotRenewed["cause"], "record" | "mail" | "failed">, string>> =
  {
    waits: "ACM does not say that it will be renewed",
    unused: "ACM will not renew it: nothing uses it",
    imported: "imported: ACM does not renew it, import the next one to the same ARN",
    private: "its authority is one whose certificates ACM does not renew",
    iam: "IAM renews nothing: ACM would",
  };

/** As a clause: what stands in the way, and what to do. */
export function inWayWords(why: NotRenewed): string {
  if (why.cause === "record") return `ACM waits for ${why.records.join(" and ")}`;
  if (why.cause === "mail")
    return `ACM waits for somebody to answer its mail to the owner of ${why.names.join(", ")}`;
  if (why.cause === "failed")
    return `ACM gave up: ${failures[why.reason] ?? "see its console"} (${why.reason})`;
  return causes[why.cause];
}

/** Nothing comes of it unless somebody does something, however much time is left. */
export const needsSomebody = (why: NotRenewed | undefined): boolean =>
  why?.cause === "record" || why?.cause === "mail" || why?.cause === "failed";
