/** When an identity provider's metadata ends. */
import { X509Certificate } from "node:crypto";
import type { Expiring } from "../expires.ts";

/** Of an identity provider's metadata, each certificate that it signs with. */
export function certificatesIn(metadata: string): X509Certificate[] {
  const found = metadata.matchAll(/<(?:\w+:)?X509Certificate>([^<]+)</g);
  return [...found].flatMap(([, text = ""]) => {
    try {
      return [new X509Certificate(Buffer.from(text, "base64"))];
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
