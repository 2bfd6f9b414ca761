/**
 * Whether an authority has revoked a certificate: by its list (CRL, RFC 5280) or its answer (OCSP,
 * RFC 6960). Only what is signed by whoever issued the certificate, and is of this time, says
 * anything; all else is unknown, and never good.
 */
import { createHash, type KeyObject, verify, X509Certificate } from "node:crypto";
import { after, days, minutes } from "../../sdk/time.ts";
import {
  bitsOf,
  type Der,
  derEncoded,
  derOf,
  derTags,
  expected,
  inContext,
  insideOf,
  oidOf,
  sequence,
  timeOf,
} from "./der.ts";

/** `unnamed`: the certificate names nowhere to ask, as those of a few days need not. */
export type Revocation =
  | { readonly kind: "good"; readonly by: "CRL" | "OCSP" }
  | { readonly kind: "revoked"; readonly by: "CRL" | "OCSP"; readonly at: Date }
  | { readonly kind: "unknown"; readonly why: string }
  | { readonly kind: "unnamed" };

/** A certificate and the one that signed it. */
export interface Issued {
  readonly leaf: X509Certificate;
  readonly issuer: X509Certificate;
  readonly now: Date;
}

/** Nothing can be said, and why. */
class Unsaid extends Error {}

const skew = minutes(5);
/** How old an answer may be that does not say until when it is true. */
const oldest = days(1);

const signedWith: Readonly<Record<string, string | null>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
};

interface Signed {
  readonly whole: Der;
  readonly algorithm: string;
  readonly signature: Buffer;
}

const algorithmOf = (element: Der | undefined): string => oidOf(expected(sequence(element)[0], 6));

function isSignedBy({ whole, algorithm, signature }: Signed, key: KeyObject): boolean {
  const hash = signedWith[algorithm];
  if (hash === undefined)
    throw new Unsaid(`it is signed in a way that is not trusted or not read (${algorithm})`);
  return verify(hash, whole.whole, key, signature);
}

/** Version, serial number, … of a certificate, without what is left out. */
const fieldsOfCertificate = (certificate: X509Certificate): Der[] => {
  const fields = sequence(sequence(derOf(certificate.raw))[0]);
  return fields[0]?.tag === inContext(0) ? fields.slice(1) : fields;
};

interface Parts {
  readonly serial: Buffer;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly key: Buffer;
  readonly extensions: ReadonlyMap<string, Buffer>;
}

function partsOf(certificate: X509Certificate): Parts {
  const [serial, , issuer, , subject, publicKey, ...rest] = fieldsOfCertificate(certificate);
  const extensions = rest.find(({ tag }) => tag === inContext(3));
  return {
    serial: expected(serial, derTags.integer).content,
    issuer: expected(issuer, derTags.sequence).whole,
    subject: expected(subject, derTags.sequence).whole,
    key: bitsOf(sequence(publicKey)[1]),
    extensions: extensionsIn(extensions && [...insideOf(extensions)][0]),
  };
}

function extensionsIn(list: Der | undefined): ReadonlyMap<string, Buffer> {
  if (!list) return new Map();
  return new Map(
    sequence(list).map((extension) => {
      const fields = sequence(extension);
      return [oidOf(expected(fields[0], 6)), expected(fields.at(-1), derTags.octetString).content];
    }),
  );
}

const isUrl = ({ tag }: Der): boolean => tag === inContext(6, false);
const urlsIn = (names: Der): string[] =>
  [...insideOf(names)].filter(isUrl).map(({ content }) => content.toString("latin1"));

/** `[0] { [0] { names } }`, of a distribution point. */
const fullNamesIn = (point: Der | undefined): string[] =>
  point?.tag === inContext(0) ? [...insideOf(point)].flatMap(urlsIn) : [];

const oids = {
  authorityAccess: "1.3.6.1.5.5.7.1.1",
  ocsp: "1.3.6.1.5.5.7.48.1",
  basicAnswer: "1.3.6.1.5.5.7.48.1.1",
  ocspSigning: "1.3.6.1.5.5.7.3.9",
  crlPoints: "2.5.29.31",
  issuingPoint: "2.5.29.28",
  deltaList: "2.5.29.27",
  sha1: "1.3.14.3.2.26",
} as const;

/** Where a certificate says that one can ask. */
export interface Pointers {
  readonly ocsp: readonly string[];
  readonly crls: readonly string[];
}

/** @throws where its extensions cannot be read */
export function pointersIn(certificate: X509Certificate): Pointers {
  const { extensions } = partsOf(certificate);
  const access = extensions.get(oids.authorityAccess);
  const points = extensions.get(oids.crlPoints);
  const ocsp = access
    ? sequence(derOf(access)).flatMap((each) => {
        const [method, place] = sequence(each);
        const isOcsp = method !== undefined && oidOf(method) === oids.ocsp;
        return isOcsp && place && isUrl(place) ? [place.content.toString("latin1")] : [];
      })
    : [];
  const crls = points
    ? sequence(derOf(points)).flatMap((point) => fullNamesIn(sequence(point)[0]))
    : [];
  return { ocsp, crls };
}

