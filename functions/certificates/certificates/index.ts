/**
 * Tells which certificates end, and which will not be renewed: those that ACM keeps in every
 * configured region and where CloudFront takes its own from, those in IAM, and what is really served
 * at the endpoints of the settings. How urgent one is goes by the fraction of its lifetime that is
 * left, so that one of 398 days and one of 6 are judged alike. One that was renewed and is not
 * served is found, and one that is served and in no inventory.
 *
 * An endpoint is asked for its certificate and sent nothing else. It must lie in the public
 * Internet; what cannot be reached is told as unknown, never as well.
 */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import * as z from "zod/mini";
import {
  describeCertificate,
  everyCertificate,
  listCertificates,
} from "../../../aws/acm/certificate.ts";
import {
  getServerCertificate,
  listServerCertificates,
} from "../../../aws/iam/server-certificate.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { count } from "../../../sdk/counted.ts";
import type { Message } from "../../../sdk/message.ts";
import { type ReportSearch, report } from "../../../sdk/report.ts";
import { globalRegion } from "../../../sdk/signals/console-link.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { createProbe, type Probe, type Probed, type TlsEndpoint } from "../probe.ts";
import { type KeptCertificate, keptInAcm, keptInIam } from "./kept.ts";
import { daysLeft } from "./lifetime.ts";
import { type Row, rowsOf } from "./rows.ts";

const isHost = (text: string): boolean => isIP(text) > 0 || domainToASCII(text) !== "";
const host = z
  .string()
  .check(
    z.refine(isHost, "must be a host name or an address, without https:// and without a port"),
  );

const percent = z.number().check(z.gte(0), z.lte(100));
const config = z.strictObject({
  endpoints: z
    ._default(
      z
        .array(
          z.strictObject({
            host,
            port: z._default(z.int().check(z.gte(1), z.lte(65_535)), 443),
            name: z.optional(host),
          }),
        )
        .check(z.maxLength(200)),
      [],
    )
    .check(
      z.describe(
        "Where certificates are served: `{ host, port, name }`. The port is 443 where it is left out; `name` is what the server is asked for (SNI), where that is not the host.",
      ),
    ),
  authorities: z
    ._default(z.array(z.string().check(z.startsWith("-----BEGIN CERTIFICATE-----"))), [])
    .check(
      z.describe("Certificates of your own authorities, in PEM, trusted beside the public ones."),
    ),
  warnBelow: z
    ._default(percent, 15)
    .check(z.describe("Percent of the lifetime left below which a certificate is a warning.")),
  criticalBelow: z
    ._default(percent, 5)
    .check(z.describe("Percent of the lifetime left below which it is critical.")),
  hoursToServe: z
    ._default(z.int().check(z.gte(0), z.lte(720)), 24)
    .check(z.describe("How long a renewed certificate may take until it is served.")),
  rows: z
    ._default(z.int().check(z.gte(1), z.lte(500)), 100)
    .check(z.describe("How many certificates the table names, worst first.")),
});
const reads = [
  listCertificates,
  describeCertificate,
  listServerCertificates,
  getServerCertificate,
] as const;

/** One thing that was looked at. */
export type CertificateFinding =
  | { readonly kind: "kept"; readonly certificate: KeptCertificate }
  | { readonly kind: "probed"; readonly endpoint: TlsEndpoint; readonly answer: Probed };

/** Requests a second that ACM takes for a description. */
const atOnce = 5;
const probesAtOnce = 10;

async function* inAcm(read: Reader<typeof reads>): AsyncGenerator<KeptCertificate> {
  const listed = await Array.fromAsync(read(listCertificates(everyCertificate)));
  for (const some of chunks(listed, atOnce)) {
    const answers = await Promise.all(
      some.map(({ CertificateArn }) => read(describeCertificate({ CertificateArn }))),
    );
    // One that was deleted meanwhile is absent.
    for (const answer of answers) if (answer?.Certificate) yield keptInAcm(answer.Certificate);
  }
}

async function* inIam(read: Reader<typeof reads>): AsyncGenerator<KeptCertificate> {
  const listed = await Array.fromAsync(read(listServerCertificates({})));
  for (const some of chunks(listed, atOnce)) {
    const answers = await Promise.all(
      some.map(({ ServerCertificateName }) =>
        read(getServerCertificate({ ServerCertificateName })),
      ),
    );
    for (const answer of answers)
      if (answer?.ServerCertificate) yield keptInIam(answer.ServerCertificate);
  }
}

