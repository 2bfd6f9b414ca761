/** What there is to judge: certificates, their proofs zone by zone, and what is in a proof's way. */
import type { CertificateDetail } from "@aws-sdk/client-acm";
import { type DnsProof, isAwaited, proofsOf, proves, type Zone, zonesOfName } from "./proofs.ts";
import { handedOverAt, type RecordsAt, textsAt, withNamesBetween } from "./zones.ts";

/** The proofs of one certificate that lie in one zone of ours. */
export interface ProofsInZone {
  readonly kind: "proofs";
  readonly id: string;
  readonly detail: CertificateDetail;
  readonly zone: Zone;
  readonly proofs: readonly (DnsProof & { readonly isThere: boolean })[];
}

/** A proof that is not ours to put back. */
export interface InTheWay {
  readonly kind: "in the way";
  readonly id: string;
  readonly detail: CertificateDetail;
  readonly proof: DnsProof;
  readonly why: string;
}

export type RenewalThing =
  | { readonly kind: "certificate"; readonly id: string; readonly detail: CertificateDetail }
  | ProofsInZone
  | InTheWay;

/** The certificate that a target is, or belongs to. */
export const arnIn = (id: string): string => id.split("/").slice(0, 2).join("/");

/** Where a proof belongs, by the names of our zones alone. */
interface Placed {
  readonly detail: CertificateDetail;
  readonly proof: DnsProof;
  readonly zones: readonly Zone[];
}

const placedIn = (details: readonly CertificateDetail[], zones: readonly Zone[]): Placed[] =>
  details.flatMap((detail) =>
    proofsOf(detail).map((proof) => ({ detail, proof, zones: zonesOfName(proof.name, zones) })),
  );

const inTheWay = ({ detail, proof }: Placed, why: string): InTheWay => ({
  kind: "in the way",
  id: `${detail.CertificateArn}/${proof.name}`,
  detail,
  proof,
  why,
});

const recordText = ({ name, value }: DnsProof): string => `${name} CNAME ${value}`;

/** Only a certificate that something uses is renewed. */
export const isWanted = (detail: CertificateDetail): boolean =>
  isAwaited(detail) || Boolean(detail.InUseBy?.length);

/** Nobody's but ACM's own word says whether a record is there that lies in a zone of others. */
const elsewhere = (placed: Placed): InTheWay[] =>
  isAwaited(placed.detail) && isOpen(placed)
    ? [
        inTheWay(
          placed,
          `ACM waits for ${recordText(placed.proof)}, and its zone is not in this account: have whoever keeps it put the record back`,
        ),
      ]
    : [];

/** ACM itself has not found it, or does not say so. */
const isOpen = ({ detail, proof }: Placed): boolean =>
  (detail.RenewalSummary?.DomainValidationOptions ?? []).some(
    ({ ResourceRecord: record, ValidationStatus }) =>
      ValidationStatus !== "SUCCESS" && record?.Name?.toLowerCase().startsWith(proof.name),
  );

/** What is in the way of putting back one that lies in our zone; nothing where it is free or there. */
function obstacle({ proof }: Placed, zone: Zone, records: RecordsAt): string | undefined {
  const other = handedOverAt(records, proof.name, zone);
  if (other)
    return `ACM looks for ${recordText(proof)}, and ${zone.name} (${zone.id}) hands ${other} over to other servers: the record belongs there`;
  const texts = textsAt(records, proof.name);
  if (!texts.length || texts.some((text) => proves(proof, text))) return undefined;
  return `ACM looks for ${recordText(proof)}, and ${zone.name} (${zone.id}) has ${texts.join(" and ")} there: nobody but a person may replace it`;
}

const severalZones = (placed: Placed): InTheWay =>
  inTheWay(
    placed,
    `ACM looks for ${recordText(placed.proof)}, and ${placed.zones.length} zones of this account are named ${placed.zones[0]?.name} (${placed.zones.map(({ id }) => id).join(", ")}): put it into the one whose name servers the domain is registered with, and delete the other`,
  );

function* inOneZone(
  all: readonly Placed[],
  zone: Zone,
  records: RecordsAt,
): Generator<ProofsInZone | InTheWay> {
  const free: Placed[] = [];
  for (const placed of all) {
    const why = obstacle(placed, zone, records);
    if (why === undefined) free.push(placed);
    else yield inTheWay(placed, why);
  }
  // Two certificates may look for one record: it is made once.
  const claimed = new Set<string>();
  for (const [detail, own] of Map.groupBy(free, (placed) => placed.detail)) {
    const proofs = own.flatMap(({ proof }) => {
      const isThere = textsAt(records, proof.name).length > 0;
      if (!isThere && claimed.has(proof.name)) return [];
      if (!isThere && isWanted(detail)) claimed.add(proof.name);
      return [{ ...proof, isThere }];
    });
    const id = `${detail.CertificateArn}/${zone.id}`;
    if (proofs.length) yield { kind: "proofs", id, detail, zone, proofs };
  }
}

/**
 * @param recordsIn what a zone says at names
 */
export async function* proofsFound(
  details: readonly CertificateDetail[],
  zones: readonly Zone[],
  recordsIn: (zone: Zone, names: ReadonlySet<string>) => Promise<RecordsAt>,
): AsyncGenerator<ProofsInZone | InTheWay> {
  const placed = placedIn(details, zones);
  for (const each of placed) {
    if (!each.zones.length) yield* elsewhere(each);
    if (each.zones.length > 1 && isWanted(each.detail)) yield severalZones(each);
  }
  const sure = placed.filter((each) => each.zones.length === 1);
  for (const [zone, all] of Map.groupBy(sure, ({ zones: [only] }) => only)) {
    if (!zone) continue;
    const names = new Set(all.flatMap(({ proof }) => withNamesBetween(proof.name, zone)));
    yield* inOneZone(all, zone, await recordsIn(zone, names));
  }
}
