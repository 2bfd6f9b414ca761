/** When an identity provider's metadata ends. */
import { X509Certificate } from "node:crypto";
import type { Expiring } from "../expires.ts";

const keyBegins = /<(?:\w+:)?KeyDescriptor\b/;
const keyEnds = /<\/(?:\w+:)?KeyDescriptor>/;
const isForEncryption = /^[^>]*\buse\s*=\s*["']encryption["']/;
/** What programs write for the end of a line in XML, of which base64 would read the digits. */
const lineEnds = /&#(?:13|10|x[dD]|x[aA]);/g;

/** Without the keys that others encrypt to: these may outlive, by years, those that it signs with. */
const signingPart = (metadata: string): string =>
  metadata
    .split(keyBegins)
    .map((part) => (isForEncryption.test(part) ? part.split(keyEnds).slice(1).join("") : part))
    .join("");

/** Of an identity provider's metadata, each certificate that it signs with. */
export function certificatesIn(metadata: string): X509Certificate[] {
  const text = signingPart(metadata).replaceAll(lineEnds, "");
  const found = text.matchAll(/<(?:\w+:)?X509Certificate\b[^<>]*>([^<]+)</g);
  return [...found].flatMap(([, body = ""]) => {
    try {
      return [new X509Certificate(Buffer.from(body, "base64"))];
    } catch {
      return [];
    }
  });
}

interface Provider {
  readonly name: string;
  readonly where: string;
  readonly arn?: string;
  readonly metadata: string;
  /** What its metadata or IAM says beside its certificates. */
  readonly until?: Date | undefined;
}

/** It works as long as one of its certificates does. */
export function endOfProvider({ metadata, until, ...provider }: Provider): Expiring | undefined {
  const ends = certificatesIn(metadata).map(({ validToDate }) => validToDate.getTime());
  const last = ends.length ? Math.max(...ends) : Number.POSITIVE_INFINITY;
  const end = Math.min(last, until?.getTime() ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(end)) return undefined;
  return {
    ...provider,
    what: "SAML provider",
    expires: new Date(end),
    remedy: "upload its next metadata before, or nobody can sign in through it",
  };
}
