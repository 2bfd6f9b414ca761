/**
 * Tells which certificates end, and which will not be renewed: those that ACM keeps in every
 * configured region and where CloudFront takes its own from, those in IAM, and what is really served
 * at the endpoints of the settings. How urgent one is goes by the fraction of its lifetime that is
 * left, so that one of 398 days and one of 6 are judged alike. One that was renewed and is not
 * served is found, and one that is served and in no inventory.
 *
 * An endpoint is asked for its certificate and sent nothing else, and its authority, where the
 * certificate names one, whether it has revoked it. Both must lie in the public Internet; what cannot
 * be reached is told as unknown, never as well.
 */
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
import { inOneLine } from "../../../sdk/errors.ts";
import type { Message } from "../../../sdk/message.ts";
import { type ReportSearch, report } from "../../../sdk/report.ts";
import { globalRegion } from "../../../sdk/signals/console-link.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { createAskAuthority } from "../ask-authority.ts";
import { importsByLifetime } from "../import-quota.ts";
import { createProbe, type Probe, type TlsEndpoint } from "../probe.ts";
import { atAppRunner, mayHaveAppRunner } from "./app-runner.ts";
import { certificatesConfig, type sources } from "./config.ts";
import { type KeptCertificate, keptAtPlace, keptInAcm, keptInIam } from "./kept.ts";
import { daysLeft } from "./lifetime.ts";
import {
  atCustomNames,
  atDistributions,
  atLoadBalancers,
  atZones,
  endpointsAt,
  type FoundPlace,
  isPlace,
  placeReads,
} from "./places.ts";
import { type ProbedEndpoint, type Row, rowsOf } from "./rows.ts";

const reads = [
  listCertificates,
  describeCertificate,
  listServerCertificates,
  getServerCertificate,
  ...placeReads,
] as const;
type Read = Reader<typeof reads>;

/** One thing that was looked at. */
export type CertificateFinding =
  | { readonly kind: "kept"; readonly certificate: KeptCertificate }
  | ProbedEndpoint
  | Unlooked;

/** What could not be looked at, while the rest was. */
export interface Unlooked {
  readonly kind: "unlooked";
  readonly where: string;
  readonly why: string;
  /** Not by its nature, but because something went wrong. */
  readonly failed: boolean;
}

/** Requests a second that ACM takes for a description. */
const atOnce = 5;
const probesAtOnce = 20;

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

type Search = ReportSearch<typeof certificatesConfig, typeof reads>;

/**
 * Looks at several things of which one may fail: it is named then, and the others go on. What fails
 * in the home region is for whoever deployed it, and fails the run.
 */
class Looking {
  readonly #home: string;
  #succeeded = 0;
  #first: unknown;

  /** @param home what must not fail */
  constructor(home: string) {
    this.#home = home;
  }

