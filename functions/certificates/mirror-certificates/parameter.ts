/**
 * Brings a certificate and its key from a secret into a parameter. Both are one value of one
 * parameter, put by one request, so that nobody reads a key of one and a certificate of another.
 * What is there is told by the parameter's description, which is put with the value: neither a look
 * nor an undo's comparison decrypts anything.
 */
import { X509Certificate } from "node:crypto";
import type { ParameterMetadata } from "@aws-sdk/client-ssm";
import { describeSecret } from "../../../aws/secretsmanager/secret.ts";
import { getSecretValue } from "../../../aws/secretsmanager/value.ts";
import {
  deleteParameter,
  getParameter,
  putParameter,
} from "../../../aws/ssm/certificate-parameter.ts";
import { describeParameters } from "../../../aws/ssm/parameter.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import { NotPossible } from "../../../sdk/errors.ts";
import { byName, type Mirrored, mirroredIn, mirroredWords } from "../mirrored-parameter.ts";
import { type CertificatePair, keptPair, type PairVersion, pairIn } from "../secret-versions.ts";
import type { ChainPlace } from "./config.ts";

type Look = UsePart<readonly [typeof describeParameters]>;

async function seen(use: Look, name: string): Promise<ParameterMetadata | undefined> {
  for await (const found of use(describeParameters(byName(name))))
    if (found.Name === name) return found;
  return undefined;
}

/** What is put, and where. */
export interface MirrorOrder extends PairVersion {
  /** Of the parameter. */
  readonly name: string;
  readonly kmsKey: string;
  readonly chain: ChainPlace;
  /** Whether it may be an advanced one. */
  readonly advanced: boolean;
}

/** What there was before. */
export interface FormerParameter extends Mirrored {
  /** SSM's own number. */
  readonly version: number;
  /** As the parameter names it: an ARN, an id or an alias. */
  readonly kmsKey: string;
}

/** Where something is there already: what undo puts again. */
export interface MirrorAgain extends MirrorOrder {
  readonly former: FormerParameter;
}

const largestStandard = 4096;
const largest = 8192;

/** @throws {NotPossible} before anything is sent, with what to do */
function sized(value: string, { name, chain, advanced }: MirrorOrder): void {
  const bytes = Buffer.byteLength(value);
  const limit = advanced ? largest : largestStandard;
  if (bytes <= limit) return;
  const remedies = [
    ...(chain === "within" ? ['`chain: "beside"` puts the chain into parameters of its own'] : []),
    ...(advanced
      ? []
      : ["`advanced: true` takes a parameter of up to 8,192 bytes, which is billed"]),
    "a certificate with an elliptic key, or with fewer names, is smaller",
  ];
  throw new NotPossible(
    `${name} would have ${bytes} bytes, and takes ${limit}: ${remedies.join("; ")}. What is there stays`,
  );
}

const parts = [getSecretValue, describeSecret, describeParameters, putParameter] as const;
type Use = UsePart<typeof parts>;

const pemParts = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The parameters of a chain, each named by what it holds: none is ever changed. */
function chainParts(name: string, chain: string): { Name: string; Value: string }[] {
  return (chain.match(pemParts) ?? []).map((Value) => {
    const print = new X509Certificate(Value).fingerprint256.replaceAll(":", "").toLowerCase();
    return { Name: `${name}/chain/${print.slice(0, 32)}`, Value };
  });
}

/** They are there before anything names them. */
async function putChain(use: Use, all: readonly { Name: string; Value: string }[]): Promise<void> {
  for (const { Name, Value } of all) {
    if (await seen(use, Name)) continue;
    await use(putParameter({ Name, Value, Type: "String", Tier: "Standard" }));
  }
}

interface Value {
  readonly text: string;
  readonly beside: readonly { Name: string; Value: string }[];
}

