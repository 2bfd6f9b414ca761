/** Signs an order with the credentials of whoever gives it: for the command line, and for tests. */
import { createHash, createHmac, type Hash, type Hmac, randomUUID } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentity, SourceData } from "@smithy/types";
import type { Fields } from "../sdk/fields.ts";
import { identityRequest, type OrderAddress, orderDigest, type PersonProof } from "./proof.ts";

const bytes = (data: SourceData): string | Uint8Array => {
  if (typeof data === "string") return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/** SHA-256 as the SDK's signer wants it. */
export class Sha256 {
  readonly #secret: SourceData | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: SourceData) {
    this.#secret = secret;
    this.#hash = this.#begun();
  }

  #begun(): Hash | Hmac {
    const secret = this.#secret;
    return secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#begun();
  }
}

export interface Signer {
  /** As the SDK's own chain finds them. */
  credentials(): Promise<AwsCredentialIdentity>;
  /** The time as AWS has it, whatever this machine's clock shows. */
  now(): Date;
}

/** What a function is invoked with: the order, and what proves who gives it. */
export type SignedOrder<O> = O & { readonly proof: PersonProof };

/**
 * @param order as JSON has it: every field of it is signed
 * @returns what the function is to be invoked with, within five minutes
 */
export async function signOrder<O extends object>(
  signer: Signer,
  address: OrderAddress,
  order: O,
): Promise<SignedOrder<O>> {
  const { home } = address.deployed;
  const nonce = randomUUID();
  const digest = orderDigest(address, JSON.parse(JSON.stringify(order)) as Fields, nonce);
  const credentials = await signer.credentials();
  const signing = { credentials, region: home, service: "sts", sha256: Sha256 };
  const request = { protocol: "https:", ...identityRequest(home, digest) };
  const signed = await new SignatureV4({ ...signing, applyChecksum: false }).sign(
    { ...request, headers: { ...request.headers } },
    { signingDate: signer.now() },
  );
  const { authorization = "", "x-amz-date": date = "" } = signed.headers;
  const token = signed.headers["x-amz-security-token"];
  const proof = { authorization, date, digest, nonce, ...(token !== undefined && { token }) };
  return { ...order, proof };
}