  async *at<T>(where: string, source: AsyncIterable<T>): AsyncGenerator<T | Unlooked> {
    try {
      yield* source;
      this.#succeeded += 1;
    } catch (error) {
      if (where === this.#home) throw error;
      this.#first ??= error;
      yield { kind: "unlooked", where, why: inOneLine(error), failed: true };
    }
  }

  /** @throws the first error, where nothing could be looked at */
  end(): void {
    if (this.#first !== undefined && this.#succeeded === 0) throw this.#first;
  }
}

async function* asKept(source: AsyncIterable<KeptCertificate>): AsyncGenerator<CertificateFinding> {
  for await (const certificate of source) yield { kind: "kept", certificate };
}

/** What is found at one of the places to look at. */
type Located = { readonly place: FoundPlace; readonly source: (typeof sources)[number] };

function* sourcesOf({ config: { find }, regions, readIn, region }: Search) {
  const inRegions = { "load-balancers": atLoadBalancers, "api-gateway": atCustomNames } as const;
  for (const name of ["load-balancers", "api-gateway"] as const)
    for (const each of find.includes(name) ? regions : [])
      yield { name, where: `${name} ${each}`, found: inRegions[name](readIn(each)) };
  for (const each of find.includes("app-runner") ? regions.filter(mayHaveAppRunner) : [])
    yield {
      name: "app-runner" as const,
      where: `app-runner ${each}`,
      found: atAppRunner(readIn(each)),
    };
  const read: Read = readIn(globalRegion(region));
  if (find.includes("cloudfront"))
    yield { name: "cloudfront" as const, where: "cloudfront", found: atDistributions(read) };
  if (find.includes("route53"))
    yield { name: "route53" as const, where: "route53", found: atZones(read) };
}

async function* located(
  name: Located["source"],
  source: AsyncIterable<FoundPlace>,
): AsyncGenerator<Located> {
  for await (const place of source) yield { place, source: name };
}

/** What is asked for its certificate, and how it was found. */
interface Asked {
  readonly endpoint: TlsEndpoint;
  readonly of?: string;
  readonly source?: Located["source"];
}

const keyOf = ({ host, port, name = host }: TlsEndpoint): string =>
  `${host.toLowerCase()}:${port} ${name.toLowerCase()}`;

/** Each once; those of the settings first. */
function askedOf(
  { config: { endpoints } }: Search,
  places: readonly Located[],
  kept: readonly KeptCertificate[],
): Asked[] {
  const names = new Map(kept.map((certificate) => [certificate.arn, certificate.names]));
  const found = places.flatMap(({ place, source }) =>
    isPlace(place)
      ? endpointsAt(place, (arn) => names.get(arn) ?? []).map(
          (endpoint): Asked => ({ endpoint, of: place.what, source }),
        )
      : [],
  );
  const all = [...endpoints.map((endpoint): Asked => ({ endpoint })), ...found];
  return [
    ...new Map(all.toReversed().map((each) => [keyOf(each.endpoint), each])).values(),
  ].reverse();
}

async function* probedAt(
  asked: readonly Asked[],
  { now, config: { authorities } }: Search,
  probe: Probe,
): AsyncGenerator<CertificateFinding> {
  let silent = 0;
  for (const some of chunks(asked, probesAtOnce)) {
    const answers = some.map(async ({ endpoint, of, source }) => {
      const answer = await probe(endpoint, { now, authorities });
      return { endpoint, of, source, answer };
    });
    for (const { source, of, ...rest } of await Promise.all(answers))
      if (source === "route53" && rest.answer.kind === "unknown") silent += 1;
      else yield { kind: "probed", ...rest, ...(of !== undefined && { of }) };
  }
  if (silent) {
    const where = count(silent, "name of public zones", "names of public zones");
    yield { kind: "unlooked", where, why: "nothing is served there by TLS", failed: false };
  }
}

async function* looked(search: Search, probe: Probe): AsyncGenerator<CertificateFinding> {
  const {
    region: home,
    readIn,
    regions,
    config: { endpoints, mostFound },
  } = search;
  const looking = new Looking(`ACM ${home}`);
  const kept: KeptCertificate[] = [];
  const inventory = [
    ...regions.map((region) => [`ACM ${region}`, inAcm(readIn(region))] as const),
    // IAM knows no regions, and is asked where it answers.
    ["IAM", inIam(readIn(globalRegion(home)))] as const,
  ];
  for (const [where, source] of inventory)
    for await (const each of looking.at(where, asKept(source))) {
      if (each.kind === "kept") kept.push(each.certificate);
      yield each;
    }
  const places: Located[] = [];
  for (const { name, where, found } of sourcesOf(search))
    for await (const each of looking.at(where, located(name, found))) {
      if ("kind" in each) yield each;
      else if (isPlace(each.place)) {
        places.push(each);
        const certificate = keptAtPlace(each.place);
        if (certificate) yield { kind: "kept", certificate };
      } else yield { kind: "unlooked", where: each.place.what, why: each.place.why, failed: false };
    }
  looking.end();
  const asked = askedOf(search, places, kept);
  const most = endpoints.length + mostFound;
  yield* probedAt(asked.slice(0, most), search, probe);
  if (asked.length > most) {
    const where = count(asked.length - most, "more place", "more places");
    yield { kind: "unlooked", where, why: "they are more than `mostFound`", failed: false };
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

const nearQuota = 0.8;

/** Regions where ACM may soon take no more imports; what ACM does not count is reckoned. */
function quotaFacts(
  kept: readonly KeptCertificate[],
  quota: number,
  now: Date,
): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const [where, all] of Map.groupBy(kept, (each) => each.where)) {
    const imports = all.reduce(
      (sum, { imports: span, from, to }) =>
        sum + (span ? importsByLifetime({ ...span, from, to }, now) : 0),
      0,
    );
    if (imports >= quota * nearQuota)
      facts[`Imports, ${where}`] =
        `about ${imports} in 365 days, by the lifetimes of what is there, and ACM takes ${quota} (\`importQuota\`): ask AWS for more ("Imported certificates in last 365 days" in Service Quotas), or renew into longer ones`;
  }
  return facts;
}

/** How many are named in a fact. */
const mostNamed = 10;

const unlookedText = (all: readonly Unlooked[]): string =>
  all.map(({ where, why }) => `${where}: ${why}`).join(" · ");

/** What failed is named first. */
function unlookedFacts(unlooked: readonly Unlooked[]): Record<string, string> {
  const named = unlooked
    .toSorted((a, b) => Number(b.failed) - Number(a.failed))
    .slice(0, mostNamed);
  if (!named.length) return {};
  const more = unlooked.length - named.length;
  return { "Not looked at": `${unlookedText(named)}${more ? ` · and ${more} more` : ""}` };
}

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

/** No certificates, and nobody knows whether there are any. Without a failure nobody needs to hear it. */
const nothingSeen = (failed: readonly Unlooked[], unlooked: readonly Unlooked[]): Message => ({
  title: `no certificate was seen, and not all could be looked at: ${unlookedText(failed.slice(0, 1))}`,
  severity: "warning",
  facts: unlookedFacts(unlooked),
});

/** @param probeOf makes what asks endpoints, anew for each run: what authorities say is kept for one */
export const certificatesReport = (probeOf: () => Probe) =>
  report({
    id: "certificates",
    family: "certificates",
    summary: "Reports certificates that end, will not be renewed or are not what is served",
    scope: "global",
    everywhere: true,
    on: [sweep("cron(0 6 * * ? *)", { window: minutes(30) })],
    config: certificatesConfig,
    reads,
    find: (search) => looked(search, probeOf()),

    tell(
      found: readonly CertificateFinding[],
      { now, config: { rows: most, importQuota, ...judging } },
    ): Message | undefined {
      const kept = found.flatMap((each) => (each.kind === "kept" ? [each.certificate] : []));
      const probed = found.flatMap((each) => (each.kind === "probed" ? [each] : []));
      const unlooked = found.flatMap((each) => (each.kind === "unlooked" ? [each] : []));
      const failed = unlooked.filter((each) => each.failed);
      const [first, ...others] = rowsOf({ kept, probed }, { ...judging, now });
      if (!first) return failed.length ? nothingSeen(failed, unlooked) : undefined;
      const rows = [first, ...others] as const;
      const quota = quotaFacts(kept, importQuota, now);
      const isWarning = failed.length > 0 || Object.keys(quota).length > 0;
      const least = isWarning && first.severity === "info" ? "warning" : first.severity;
      return {
        title: failed.length ? `${titleOf(rows)}; not all could be looked at` : titleOf(rows),
        severity: least,
        facts: { ...unlookedFacts(unlooked), ...quota, ...factsOf(rows, most) },
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

export default certificatesReport(() => createProbe({ ask: createAskAuthority() }));
