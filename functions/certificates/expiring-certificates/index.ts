/**
 * Keeps ACM's own certificates renewable, and clears away what has ended. ACM renews what it issued
 * as long as the records are there that prove its names: one that is missing from a zone of this
 * account is made again, before ACM asks for it. It is created, never overwritten, so that whatever
 * stands at its name stays; that, and what belongs into zones of others, is told. What has ended
 * and is used by nothing is deleted after a person has said so.
 */
import type { CertificateDetail } from "@aws-sdk/client-acm";
import * as z from "zod/mini";
import {
  deleteCertificate,
  describeCertificate,
  everyCertificate,
  listCertificates,
  listTagsForCertificate,
} from "../../../aws/acm/certificate.ts";
import { recordCreation } from "../../../aws/route53/record.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { arnIn, isWanted, type ProofsInZone, proofsFound, type RenewalThing } from "./found.ts";
import { isAwaited, proofNames } from "./proofs.ts";
import { publicZones, recordsAt, zoneReads } from "./zones.ts";

/** Creates proofs of ACM's, and can change no other record. */
export const createProofs = recordCreation({ names: [proofNames], type: "CNAME" });

const reads = [
  listCertificates,
  describeCertificate,
  listTagsForCertificate,
  ...zoneReads,
] as const;
type Read = Reader<typeof reads>;

/** Requests a second that ACM takes for a description. */
const atOnce = 5;
/** Seconds; what ACM's own console writes. */
const timeToLive = 300;

async function described(read: Read, arns: readonly string[]): Promise<CertificateDetail[]> {
  const found: CertificateDetail[] = [];
  for (const some of chunks(arns, atOnce)) {
    const answers = await Promise.all(
      some.map((CertificateArn) => read(describeCertificate({ CertificateArn }))),
    );
    // One that was deleted meanwhile is absent.
    for (const answer of answers) if (answer?.Certificate) found.push(answer.Certificate);
  }
  return found;
}

async function arnsOf(read: Read, only: readonly string[] | undefined): Promise<string[]> {
  if (only) return [...new Set(only.map(arnIn))].sort();
  const listed = await Array.fromAsync(read(listCertificates(everyCertificate)));
  return listed.flatMap(({ CertificateArn }) => CertificateArn ?? []).sort();
}

const creationOf = ({ zone, proofs }: ProofsInZone) =>
  createProofs({
    HostedZoneId: zone.id,
    ChangeBatch: {
      Changes: proofs
        .filter(({ isThere }) => !isThere)
        .map(({ name, value }) => ({
          Action: "CREATE",
          ResourceRecordSet: {
            Name: name,
            Type: "CNAME",
            TTL: timeToLive,
            ResourceRecords: [{ Value: value }],
          },
        })),
    },
  });

const day = (at: Date): string => at.toISOString().slice(0, 10);

function becauseOfProofs({ detail, zone, proofs }: ProofsInZone): string {
  const missing = proofs.filter(({ isThere }) => !isThere).map(({ name }) => name);
  const [verb, them] = missing.length === 1 ? ["is", "it"] : ["are", "them"];
  const end = detail.NotAfter ? `, and ends on ${day(detail.NotAfter)}` : "";
  const waits = isAwaited(detail) ? "waits for" : "will look for";
  return `${missing.join(", ")} ${verb} missing from ${zone.name}: ACM ${waits} ${them} and does not renew ${detail.DomainName} without${end}`;
}

const stateOfProofs = (
  { zone, proofs }: ProofsInZone,
  value: (proof: ProofsInZone["proofs"][number]) => string | null,
) => ({
  zone: zone.id,
  records: Object.fromEntries(proofs.map((proof) => [proof.name, value(proof)])),
});

const imported = "; it was imported, and its private key cannot be got back from ACM";

export default automation({
  id: "expiring-certificates",
  family: "certificates",
  summary: "Puts back the records that ACM renews by, and deletes ended certificates nobody uses",
  // CloudFront takes its own from us-east-1.
  central: true,
  on: [sweep("cron(0 5 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    deleteAfter: z
      ._default(z.int().check(z.gte(0), z.lte(3650)), 30)
      .check(z.describe("Days after its end when an unused certificate is proposed for deletion.")),
  }),
  reads,
  writes: [createProofs, deleteCertificate],
  lost: [
    "A deleted certificate does not come back, nor does its ARN; of an imported one ACM gives nobody the private key.",
  ],

  async *find({ read, only }) {
    const details = await described(read, await arnsOf(read, only));
    const asked = new Set(only);
    const found = async function* (): AsyncGenerator<RenewalThing> {
      for (const detail of details)
        yield { kind: "certificate", id: detail.CertificateArn ?? "", detail };
      const zones = await publicZones(read);
      yield* proofsFound(details, zones, (zone, names) => recordsAt(read, zone, names));
    };
    for await (const each of found()) if (!only || asked.has(each.id)) yield each;
  },

  target: ({ id, detail }: RenewalThing) => ({
    id,
    tags: undefined,
    ...(id !== detail.CertificateArn && { within: { id: detail.CertificateArn, tags: [] } }),
    // What CloudFront keeps for its tenants it also deletes.
    managed: detail.ManagedBy ? "CloudFront" : undefined,
  }),
  name: ({ kind, id, detail: { DomainName = id } }) =>
    kind === "certificate" ? DomainName : `${DomainName}, ${id.split("/").at(-1)}`,
  tags: async ({ detail: { CertificateArn } }, { read }) =>
    (await read(listTagsForCertificate({ CertificateArn })))?.Tags ?? [],
  state(found) {
    const { kind, detail } = found;
    if (kind === "proofs")
      return stateOfProofs(found, (each) => (each.isThere ? each.value : null));
    if (kind === "in the way") return { waitsFor: found.proof };
    const { Status, Serial, NotAfter, Type } = detail;
    return { Status, Serial, NotAfter, Type, InUseBy: detail.InUseBy ?? [] };
  },
  becomes: (found) => (found.kind === "proofs" ? stateOfProofs(found, ({ value }) => value) : null),

  propose(found, { config: { deleteAfter }, now }) {
    if (found.kind === "in the way") {
      if (!isWanted(found.detail)) return;
      throw new CannotJudge(found.why);
    }
    if (found.kind === "proofs") {
      if (!isWanted(found.detail) || found.proofs.every(({ isThere }) => isThere)) return;
      return { because: becauseOfProofs(found), call: creationOf(found) };
    }
    const { CertificateArn, NotAfter, Type, InUseBy = [], Options } = found.detail;
    // Where an exported one is used nobody knows.
    if (!NotAfter || NotAfter > before(now, days(deleteAfter))) return;
    if (InUseBy.length || Options?.Export === "ENABLED") return;
    return {
      because: `it ended on ${day(NotAfter)}, and nothing uses it${Type === "IMPORTED" ? imported : ""}`,
      call: deleteCertificate({ CertificateArn }),
    };
  },
});
