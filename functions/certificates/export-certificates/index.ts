/**
 * Exports certificates of ACM again after each renewal, into the secrets that the settings name, from
 * where servers outside of AWS's own services take them. ACM renews an exportable certificate by
 * itself, and brings the new one to nobody. What is exported is told from what is there by its serial
 * number; no key is anywhere but in Secrets Manager.
 * @see https://docs.aws.amazon.com/acm/latest/userguide/acm-exportable-certificates.html
 */
import { X509Certificate } from "node:crypto";
import type { CertificateDetail, Tag } from "@aws-sdk/client-acm";
import * as z from "zod/mini";
import {
  describeCertificate,
  everyCertificate,
  listCertificates,
  listTagsForCertificate,
} from "../../../aws/acm/certificate.ts";
import { getCertificate } from "../../../aws/acm/imported.ts";
import { describeSecret } from "../../../aws/secretsmanager/secret.ts";
import { regionIn } from "../../../sdk/arn.ts";
import { automation } from "../../../sdk/automation.ts";
import { CannotJudge, NotPossible } from "../../../sdk/errors.ts";
import { minutes } from "../../../sdk/time.ts";
import { event, type Reader, sweep } from "../../../sdk/unit.ts";
import { type CurrentVersion, currentVersion } from "../current-version.ts";
import { serialOf } from "../probe.ts";
import { type ExportedTo, exportConfig } from "./config.ts";
import { exportAgain, exportFirst } from "./export.ts";

const reads = [
  listCertificates,
  describeCertificate,
  getCertificate,
  listTagsForCertificate,
  describeSecret,
] as const;
type Read = Reader<typeof reads>;

/** One of the settings' certificates, as ACM and its secret are. */
export interface ExportedCertificate {
  readonly arn: string;
  readonly wanted: ExportedTo;
  readonly detail: CertificateDetail;
  /** Of what ACM shows; absent where it shows none. */
  readonly serial: string | undefined;
  readonly to: string | undefined;
  readonly tags: readonly Tag[];
  /** The version that readers of the secret get; absent where there is none. */
  readonly current: Omit<CurrentVersion, "changed"> | undefined;
}

const isExportable = ({ Type, Options }: CertificateDetail): boolean =>
  Type === "PRIVATE" || Options?.Export === "ENABLED";

/** The certificates that an entry is about, in this region: one at most. */
async function arnOfEntry(read: Read, { arn, name, secret }: ExportedTo, region: string) {
  if (arn !== undefined) return regionIn(arn) === region ? arn : undefined;
  const found: string[] = [];
  for await (const { CertificateArn, DomainName } of read(listCertificates(everyCertificate))) {
    if (DomainName !== name || !CertificateArn) continue;
    const detail = (await read(describeCertificate({ CertificateArn })))?.Certificate;
    if (detail?.Status === "ISSUED" && isExportable(detail)) found.push(CertificateArn);
  }
  if (found.length < 2) return found[0];
  throw new NotPossible(
    `${found.length} certificates in ${region} may be exported and are for ${name}: say by \`arn\` which ${secret} is for (${found.join(", ")})`,
  );
}

async function exportedOf(
  read: Read,
  arn: string,
  wanted: ExportedTo,
): Promise<ExportedCertificate | undefined> {
  const detail = (await read(describeCertificate({ CertificateArn: arn })))?.Certificate;
  if (!detail) return undefined;
  // ACM shows none of what was not issued yet, and says so by an error.
  const isIssued = detail.Status === "ISSUED";
  const [shown, tagging, current] = await Promise.all([
    isIssued ? read(getCertificate({ CertificateArn: arn })) : undefined,
    read(listTagsForCertificate({ CertificateArn: arn })),
    currentVersion(read, wanted.secret),
  ]);
  const leaf = shown?.Certificate ? new X509Certificate(shown.Certificate) : undefined;
  return {
    ...{ arn, wanted, detail, tags: tagging?.Tags ?? [], current },
    serial: leaf && serialOf(leaf.serialNumber),
    to: leaf?.validToDate.toISOString().slice(0, 10),
  };
}

/** ACM names the certificate outside of the details, and in them its first name. */
const Available = z.object({ CommonName: z.optional(z.string()) });

export default automation({
  id: "export-certificates",
  family: "certificates",
  summary: "Exports renewed certificates of ACM into the secrets that servers take them from",
  on: [
    sweep("cron(50 5 * * ? *)", { window: minutes(30) }),
    event({
      source: "aws.acm",
      detailType: "ACM Certificate Available",
      detail: Available,
      only: ({ CommonName }) => [CommonName],
    }),
  ],
  config: exportConfig,
  reads,
  writes: [exportFirst, exportAgain],
  lost: [
    "A key that was read from its secret by others cannot be taken back from them: undo gives readers the version before, and revokes nothing.",
  ],

  async *find({ read, only, region, config: { certificates } }) {
    for (const wanted of certificates) {
      const arn = await arnOfEntry(read, wanted, region);
      if (arn === undefined) continue;
      const found = await exportedOf(read, arn, wanted);
      const names = [arn, found?.detail.DomainName];
      if (found && (!only || only.some((name) => names.includes(name)))) yield found;
    }
  },

  target: ({ arn, tags }: ExportedCertificate) => ({ id: arn, tags }),
  name: ({ wanted }) => wanted.name,
  state: ({ wanted: { secret }, current }) => ({
    secret,
    serial: current?.serial ?? null,
    version: current?.version ?? null,
  }),
  becomes: ({ wanted: { secret }, serial }) => ({
    ...{ secret, serial: serial ?? null, version: "a new one" },
  }),

  propose({ arn, wanted, detail, serial, to, current }) {
    const { secret, kmsKey } = wanted;
    if (!isExportable(detail))
      throw new CannotJudge(
        `${arn} cannot be exported: that is chosen when a certificate is requested, and only then. Request another one that may be exported, and name its ARN here`,
      );
    if (serial === undefined || current?.serial === serial) return;
    const order = { arn, secret, serial, kmsKey };
    if (!current)
      return {
        because: `nothing of it is in ${secret} yet; what ACM has ends on ${to}`,
        call: exportFirst(order),
      };
    return {
      because: `ACM has the certificate ${serial}, which ends on ${to}, and ${secret} has ${current.serial ?? "one that was not exported from here"}`,
      call: exportAgain({ ...order, former: current.version }),
    };
  },
});
