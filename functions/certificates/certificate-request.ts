/**
 * Writes certificate requests (PKCS #10, RFC 2986): names and a public key, signed by its private
 * key. Everything else of a certificate is for the authority to say.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { derEncoded, derTags, inContext } from "./der.ts";

/** Object identifiers, as they are written. */
const oid = (hex: string): Buffer => derEncoded(derTags.objectIdentifier, Buffer.from(hex, "hex"));
const extensionRequest = oid("2a864886f70d01090e");
const subjectAltName = oid("551d11");

interface Signing {
  readonly hash: "sha256" | "sha384";
  /** What says so in the request. */
  readonly algorithm: Buffer;
}

const withoutParameters = Buffer.of(0x05, 0x00);
const byRsa: Signing = {
  hash: "sha256",
  algorithm: derEncoded(derTags.sequence, oid("2a864886f70d01010b"), withoutParameters),
};
const byP256: Signing = {
  hash: "sha256",
  algorithm: derEncoded(derTags.sequence, oid("2a8648ce3d040302")),
};
const byP384: Signing = {
  hash: "sha384",
  algorithm: derEncoded(derTags.sequence, oid("2a8648ce3d040303")),
};

/** A hash as strong as the key (RFC 5758, section 3.2). */
function signingBy(key: KeyObject): Signing {
  if (key.asymmetricKeyType === "rsa") return byRsa;
  return key.asymmetricKeyDetails?.namedCurve === "secp384r1" ? byP384 : byP256;
}

function extensionsFor(names: readonly string[]): Buffer {
  const dnsNames = names.map((name) =>
    derEncoded(inContext(2, false), Buffer.from(name, "latin1")),
  );
  const written = derEncoded(derTags.sequence, ...dnsNames);
  const extension = derEncoded(
    derTags.sequence,
    subjectAltName,
    derEncoded(derTags.octetString, written),
  );
  return derEncoded(derTags.sequence, extension);
}

/**
 * @param names in ASCII
 * @param pem the private key
 * @returns DER
 */
export function certificateRequest(names: readonly string[], pem: string): Buffer {
  const key = createPrivateKey(pem);
  const version = derEncoded(derTags.integer, Buffer.of(0));
  const subject = derEncoded(derTags.sequence);
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
  const asked = derEncoded(
    derTags.sequence,
    extensionRequest,
    derEncoded(derTags.set, extensionsFor(names)),
  );
  const content = derEncoded(
    derTags.sequence,
    version,
    subject,
    publicKey,
    derEncoded(inContext(0), asked),
  );
  const { hash, algorithm } = signingBy(key);
  const signature = Buffer.concat([Buffer.of(0), sign(hash, content, key)]);
  return derEncoded(derTags.sequence, content, algorithm, derEncoded(derTags.bitString, signature));
}