function valueFor({ key, certificate, chain }: CertificatePair, order: MirrorOrder): Value {
  if (order.chain === "within")
    return { text: JSON.stringify({ key, certificate, chain }), beside: [] };
  const beside = chainParts(order.name, chain);
  const chainIn = beside.map(({ Name }) => Name);
  return { text: JSON.stringify({ key, certificate, chainIn }), beside };
}

const isSo = (there: ParameterMetadata | undefined, order: MirrorOrder): boolean => {
  if (!there) return false;
  const { serial, chain } = mirroredIn(there);
  return serial === order.serial && chain === order.chain && isUnder(there, order.kmsKey);
};

/** Whether it is encrypted by that key, which a parameter names as whoever put it has. */
export const isUnder = ({ KeyId = "" }: ParameterMetadata, kmsKey: string): boolean =>
  KeyId !== "" && (kmsKey === KeyId || kmsKey.endsWith(`/${KeyId}`));

/** A step that died half way finds by the description that it is done. */
async function mirror(order: MirrorOrder, use: Use) {
  const { name, serial, kmsKey, chain } = order;
  const pair = await keptPair(use, order);
  const { text, beside } = valueFor(pair, order);
  sized(text, order);
  const there = await seen(use, name);
  const made = beside.map(({ Name }) => Name);
  if (isSo(there, order)) return { name, serial, beside: made };
  await putChain(use, beside);
  await use(
    putParameter({
      Name: name,
      Value: text,
      Type: "SecureString",
      KeyId: kmsKey,
      Description: mirroredWords({ serial, chain }, (there?.Version ?? 0) + 1),
      Tier: order.advanced ? "Intelligent-Tiering" : "Standard",
      ...(there && { Overwrite: true }),
    }),
  );
  return { name, serial, beside: made };
}

/** What undo puts again. */
export interface FormerOrder {
  readonly name: string;
  readonly former: FormerParameter;
}

const again = (former: number, version: number): string =>
  `nightshift: version ${former} again, put as version ${version}`;

/** As it was described, but for its number. */
function formerWords({ serial, chain, version }: FormerParameter, next: number): string {
  if (serial === null || chain === null) return again(version, next);
  return mirroredWords({ serial, chain }, next);
}

/** Puts what a version held before, as a new version. */
export const putFormerParameter = composedWrite("certificate:PutFormerParameter", {
  parts: [describeParameters, getParameter, putParameter],
  irreversible: "the next sweep puts what the secret holds",
  async does({ name, former }: FormerOrder, use) {
    const there = await seen(use, name);
    const is = there?.Version ?? 0;
    if (there?.Description === formerWords(former, is)) return { name };
    const found = await use(
      getParameter({ Name: `${name}:${former.version}`, WithDecryption: true }),
    );
    const text = found?.Parameter?.Value;
    if (text === undefined)
      throw new NotPossible(
        `${name} has no version ${former.version} any more: SSM keeps a hundred, and none of a parameter that was deleted`,
      );
    if (former.serial !== null && pairIn(text)?.serial !== former.serial)
      throw new NotPossible(
        `version ${former.version} of ${name} is not the certificate ${former.serial} with its key`,
      );
    await use(
      putParameter({
        ...{ Name: name, Value: text, Type: "SecureString", KeyId: former.kmsKey },
        Description: formerWords(former, is + 1),
        ...{ Tier: "Intelligent-Tiering", Overwrite: true },
      }),
    );
    return { name };
  },
});

/** Into a parameter that is not there yet. */
export const mirrorFirst = composedWrite("certificate:MirrorFirst", {
  parts,
  does: (order: MirrorOrder, use) => mirror(order, use),
  inverse: [deleteParameter, ({ name }, { beside }) => [name, ...beside].map((Name) => ({ Name }))],
});

/** In place of what a parameter holds. */
export const mirrorAgain = composedWrite("certificate:MirrorAgain", {
  parts,
  does: (order: MirrorAgain, use) => mirror(order, use),
  inverse: [putFormerParameter, ({ name, former }) => ({ name, former })],
});
