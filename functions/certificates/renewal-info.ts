/** What a directory says of when to renew (ARI, RFC 9773), and how certificates are named there. */
import { generateKeyPairSync, type X509Certificate } from "node:crypto";
import * as z from "zod/mini";
import { composedRead } from "../../sdk/composed.ts";
import { AcmeSession, type Directory } from "./acme-session.ts";

/** The extension's identifier and what leads to its first field (RFC 5280, section 4.2.1.1). */
const authorityKeyId = Buffer.from("0603551d23", "hex");

function keyIdIn(der: Buffer): Buffer | undefined {
  const at = der.indexOf(authorityKeyId);
  if (at < 0) return undefined;
  // An octet string that holds a sequence, of which the first field is the key's id.
  const [octets, , sequence, , field, length = 0] = der.subarray(at + 5, at + 11);
  if (octets !== 0x04 || sequence !== 0x30 || field !== 0x80) return undefined;
  return der.subarray(at + 11, at + 11 + length);
}

/** As in DER: a leading zero where the first bit is set. */
function serialBytes(hex: string): Buffer {
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
  return (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

/** By its issuer's key and its serial number; nothing where it does not say the former. */
export function certificateId(certificate: X509Certificate): string | undefined {
  const keyId = keyIdIn(certificate.raw);
  const serial = serialBytes(certificate.serialNumber);
  return keyId && `${keyId.toString("base64url")}.${serial.toString("base64url")}`;
}

/** When a directory wants it renewed. */
export interface RenewalWindow {
  readonly start: Date;
  readonly end: Date;
  /** Why, where it says so. */
  readonly explanation?: string;
}

/**
 * - `none`: it offers nothing of the kind, or knows nothing of this certificate
 * - `unknown`: it was not reached
 */
export type RenewalAdvice =
  | ({ readonly kind: "window" } & RenewalWindow)
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly why: string };

const body = z.object({
  suggestedWindow: z.object({ start: z.string(), end: z.string() }),
  explanationURL: z.optional(z.string()),
});

/** A certificate that advice is asked for, as `certificateId` names it. */
export interface AdviceAsked {
  readonly directory: Directory;
  readonly certificate: string;
}

/** It is shown to people: an address of the web that is not too long, or nothing. */
const linkIn = (text = ""): string | undefined =>
  text.length <= 200 && /^https?:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text)
    ? text
    : undefined;

/** Nobody is asked for a signature: any key will do. */
const anyKey = (): string =>
  generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;

async function adviceOf({ directory, certificate }: AdviceAsked): Promise<RenewalAdvice> {
  const session = new AcmeSession(directory, { key: anyKey() });
  const { renewalInfo } = await session.offers();
  if (typeof renewalInfo !== "string") return { kind: "none" };
  const answer = await session.look(`${renewalInfo.replace(/\/$/, "")}/${certificate}`);
  const parsed = z.safeParse(body, answer.body);
  if (!parsed.success) return { kind: "none" };
  const { suggestedWindow, explanationURL } = parsed.data;
  const [start, end] = [new Date(suggestedWindow.start), new Date(suggestedWindow.end)];
  // One that ends before it begins is of no use (RFC 9773, section 4.2).
  if (!(start < end)) return { kind: "none" };
  const explanation = linkIn(explanationURL);
  return { kind: "window", start, end, ...(explanation && { explanation }) };
}

/** Never throws: whoever gets no advice goes by the lifetime. */
export const readRenewalInfo = composedRead("acme:ReadRenewalInfo", {
  parts: [],
  async does(asked: AdviceAsked): Promise<RenewalAdvice> {
    try {
      return await adviceOf(asked);
    } catch (error) {
      return { kind: "unknown", why: error instanceof Error ? error.message : "no reason" };
    }
  },
});
