/**
 * What a server really serves: a TLS handshake, of which the certificate is read. Nothing is sent
 * after it. Names come from the settings and are hostile all the same (rule: hostile-urls): public
 * addresses only, resolved once and pinned, bounded in time. So what lies in a private network is
 * not probed, and said to be unknown.
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  rootCertificates,
  type TLSSocket,
} from "node:tls";
import { domainToASCII } from "node:url";
import { allAddresses, pinnedLookup } from "../../sdk/pinned.ts";
import { isLoopback, isPublic } from "../../sdk/public-address.ts";
import { milliseconds, type Span, seconds } from "../../sdk/time.ts";
import { type AskAuthority, revocationOf } from "./revocation.ts";

/** Where a certificate is served. */
export interface TlsEndpoint {
  /** A host name, in letters of any language, or an address. */
  readonly host: string;
  readonly port: number;
  /** The name that the server is asked for (SNI); the host where absent. */
  readonly name?: string | undefined;
}

/** A certificate as a server shows it. */
export interface ServedCertificate {
  /** In hexadecimal digits, as `serialOf` writes it. */
  readonly serial: string;
  readonly from: Date;
  readonly to: Date;
  /** All names and addresses that it is for. */
  readonly names: readonly string[];
  readonly issuer: string;
  /** `RSA 2048`, `EC prime256v1`. */
  readonly key: string;
  /** As OpenSSL names it; absent where it has no name. */
  readonly signature: string | undefined;
  /** Best that both sides speak: `TLSv1.3`. */
  readonly protocol: string;
}

/**
 * What is wrong with what is served.
 * - `incomplete`: only the certificate itself is sent, and nothing says who vouches for its issuer
 * - `untrusted`: its chain ends at an authority that nobody knows, or does not hold together
 * - `chain expired`: one above it is past its end, or not yet begun
 */
export type Flaw =
  | "expired"
  | "not yet valid"
  | "wrong name"
  | "self-signed"
  | "incomplete"
  | "untrusted"
  | "chain expired"
  | "weak key"
  | "weak signature"
  | "old protocol"
  | "revoked";

/** `unknown` is never "fine": nothing was seen. */
export type Probed =
  | {
      readonly kind: "served";
      readonly certificate: ServedCertificate;
      readonly flaws: readonly Flaw[];
      /** Why it is not known whether it was revoked; absent where that is known, or cannot be asked. */
      readonly unasked?: string;
    }
  | { readonly kind: "unknown"; readonly why: string };

export interface ProbeContext {
  /** By which the dates of a certificate are judged. */
  readonly now: Date;
  /** Certificates of one's own authorities, in PEM, trusted beside the public ones. */
  readonly authorities?: readonly string[];
}

/** Never throws: what went wrong is why something is unknown. */
export type Probe = (endpoint: TlsEndpoint, judging: ProbeContext) => Promise<Probed>;

export interface ProbeOptions {
  /** All addresses of a host name. The system's resolver where absent. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** For tests: this machine may be probed too. */
  readonly loopback?: boolean;
  /** From the first packet to the last. */
  readonly timeout?: Span;
  /** How authorities are asked what they have revoked. */
  readonly ask?: AskAuthority;
}

const longest = seconds(20);

/** Nothing can be said of what is served. */
class Unknown extends Error {}

/** A serial number as digits that can be compared, however it is written. */
export const serialOf = (written: string): string =>
  written.replaceAll(":", "").toUpperCase().replace(/^0+/, "");

/** What a server is asked for, in ASCII; empty where it is no host name. */
export const askedName = ({ host, name = host }: TlsEndpoint): string =>
  isIP(name) ? name : domainToASCII(name);

