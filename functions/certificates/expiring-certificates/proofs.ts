/**
 * The records by which ACM proves that a name is ours, and what of them stands in our zones. ACM
 * renews a certificate only as long as each of its records is there.
 * @see https://docs.aws.amazon.com/acm/latest/userguide/dns-renewal-validation.html
 */
import type { CertificateDetail, DomainValidation } from "@aws-sdk/client-acm";
import type { HostedZone, ResourceRecordSet } from "@aws-sdk/client-route-53";

/** A record that ACM looks for; names in small letters, without the dot at the end. */
export interface DnsProof {
  readonly name: string;
  readonly value: string;
}

/** Names of such records: `_`, 32 digits of ACM's, and the name that is proven. */
export const proofNames = `_${"?".repeat(32)}.*`;
const shapeOfName = /^_[0-9a-z]{32}\../;
const shapeOfValue = /\.acm-validations\.aws$/;

export const bare = (name: string): string => name.toLowerCase().replace(/\.$/, "");

function proofIn({ ResourceRecord: record }: DomainValidation): DnsProof[] {
  if (record?.Type !== "CNAME" || !record.Name || !record.Value) return [];
  const proof = { name: bare(record.Name), value: bare(record.Value) };
  return shapeOfName.test(proof.name) && shapeOfValue.test(proof.value) ? [proof] : [];
}

/** What ACM waits for now, while it renews. */
export const isAwaited = ({ RenewalSummary: renewal }: CertificateDetail): boolean =>
  renewal?.RenewalStatus === "PENDING_VALIDATION";

/**
 * Of a certificate that was issued once: its names were proven to be ours then. The first proof of
 * a name is for a person, or whoever may request a certificate could have one for any name in our
 * zones.
 */
export function proofsOf(detail: CertificateDetail): readonly DnsProof[] {
  const { Type, Status, IssuedAt, DomainValidationOptions = [], RenewalSummary } = detail;
  if (Type !== "AMAZON_ISSUED" || Status !== "ISSUED" || !IssuedAt) return [];
  const all = [...(RenewalSummary?.DomainValidationOptions ?? []), ...DomainValidationOptions];
  // A name and its wildcard have one record.
  return [...new Map(all.flatMap(proofIn).map((proof) => [proof.name, proof])).values()];
}

/** A public zone of this account. */
export interface Zone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

export const zoneOf = ({ Id = "", Name = "", ResourceRecordSetCount = 0 }: HostedZone): Zone => ({
  id: Id.replace("/hostedzone/", ""),
  name: bare(Name),
  size: ResourceRecordSetCount,
});

/** The zones that a name lies in, by the longest of their names: more than one if they share it. */
export function zonesOfName(name: string, zones: readonly Zone[]): readonly Zone[] {
  const around = zones.filter((zone) => name.endsWith(`.${zone.name}`));
  const longest = Math.max(0, ...around.map((zone) => zone.name.length));
  return around.filter((zone) => zone.name.length === longest);
}

/** What a zone says at a name: `CNAME _b2.acm-validations.aws`. */
export const textOf = ({ Type, ResourceRecords = [], AliasTarget }: ResourceRecordSet): string => {
  const values = ResourceRecords.map(({ Value = "" }) => Value);
  return `${Type} ${[...values, ...(AliasTarget?.DNSName ? [AliasTarget.DNSName] : [])].map(bare).join(" ")}`;
};

/** ACM takes the value without its first underscore too. */
export const proves = ({ value }: DnsProof, text: string): boolean =>
  text === `CNAME ${value}` || text === `CNAME ${value.replace(/^_/, "")}`;

/** The names between a record and its zone, where another zone may begin. */
export function namesBetween(name: string, zone: Zone): readonly string[] {
  const labels = name.slice(0, -zone.name.length - 1).split(".");
  return labels.slice(1).map((_, at) => [...labels.slice(at + 1), zone.name].join("."));
}
