/** Judges what is kept and what is served: a row each, worst first. */
import { domainToASCII } from "node:url";
import { compareText } from "../../../sdk/compare.ts";
import type { Severity } from "../../../sdk/message.ts";
import { isWorse, worstSeverityFirst } from "../../../sdk/severity.ts";
import { after, hours } from "../../../sdk/time.ts";
import {
  askedName,
  type Flaw,
  type Probed,
  type ServedCertificate,
  type TlsEndpoint,
} from "../probe.ts";
import type { KeptCertificate } from "./kept.ts";
import { endWords, fractionLeft, type Thresholds, urgencyOf } from "./lifetime.ts";
import { inWayWords, needsSomebody } from "./renewal.ts";

/** An endpoint, and what was seen there. */
export interface ProbedEndpoint {
  readonly kind: "probed";
  readonly endpoint: TlsEndpoint;
  readonly answer: Probed;
  /** What serves there, where it was found and not named by the settings. */
  readonly of?: string;
}

/** What one look at everything gave. */
export interface CertificatesSeen {
  readonly kept: readonly KeptCertificate[];
  readonly probed: readonly ProbedEndpoint[];
}

export interface Judge extends Thresholds {
  readonly now: Date;
  /** How long a new certificate may take until it is served everywhere. */
  readonly hoursToServe: number;
}

export interface Row {
  readonly name: string;
  readonly where: string;
  readonly to: Date | undefined;
  /** 0 to 1. */
  readonly left: number | undefined;
  readonly severity: Severity;
  readonly words: readonly string[];
  /** Nothing was seen of it. */
  readonly unknown?: true;
  /** The ARN, of what is kept. */
  readonly arn?: string;
}

const worst = (...severities: readonly Severity[]): Severity =>
  severities.reduce((a, b) => (isWorse(b, a) ? b : a), "info");

/** Whether a name of a certificate is that of a host: `*` stands for one label. */
export function covers(name: string, host: string): boolean {
  const [own, asked] = [name, host].map((text) => text.toLowerCase());
  if (own === undefined || asked === undefined) return false;
  if (!own.startsWith("*.")) return (domainToASCII(own) || own) === asked;
  const dot = asked.indexOf(".");
  const rest = own.slice("*.".length);
  return dot > 0 && (domainToASCII(rest) || rest) === asked.slice(dot + 1);
}

const asSet = (names: readonly string[]): string =>
  names
    .map((name) => name.toLowerCase())
    .toSorted(compareText)
    .join();

const flawWords: Readonly<Record<Flaw, readonly [severity: Severity, words: string]>> = {
  expired: ["critical", "it has expired"],
  "not yet valid": ["critical", "it is not valid yet"],
  "wrong name": ["critical", "it is for other names"],
  "self-signed": ["warning", "it signed itself, so that nobody trusts it"],
  incomplete: [
    "warning",
    "its chain is incomplete: the certificate of its issuer is not sent, or name that authority in `authorities`",
  ],
  untrusted: [
    "warning",
    "its chain ends at an authority that is not trusted: name it in `authorities` if it is yours",
  ],
  "chain expired": ["critical", "a certificate above it in its chain is out of date"],
  "weak key": ["warning", "its key is too short"],
  "weak signature": ["warning", "it is signed by a hash that can be forged"],
  "old protocol": ["warning", "the server speaks no TLS 1.2"],
  revoked: ["critical", "its authority has revoked it: serve another"],
};

function keptRow(kept: KeptCertificate, judge: Judge): Row {
  const { names, where, arn, to, standing, usedBy, notRenewed } = kept;
  const { now } = judge;
  const isOver = standing === "expired" || (to !== undefined && to <= now);
  const words: string[] = [];
  let severity: Severity = "info";
  if (standing === "revoked") {
    words.push("it is revoked");
    severity = "critical";
  } else if (standing === "never issued") {
    words.push("it was never issued");
    severity = notRenewed?.cause === "failed" ? "info" : "warning";
  } else {
    severity = isOver ? "critical" : urgencyOf(kept, now, judge);
    if (needsSomebody(notRenewed)) severity = worst(severity, "warning");
  }
  if (to) words.push(endWords(to, now));
  if (notRenewed && (needsSomebody(notRenewed) || severity !== "info"))
    words.push(inWayWords(notRenewed));
  const isUnused = usedBy === 0 && standing !== "never issued";
  if (isUnused) words.push(isOver ? "nothing uses it: it can be deleted" : "nothing uses it");
  return {
    name: names[0] ?? arn,
    where,
    arn,
    to,
    left: fractionLeft(kept, now),
    // What nobody uses harms nobody when it ends.
    severity: isUnused ? "info" : severity,
    words,
  };
}