/** As it may be judged: nothing that is thrown here is more than "unknown". */
function said(judge: () => Revocation): Revocation {
  try {
    return judge();
  } catch (error) {
    const why = error instanceof Unsaid ? error.message : "it cannot be read";
    return { kind: "unknown", why };
  }
}

/** Of a list that is for a part of what its issuer issued, which part. */
function checkScope(extensions: ReadonlyMap<string, Buffer>, url: string): void {
  if (extensions.has(oids.deltaList)) throw new Unsaid("its list has only what is new");
  const scope = extensions.get(oids.issuingPoint);
  if (!scope) return;
  const fields = sequence(derOf(scope));
  const names = fields.flatMap(fullNamesIn);
  if (names.length && !names.includes(url)) throw new Unsaid("its list is for other certificates");
  // `[1]`: of people's certificates alone, which these are.
  const others = fields.filter(
    ({ tag, content }) =>
      tag !== inContext(0) && tag !== inContext(1, false) && content.some((byte) => byte !== 0),
  );
  if (others.length) throw new Unsaid("its list is for some certificates or reasons alone");
}

function checkTime(thisUpdate: Date, nextUpdate: Date | undefined, now: Date): void {
  if (thisUpdate > after(now, skew)) throw new Unsaid("it is of a time that is to come");
  const end = nextUpdate ?? after(thisUpdate, oldest);
  if (end <= now)
    throw new Unsaid(
      `it was true until ${end.toISOString().slice(0, 10)}, and no newer one is there`,
    );
}

const isTime = (element: Der | undefined): boolean =>
  element?.tag === derTags.utcTime || element?.tag === derTags.generalizedTime;

interface List {
  readonly signed: Signed;
  readonly issuer: Buffer;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly revoked: Der | undefined;
  readonly extensions: ReadonlyMap<string, Buffer>;
}

function listOf(bytes: Buffer): List {
  const [whole, algorithm, signature] = sequence(derOf(bytes));
  const signed = {
    whole: expected(whole, derTags.sequence),
    algorithm: algorithmOf(algorithm),
    signature: bitsOf(signature),
  };
  const fields = sequence(whole);
  if (fields[0]?.tag === derTags.integer) fields.shift();
  const [, issuer, thisUpdate, ...rest] = fields;
  if (algorithmOf(fields[0]) !== signed.algorithm) throw new Unsaid("it names two signatures");
  const nextUpdate = isTime(rest[0]) ? timeOf(rest.shift()) : undefined;
  const revoked = rest[0]?.tag === derTags.sequence ? rest.shift() : undefined;
  const extensions = rest.find(({ tag }) => tag === inContext(0));
  return {
    signed,
    issuer: expected(issuer, derTags.sequence).whole,
    thisUpdate: timeOf(thisUpdate),
    nextUpdate,
    revoked,
    extensions: extensionsIn(extensions && [...insideOf(extensions)][0]),
  };
}

/** @param url where the list was fetched */
export const saidByList = (bytes: Buffer, url: string, { leaf, issuer, now }: Issued): Revocation =>
  said(() => {
    const list = listOf(bytes);
    if (!list.issuer.equals(partsOf(issuer).subject))
      throw new Unsaid("its list is another authority's");
    if (!isSignedBy(list.signed, issuer.publicKey))
      throw new Unsaid("its list is not signed by its issuer");
    if (!list.nextUpdate) throw new Unsaid("its list does not say until when it is true");
    checkTime(list.thisUpdate, list.nextUpdate, now);
    checkScope(list.extensions, url);
    const { serial } = partsOf(leaf);
    for (const entry of list.revoked ? insideOf(list.revoked) : []) {
      const [number, at] = sequence(entry);
      if (number?.content.equals(serial)) return { kind: "revoked", by: "CRL", at: timeOf(at) };
    }
    return { kind: "good", by: "CRL" };
  });

const sha1 = (bytes: Buffer): Buffer => createHash("sha1").update(bytes).digest();
const sha1Oid = Buffer.from("06052b0e03021a", "hex");

/** What names a certificate to its authority; SHA-1 is what every responder knows, and proves nothing. */
function certificateId({ leaf, issuer }: Issued): Buffer {
  const { serial } = partsOf(leaf);
  const { subject, key } = partsOf(issuer);
  return derEncoded(
    derTags.sequence,
    derEncoded(derTags.sequence, sha1Oid, Buffer.of(0x05, 0x00)),
    derEncoded(derTags.octetString, sha1(subject)),
    derEncoded(derTags.octetString, sha1(key)),
    derEncoded(derTags.integer, serial),
  );
}

/** What is posted to a responder. */
export const ocspRequest = (issued: Issued): Buffer => {
  const request = derEncoded(derTags.sequence, certificateId(issued));
  return derEncoded(
    derTags.sequence,
    derEncoded(derTags.sequence, derEncoded(derTags.sequence, request)),
  );
};