/** Why there was no handshake, by OpenSSL's or the system's code. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "it closed the connection during the handshake",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to it",
  ETIMEDOUT: "it did not answer",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it speaks no TLS there",
  ERR_SSL_WRONG_VERSION_NUMBER: "it speaks no TLS there",
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: "it has no certificate for that name",
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: "it refused the handshake, as for a name that it lacks",
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE":
    "it refused the handshake, as for a name that it lacks",
};

function whyUnknown(error: unknown): string {
  if (error instanceof Unknown) return error.message;
  const { code } = error as { readonly code?: unknown };
  const known = String(code ?? "no reason was given");
  return `${reasons[known] ?? "the handshake failed"} (${known})`;
}

async function addressesOf(
  host: string,
  { resolve = allAddresses, loopback = false }: ProbeOptions,
): Promise<readonly string[]> {
  const addresses = isIP(host)
    ? [host]
    : await resolve(host).catch((error: { readonly code?: unknown }) => {
        throw new Unknown(`its host name could not be resolved (${String(error.code)})`);
      });
  if (!addresses.length) throw new Unknown("its host name has no address");
  const isOpen = (address: string) => isPublic(address) || (loopback && isLoopback(address));
  if (!addresses.every(isOpen))
    throw new Unknown("its address is not in the public Internet, where alone is probed");
  return addresses;
}

/** Whatever is served shall be seen, so nothing is refused here: it is judged afterwards. */
function handshake(options: ConnectionOptions, stop: AbortSignal): Promise<TLSSocket> {
  const socket = connect({
    ...options,
    rejectUnauthorized: false,
    minVersion: "TLSv1",
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  stop.addEventListener("abort", () => socket.destroy());
  return new Promise((seen, failed) => {
    socket.once("secureConnect", () => seen(socket));
    socket.on("error", failed);
    socket.once("close", () => failed(new Unknown("it closed the connection")));
  });
}

function keyOf({ publicKey }: X509Certificate): { readonly key: string; readonly weak: boolean } {
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: details = {} } = publicKey;
  const { modulusLength = 0, namedCurve } = details;
  if (type === "rsa" || type === "rsa-pss")
    return { key: `RSA ${modulusLength}`, weak: modulusLength < 2048 };
  if (type === "ec") return { key: `EC ${namedCurve}`, weak: weakCurves.has(namedCurve ?? "") };
  return { key: type, weak: type === "dsa" };
}

/** Of less than 224 bits. */
const weakCurves = new Set(["prime192v1", "secp192k1", "secp160r1", "secp160k1", "secp160r2"]);
/** @param algorithm as OpenSSL names it; what has no name is not judged */
export const isWeakHash = (algorithm: string | undefined): boolean =>
  /md5|sha-?1(?!\d)/i.test(algorithm ?? "");
const oldProtocols = new Set(["SSLv3", "TLSv1", "TLSv1.1"]);

/** `DNS:a.example.com, IP Address:192.0.2.1`, as Node writes them. */
const namesIn = ({ subjectAltName = "", subject }: X509Certificate): string[] => {
  const names = subjectAltName.split(", ").flatMap((part) => {
    const [kind, ...rest] = part.split(":");
    return kind === "DNS" || kind === "IP Address" ? [rest.join(":")] : [];
  });
  return names.length ? names : [lineOf(subject, "CN")].filter((name) => name !== undefined);
};

/** One attribute of a subject or issuer, which Node writes a line each. */
const lineOf = (lines: string, attribute: string): string | undefined =>
  lines
    .split("\n")
    .find((line) => line.startsWith(`${attribute}=`))
    ?.slice(attribute.length + 1);

function chainFlaw(socket: TLSSocket): Flaw | undefined {
  const code = String(socket.authorizationError ?? "");
  if (!code || code === "ERR_TLS_CERT_ALTNAME_INVALID") return undefined;
  if (code === "DEPTH_ZERO_SELF_SIGNED_CERT") return "self-signed";
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") return "chain expired";
  const { issuerCertificate } = socket.getPeerCertificate(true);
  return issuerCertificate === undefined ? "incomplete" : "untrusted";
}

function flawsOf(
  socket: TLSSocket,
  certificate: X509Certificate,
  { name, now }: { readonly name: string; readonly now: Date },
): Flaw[] {
  const { validFromDate: from, validToDate: to, signatureAlgorithm } = certificate;
  const inTime = now >= from && now < to;
  const chain = chainFlaw(socket);
  const found: readonly (readonly [Flaw, boolean])[] = [
    ["expired", now >= to],
    ["not yet valid", now < from],
    ["wrong name", checkServerIdentity(name, socket.getPeerCertificate()) !== undefined],
    ["weak key", keyOf(certificate).weak],
    ["weak signature", isWeakHash(signatureAlgorithm)],
    ["old protocol", oldProtocols.has(socket.getProtocol() ?? "")],
  ];
  const flaws = found.flatMap(([flaw, isSo]) => (isSo ? [flaw] : []));
  // OpenSSL says of the certificate itself too that it is past its end.
  if (chain && !(chain === "chain expired" && !inTime)) flaws.push(chain);
  return flaws;
}

/** Of these the issuer is not known for sure, so that nobody can be asked. */
const withoutIssuer: readonly Flaw[] = ["self-signed", "incomplete", "untrusted"];

/** What its authority says of it, as the chain names it. */
async function withRevocation(
  seen: Extract<Probed, { kind: "served" }>,
  socket: TLSSocket,
  { now, ask }: { readonly now: Date; readonly ask: AskAuthority },
): Promise<Probed> {
  const { raw, issuerCertificate } = socket.getPeerCertificate(true);
  if (!issuerCertificate?.raw || seen.flaws.some((flaw) => withoutIssuer.includes(flaw)))
    return seen;
  const issuer = new X509Certificate(issuerCertificate.raw);
  const answer = await revocationOf({ leaf: new X509Certificate(raw), issuer, now }, ask);
  if (answer.kind === "revoked") return { ...seen, flaws: [...seen.flaws, "revoked"] };
  return answer.kind === "unknown" ? { ...seen, unasked: answer.why } : seen;
}

function seenAt(socket: TLSSocket, name: string, now: Date): Extract<Probed, { kind: "served" }> {
  const { raw } = socket.getPeerCertificate();
  if (!raw) throw new Unknown("it showed no certificate");
  const certificate = new X509Certificate(raw);
  const { issuer } = certificate;
  return {
    kind: "served",
    certificate: {
      serial: serialOf(certificate.serialNumber),
      from: certificate.validFromDate,
      to: certificate.validToDate,
      names: namesIn(certificate),
      issuer: lineOf(issuer, "CN") ?? lineOf(issuer, "O") ?? issuer.replaceAll("\n", ", "),
      key: keyOf(certificate).key,
      signature: certificate.signatureAlgorithm,
      protocol: socket.getProtocol() ?? "unknown",
    },
    flaws: flawsOf(socket, certificate, { name, now }),
  };
}

async function seen(
  endpoint: TlsEndpoint,
  { now, authorities = [] }: ProbeContext,
  options: ProbeOptions,
  stop: AbortSignal,
): Promise<Probed> {
  const [host, name] = [askedName({ ...endpoint, name: undefined }), askedName(endpoint)];
  if (!host || !name) throw new Unknown("that is no host name");
  const addresses = await addressesOf(host, options);
  stop.throwIfAborted();
  const socket = await handshake(
    {
      host,
      port: endpoint.port,
      lookup: pinnedLookup(addresses),
      // An address is no name that a server could be asked for.
      servername: isIP(name) ? "" : name,
      ...(authorities.length && { ca: [...rootCertificates, ...authorities] }),
    },
    stop,
  );
  try {
    const answer = seenAt(socket, name, now);
    if (!options.ask) return answer;
    return await withRevocation(answer, socket, { now, ask: options.ask });
  } finally {
    socket.destroy();
  }
}

/**
 * Makes a probe. Without options it reaches the public Internet alone, and asks no authority what it
 * has revoked.
 */
export function createProbe(options: ProbeOptions = {}): Probe {
  const { timeout = longest } = options;
  return async (endpoint, judging) => {
    const stop = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Unknown(`it did not answer within ${timeout.seconds} seconds`));
      stop.abort();
    }, milliseconds(timeout));
    try {
      return await Promise.race([seen(endpoint, judging, options, stop.signal), late.promise]);
    } catch (error) {
      return { kind: "unknown", why: whyUnknown(error) };
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  };
}
