/**
 * Certificate Manager: certificates that expire, that cannot be renewed without somebody, that have
 * expired or are revoked. One is well again when ACM has it as issued and valid; a revocation is
 * never over.
 */
import * as z from "zod/mini";
import { count } from "../../../sdk/counted.ts";
import type { Severity } from "../../../sdk/message.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { flag, number, text } from "../../../sdk/signals/lenient.ts";
import { lastOf, prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

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

type Certificate = z.output<typeof detail>;

function expires({ DaysToExpiry: left }: Certificate): string {
  if (left === undefined) return "expires soon";
  return left <= 0 ? "expires today" : `expires in ${count(left, "day")}`;
}

/** One that nobody uses is no hurry. */
function urgency({
  detail: { InUse, DaysToExpiry: left },
}: {
  readonly detail: Certificate;
}): Severity {
  if (InUse === false) return "info";
  return left !== undefined && left <= 7 ? "critical" : "warning";
}

const yesOrNo = (flag: boolean | undefined): string | undefined =>
  flag === undefined ? undefined : { true: "yes", false: "no" }[`${flag}`];

/** A revocation has two detail types. */
const state = (detailType: string): string =>
  ["Revoked", "Expired", "Renewal Action Required", "Available"].find((what) =>
    detailType.startsWith(`ACM Certificate ${what}`),
  ) ?? "Approaching Expiration";

export default stateSignal({
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

  subject({ CommonName: domain }, { region, resources: [arn] }) {
    const id = arn && lastOf(arn);
    const name = domain ?? id ?? "an unknown domain";
    return {
      name: `The certificate for ${name}`,
      ignoredBy: [arn, domain],
      affected: [arn],
      link: id && consolePage(region)`acm/home?region=${region}#/certificates/${id}`,
      key: arn,
    };
  },

  state: (_, { detailType }) => state(detailType),
  states: {
    "Approaching Expiration": {
      severity: urgency,
      title: ({ subject, detail: certificate }) => `${subject.name} ${expires(certificate)}`,
    },
    "Renewal Action Required": {
      severity: urgency,
      title({ subject, detail: certificate }) {
        const { RenewalStatusReason: why } = certificate;
        const reason = why ? ` (${why})` : "";
        return `${subject.name} cannot be renewed without you${reason} and ${expires(certificate)}`;
      },
    },
    Expired: {
      severity: ({ detail: { InUse } }) => (InUse === false ? "warning" : "critical"),
      title: ({ subject }) => `${subject.name} has expired`,
    },
    Revoked: {
      severity: "critical",
      // Another matter than its age: no renewal makes it valid again.
      key: ({ subject }) => subject.key && `${subject.key}/revoked`,
      title: ({ subject, detail: { RevocationReason } }) =>
        `${subject.name} is revoked${prefixed(": ", RevocationReason)}`,
    },
    Available: {
      over: "quietly",
      title: ({ subject }) => `${subject.name} is valid again`,
    },
  },

  facts: ({ detail: certificate }) => ({
    domain: certificate.CommonName,
    "days left": certificate.DaysToExpiry,
    expires: certificate.CertificateExpirationDate,
    "in use": yesOrNo(certificate.InUse),
    "validated by": certificate.DomainValidationMethod,
    "why not renewed": certificate.RenewalStatusReason,
    type: certificate.CertificateType,
  }),

  confirmation: () => import("./confirmation.ts"),
});
