/**
 * The proof of who gives an order: a request to AWS that only they can sign, and that says nothing
 * but "who am I" (STS GetCallerIdentity). Among its signed headers is the digest of exactly this
 * order, so that it proves no other. Whoever takes the order builds the request himself and sends
 * it to AWS: of the caller come the signature, its date, its token and the digest alone.
 */
import * as z from "zod/mini";
import { partitionOf } from "../sdk/arn.ts";
import { digest } from "../sdk/codec.ts";
import { NotPossible } from "../sdk/errors.ts";
import { type Fields, fieldsOf, isFields } from "../sdk/fields.ts";
import { after, before, minutes } from "../sdk/time.ts";
import type { Deployed } from "../settings/arns.ts";

/** Carries the order's digest, and is signed with the rest. */
export const orderHeader = "x-nightshift-order";

/** A proof is as good as the order is fresh. */
const proofLife = minutes(5);
/** A clock that is so far ahead is still believed. */
const clocksDiffer = minutes(1);

const text = (most: number, form: RegExp) => z.string().check(z.maxLength(most), z.regex(form));
const proofShape = z.strictObject({
  authorization: text(1_000, /^[ -~]+$/),
  /** `20261121T020000Z`, as in `x-amz-date`. */
  date: text(16, /^\d{8}T\d{6}Z$/),
  digest: text(64, /^[0-9a-f]{64}$/),
  nonce: text(64, /^[\w-]{16,64}$/),
  /** Of temporary credentials. */
  token: z.optional(text(16_384, /^[!-~]+$/)),
});
export type PersonProof = z.output<typeof proofShape>;

/** Where and to whom an order is given: it is no order elsewhere. */
export interface OrderAddress {
  readonly deployed: Deployed;
  /** 12 digits. */
  readonly account: string;
  /** The function that is to carry it out, as in the manifest: `decide`, `undo`, a unit's id. */
  readonly to: string;
}

/**
 * What a signature covers: every field that the function is invoked with, but for the proof.
 * @param nonce makes the same order given twice two
 */
export const orderDigest = (
  { deployed, account, to }: OrderAddress,
  order: Fields,
  nonce: string,
): string => {
  const { home, deployment } = deployed;
  return digest({ deployment: { prefix: deployment.prefix, account, home }, to, order, nonce });
};

/** A request as it is sent; its host is built here and comes from nobody. */
export interface IdentityRequest {
  readonly method: "POST";
  readonly hostname: string;
  readonly path: "/";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const suffixOf = (region: string): string =>
  partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";

/**
 * The request before it is signed. STS of the region itself, whatever the environment names.
 * @param covered the order's digest
 */
export function identityRequest(home: string, covered: string): IdentityRequest {
  const hostname = `sts.${home}.${suffixOf(home)}`;
  return {
    method: "POST",
    hostname,
    path: "/",
    headers: {
      host: hostname,
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      [orderHeader]: covered,
    },
    body: "Action=GetCallerIdentity&Version=2011-06-15",
  };
}

const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=[\w-]{1,128}\/(\d{8})\/([a-z0-9-]{1,40})\/([a-z0-9-]{1,40})\/aws4_request, SignedHeaders=([a-z0-9;-]{1,300}), Signature=[0-9a-f]{64}$/;

/** All that we send, and nothing else: what is not signed could be anybody's. */
const signedHeaders = (token: string | undefined): string => {
  const temporary = token === undefined ? [] : ["x-amz-security-token"];
  return ["content-type", "host", "x-amz-date", ...temporary, orderHeader].sort().join(";");
};

function timeOf(date: string): Date {
  const iso = date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
  return new Date(iso);
}

const refused = (why: string): NotPossible =>
  new NotPossible(`who gives this order is not proven: ${why}. Nothing is done; give it again`);

function assertFresh(date: string, now: Date): void {
  const at = timeOf(date);
  if (Number.isNaN(at.getTime())) throw refused("the date of its signature is none");
  const when = `it was signed at ${at.toISOString()}, and it is ${now.toISOString()} here`;
  if (at < before(now, proofLife)) throw refused(`${when}: a signature counts for five minutes`);
  if (at > after(now, clocksDiffer)) throw refused(`${when}: set the clock of the signer right`);
}

function assertSignedHere({ authorization, date, token }: PersonProof, home: string): void {
  const [, day, region, service, signed] = authorizationForm.exec(authorization) ?? [];
  if (day === undefined) throw refused("its signature is not one of AWS (version 4)");
  if (day !== date.slice(0, 8)) throw refused("its signature is of another day than its date");
  if (region !== home || service !== "sts")
    throw refused(`it is signed for ${service} in ${region}, not for sts in ${home}`);
  const expected = signedHeaders(token);
  if (signed !== expected)
    throw refused(`it signs the headers ${signed}, where it must sign ${expected}`);
}

/** What a function was invoked with, and what is said to prove it. */
export interface ProvenPayload {
  readonly proof: PersonProof;
  /** All else of the payload. */
  readonly order: Fields;
}

/** @throws {NotPossible} where it carries no proof, or one of no form. Names nothing of it */
export function proofIn(payload: unknown): ProvenPayload {
  const { proof, ...order } = fieldsOf(payload);
  if (!isFields(proof))
    throw new NotPossible(
      "who gives this order is not proven: give it with the command line, which signs it. Nothing is done",
    );
  const read = proofShape.safeParse(proof);
  if (read.success) return { proof: read.data, order };
  const fields = new Set(read.error.issues.map(({ path }) => String(path[0] ?? "proof")));
  throw refused(`its proof is not understood (${[...fields].join(", ")})`);
}

/**
 * The request that asks AWS who signed it.
 * @throws {NotPossible} where the signature is for another order, place or time. Names no secret
 */
export function identityRequestOf(
  { proof, order }: ProvenPayload,
  address: OrderAddress,
  now: Date,
): IdentityRequest {
  const { home } = address.deployed;
  const covered = orderDigest(address, order, proof.nonce);
  if (proof.digest !== covered) throw refused("it was signed for another order");
  assertFresh(proof.date, now);
  assertSignedHere(proof, home);
  const request = identityRequest(home, covered);
  return {
    ...request,
    headers: {
      ...request.headers,
      "x-amz-date": proof.date,
      ...(proof.token !== undefined && { "x-amz-security-token": proof.token }),
      authorization: proof.authorization,
    },
  };
}