const placeText = ({ endpoint, of }: ProbedEndpoint): string => {
  const name = askedName(endpoint);
  const asked = endpoint.name === undefined || name === endpoint.host ? "" : ` for ${name}`;
  return `served at ${endpoint.host}:${endpoint.port}${asked}${of === undefined ? "" : ` (${of})`}`;
};

/** The same certificate's next one, which is not what is served. */
function successorOf(
  served: ServedCertificate,
  kept: readonly KeptCertificate[],
  { now, hoursToServe }: Judge,
): KeptCertificate | undefined {
  return kept.find(
    ({ standing, names, from, to, since, usedBy, serial }) =>
      standing === "issued" &&
      usedBy !== 0 &&
      serial !== served.serial &&
      from !== undefined &&
      from > served.from &&
      to !== undefined &&
      to > now &&
      asSet(names) === asSet(served.names) &&
      after(since ?? from, hours(hoursToServe)) <= now,
  );
}

/** Where what is served comes from; severity and words. */
function originOf(
  served: ServedCertificate,
  host: string,
  kept: readonly KeptCertificate[],
  judge: Judge,
): readonly (readonly [Severity, string])[] {
  const successor = successorOf(served, kept, judge);
  if (successor)
    return [
      [
        "warning",
        `it was renewed and the new one is not served: ${successor.where} has ${successor.arn}`,
      ],
    ];
  if (kept.some(({ serial }) => serial === served.serial)) return [];
  const covering = kept.find(
    ({ standing, names }) => standing === "issued" && names.some((name) => covers(name, host)),
  );
  const instead = covering ? `; ${covering.where} has another for that name` : "";
  return [["info", `it is in no inventory (issued by ${served.issuer})${instead}`]];
}

/** Not known is not well, and no alarm either: authorities are down at times. */
const notAsked = (why: string): readonly [Severity, string] => [
  "info",
  `it is not known whether it was revoked: ${why}`,
];

function probedRow(seen: ProbedEndpoint, kept: readonly KeptCertificate[], judge: Judge): Row {
  const { endpoint, answer, of } = seen;
  const [name, where] = [askedName(endpoint) || endpoint.host, placeText(seen)];
  if (answer.kind === "unknown") {
    const words = [`nothing is known of it: ${answer.why}`];
    return {
      name,
      where,
      to: undefined,
      left: undefined,
      // What was found may be meant for some networks alone; what the settings name is to be reached.
      severity: of === undefined ? "warning" : "info",
      words,
      unknown: true,
    };
  }
  const { certificate, flaws, unasked } = answer;
  const { to } = certificate;
  const marks = [
    ...flaws.map((flaw) => flawWords[flaw]),
    ...originOf(certificate, name, kept, judge),
    ...(unasked === undefined ? [] : [notAsked(unasked)]),
  ];
  const words = [endWords(to, judge.now), ...marks.map(([, text]) => text)];
  const severity = worst(urgencyOf(certificate, judge.now, judge), ...marks.map(([mark]) => mark));
  return { name, where, to, left: fractionLeft(certificate, judge.now), severity, words };
}

/** What is not known of comes after what is known to end soon, of one severity. */
const byLeft = (a: Row, b: Row): number => (a.left ?? 2) - (b.left ?? 2);

/** Worst first: by severity, then by what is left of the lifetime. */
export const rowsOf = ({ kept, probed }: CertificatesSeen, judge: Judge): Row[] =>
  [
    ...kept.map((certificate) => keptRow(certificate, judge)),
    ...probed.map((each) => probedRow(each, kept, judge)),
  ].toSorted(
    (a, b) =>
      worstSeverityFirst(a.severity, b.severity) ||
      byLeft(a, b) ||
      compareText(a.name, b.name) ||
      compareText(a.where, b.where),
  );