async function* looked(
  {
    region: home,
    readIn,
    regions,
    now,
    config: { endpoints, authorities },
  }: ReportSearch<typeof config, typeof reads>,
  probe: Probe,
): AsyncGenerator<CertificateFinding> {
  for (const region of regions)
    for await (const certificate of inAcm(readIn(region))) yield { kind: "kept", certificate };
  // IAM knows no regions, and is asked where it answers.
  const read = readIn(globalRegion(home));
  for await (const certificate of inIam(read)) yield { kind: "kept", certificate };
  for (const some of chunks(endpoints, probesAtOnce)) {
    const answers = some.map(async (endpoint): Promise<CertificateFinding> => {
      const answer = await probe(endpoint, { now, authorities });
      return { kind: "probed", endpoint, answer };
    });
    yield* await Promise.all(answers);
  }
}

const leftCell = (row: Row, now: Date): string =>
  row.to === undefined ? "unknown" : String(daysLeft(row.to, now));
const fractionCell = ({ left }: Row): string =>
  left === undefined ? "unknown" : `${Math.floor(left * 100)} %`;

const sentence = ({ name, where, words }: Row): string => `${name} (${where}): ${words.join("; ")}`;

function titleOf(rows: readonly [Row, ...Row[]]): string {
  const [first] = rows;
  const bad = rows.filter(({ severity }) => severity !== "info");
  const all = count(rows.length, "certificate");
  if (!bad.length) {
    const next = rows.find(({ to }) => to !== undefined);
    const text = next ? `; of the least time left is ${next.name}, which ${next.words[0]}` : "";
    return `${all}, none of which needs anybody${text}`;
  }
  const needs = bad.length === 1 ? "needs" : "need";
  return `${bad.length} of ${all} ${needs} somebody: ${sentence(first)}`;
}

/** How many are named in a fact. */
const mostNamed = 10;

function factsOf(rows: readonly Row[], most: number): Record<string, string> {
  const facts: Record<string, string> = {};
  const bad = rows.filter(({ severity, unknown }) => severity !== "info" && !unknown);
  for (const row of bad.slice(0, mostNamed))
    facts[`${row.name}, ${row.where}`] = row.words.join("; ");
  const unknown = rows.filter((row) => row.unknown);
  if (unknown.length)
    facts.Unknown = unknown
      .slice(0, mostNamed)
      .map(({ where, words }) => `${where}: ${words.join("; ")}`)
      .join(" · ");
  if (rows.length > most)
    facts["Not in the table"] = `${count(rows.length - most, "certificate")} of less urgency`;
  return facts;
}

/** @param probe how endpoints are asked */
export const certificatesReport = (probe: Probe) =>
  report({
    id: "certificates",
    family: "certificates",
    summary: "Reports certificates that end, will not be renewed or are not what is served",
    scope: "global",
    everywhere: true,
    on: [sweep("cron(0 6 * * ? *)", { window: minutes(30) })],
    config,
    reads,
    find: (search) => looked(search, probe),

    tell(
      found: readonly CertificateFinding[],
      { now, config: { rows: most, ...judging } },
    ): Message | undefined {
      const kept = found.flatMap((each) => (each.kind === "kept" ? [each.certificate] : []));
      const probed = found.flatMap((each) => (each.kind === "probed" ? [each] : []));
      const [first, ...others] = rowsOf({ kept, probed }, { ...judging, now });
      // No certificates, and no endpoints are named: nobody needs to hear that every day.
      if (!first) return undefined;
      const rows = [first, ...others] as const;
      return {
        title: titleOf(rows),
        severity: first.severity,
        facts: factsOf(rows, most),
        table: {
          columns: ["certificate", "where", "days left", "of its life", "what is so"],
          rows: rows
            .slice(0, most)
            .map((row) => [
              row.name,
              row.where,
              leftCell(row, now),
              fractionCell(row),
              row.words.join("; "),
            ]),
        },
        affected: rows.flatMap(({ severity, arn }) => (arn && severity !== "info" ? [arn] : [])),
      };
    },
  });

export default certificatesReport(createProbe());
