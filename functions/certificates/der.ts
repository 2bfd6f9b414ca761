/**
 * Reads and writes DER, as much as lists of revoked certificates, answers about them and certificate
 * requests take: elements by their tags, nothing of schemas. Whatever does not hold together throws.
 * @see https://www.itu.int/rec/T-REC-X.690
 */

/** One element. */
export interface Der {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length, as it was signed. */
  readonly whole: Buffer;
}

export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Of an element that is named by its place, `[n]`. */
export const inContext = (number: number, constructed = true): number =>
  0x80 | (constructed ? 0x20 : 0) | number;

const broken = (): Error => new Error("it is no DER that can be read");

function lengthAt(bytes: Buffer, at: number): { readonly length: number; readonly from: number } {
  const first = bytes[at];
  if (first === undefined) throw broken();
  if (first < 0x80) return { length: first, from: at + 1 };
  const size = first & 0x7f;
  // Without end, or larger than what anybody reads.
  if (size === 0 || size > 4 || at + 1 + size > bytes.length) throw broken();
  return { length: bytes.readUIntBE(at + 1, size), from: at + 1 + size };
}

function elementAt(bytes: Buffer, at: number): Der {
  const tag = bytes[at];
  if (tag === undefined || (tag & 0x1f) === 0x1f) throw broken();
  const { length, from } = lengthAt(bytes, at + 1);
  const end = from + length;
  if (end > bytes.length) throw broken();
  return { tag, content: bytes.subarray(from, end), whole: bytes.subarray(at, end) };
}

/** @throws where there is more or less than one element */
export function derOf(bytes: Buffer): Der {
  const element = elementAt(bytes, 0);
  if (element.whole.length !== bytes.length) throw broken();
  return element;
}

export function* insideOf({ content }: Der): Generator<Der> {
  for (let at = 0; at < content.length; ) {
    const element = elementAt(content, at);
    yield element;
    at += element.whole.length;
  }
}

/** @throws where it is not there, or of another kind */
export function expected(element: Der | undefined, tag: number): Der {
  if (element?.tag !== tag) throw broken();
  return element;
}

/** The elements of a sequence. */
export const sequence = (element: Der | undefined): Der[] => [
  ...insideOf(expected(element, derTags.sequence)),
];

/** `1.2.840.113549`. */
export function oidOf({ content }: Der): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    parts.push(value);
    value = 0;
  }
  const [first = 0, ...others] = parts;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...others].join(".");
}

/** A bit string of whole bytes. */
export function bitsOf(element: Der | undefined): Buffer {
  const { content } = expected(element, derTags.bitString);
  if (content[0] !== 0) throw broken();
  return content.subarray(1);
}

const forms: Readonly<Record<number, RegExp>> = {
  [derTags.utcTime]: /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
  [derTags.generalizedTime]: /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
};

/** Of a year of two digits, as RFC 5280 reads it. */
function centuryOf(year: string): string {
  if (year.length !== 2) return "";
  return Number(year) < 50 ? "20" : "19";
}

export function timeOf(element: Der | undefined): Date {
  const [, year = "", ...rest] =
    forms[element?.tag ?? 0]?.exec(element?.content.toString("latin1") ?? "") ?? [];
  const [month = "", day = "", hour = "", minute = "", second = ""] = rest;
  const at = new Date(`${centuryOf(year)}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at.getTime())) throw broken();
  return at;
}

/** Writes an element. */
export function derEncoded(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const short = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.of(tag, 0x80 | short.length), short, content]);
}