const statuses: Readonly<Record<number, string>> = {
  1: "it calls the question malformed",
  2: "it has an error of its own",
  3: "it asks to try later",
  5: "it wants to know who asks",
  6: "it does not answer for that certificate",
};

function basicAnswerIn(bytes: Buffer): Der[] {
  const [status, body] = sequence(derOf(bytes));
  const code = expected(status, derTags.enumerated).content[0];
  if (code !== 0) throw new Unsaid(statuses[code ?? -1] ?? "it does not answer");
  const [kind, answer] = sequence([...insideOf(expected(body, inContext(0)))][0]);
  if (kind === undefined || oidOf(kind) !== oids.basicAnswer)
    throw new Unsaid("it answers in a form that is not read");
  return sequence(derOf(expected(answer, derTags.octetString).content));
}

/** Whoever the issuer has signed a certificate for, to answer in its name. */
function isResponder(certificate: X509Certificate, { issuer, now }: Issued): boolean {
  return (
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey) &&
    (certificate.keyUsage ?? []).includes(oids.ocspSigning) &&
    certificate.validFromDate <= now &&
    certificate.validToDate > now
  );
}

function checkSigner(signed: Signed, sent: Der | undefined, issued: Issued): void {
  const certificates = sent
    ? sequence([...insideOf(sent)][0]).map(({ whole }) => new X509Certificate(whole))
    : [];
  const keys = [issued.issuer, ...certificates.filter((each) => isResponder(each, issued))];
  if (!keys.some(({ publicKey }) => isSignedBy(signed, publicKey)))
    throw new Unsaid("its answer is signed by nobody who may");
}

/** Whether it is about the certificate that was asked about; parameters of the hash may be left out. */
function isAbout(id: Der | undefined, issued: Issued): boolean {
  const [asked, answered] = [derOf(certificateId(issued)), expected(id, derTags.sequence)].map(
    (each) => [...insideOf(each)],
  );
  if (algorithmOf(answered?.[0]) !== oids.sha1) return false;
  return [1, 2, 3].every((at) => {
    const content = answered?.[at]?.content;
    return content !== undefined && asked?.[at]?.content.equals(content);
  });
}

function statusIn(answer: Der, issued: Issued): Revocation | undefined {
  const [id, status, thisUpdate, ...rest] = sequence(answer);
  if (!isAbout(id, issued)) return undefined;
  const [next] = rest.filter(({ tag }) => tag === inContext(0));
  checkTime(timeOf(thisUpdate), next && timeOf([...insideOf(next)][0]), issued.now);
  if (status?.tag === inContext(0, false)) return { kind: "good", by: "OCSP" };
  if (status?.tag === inContext(1))
    return { kind: "revoked", by: "OCSP", at: timeOf([...insideOf(status)][0]) };
  throw new Unsaid("its authority does not know it");
}

export const saidByResponder = (bytes: Buffer, issued: Issued): Revocation =>
  said(() => {
    const [whole, algorithm, signature, sent] = basicAnswerIn(bytes);
    const signed = {
      whole: expected(whole, derTags.sequence),
      algorithm: algorithmOf(algorithm),
      signature: bitsOf(signature),
    };
    checkSigner(signed, sent?.tag === inContext(0) ? sent : undefined, issued);
    // Version and extensions are named by their place; the list of answers is the one sequence.
    const answers = sequence(signed.whole).find(
      ({ tag }, at, all) => tag === derTags.sequence && isTime(all[at - 1]),
    );
    for (const answer of sequence(answers)) {
      const status = statusIn(answer, issued);
      if (status) return status;
    }
    throw new Unsaid("its answer is about other certificates");
  });

/** Fetches, or posts to, an address that a certificate names. Throws where there is no answer. */
export type AskAuthority = (url: string, body?: Buffer) => Promise<Buffer>;

/** The first few: a certificate could name hundreds. */
const mostAsked = 2;

async function answered(ask: () => Promise<Revocation>): Promise<Revocation> {
  try {
    return await ask();
  } catch (error) {
    const { message } = error as Error;
    return { kind: "unknown", why: message };
  }
}

/**
 * Asks where the certificate says; the responder first, which knows sooner. Whoever says "revoked"
 * is believed.
 */
export async function revocationOf(issued: Issued, ask: AskAuthority): Promise<Revocation> {
  let pointers: Pointers;
  try {
    pointers = pointersIn(issued.leaf);
  } catch {
    return { kind: "unknown", why: "where to ask cannot be read in it" };
  }
  const asking = [
    ...pointers.ocsp
      .slice(0, mostAsked)
      .map((url) => async () => saidByResponder(await ask(url, ocspRequest(issued)), issued)),
    ...pointers.crls
      .slice(0, mostAsked)
      .map((url) => async () => saidByList(await ask(url), url, issued)),
  ];
  let last: Revocation = { kind: "unnamed" };
  for (const each of asking) {
    const answer = await answered(each);
    if (answer.kind === "good" || answer.kind === "revoked") return answer;
    last = answer;
  }
  return last;
}
