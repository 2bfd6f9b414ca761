/**
 * One codec for hash, ledger and `--json`: what SDK calls carry survives JSON exactly, dates and
 * bytes included.
 */
import { createHash } from "node:crypto";

/**
 * Keys sorted, `undefined` left out, dates as `{ "$date": ISO }`, bytes as `{ "$bytes": base64 }`,
 * big integers as `{ "$bigint": digits }`.
 */
export function encode(value: unknown): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return value;
  }
  if (typeof value === "bigint") return { $bigint: String(value) };
  if (value instanceof Date) return { $date: value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : encode(item)));
  if (typeof value !== "object" || value instanceof Map || value instanceof Set)
    throw new TypeError(
      `a ${typeof value === "object" ? value.constructor.name : typeof value} has no JSON form`,
    );
  const given = new Map<string, unknown>(Object.entries(value));
  const names = [...given.keys()].filter((name) => given.get(name) !== undefined).sort();
  return Object.fromEntries(
    names.map((name) => [name.startsWith("$") ? `$${name}` : name, encode(given.get(name))]),
  );
}

/** What `encode` made, back as it was. */
export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value);
  const [only] = fields;
  if (fields.length === 1 && only && typeof only[1] === "string") {
    if (only[0] === "$date") return new Date(only[1]);
    if (only[0] === "$bytes") return new Uint8Array(Buffer.from(only[1], "base64"));
    if (only[0] === "$bigint") return BigInt(only[1]);
  }
  return Object.fromEntries(
    fields.map(([name, field]) => [name.startsWith("$$") ? name.slice(1) : name, decode(field)]),
  );
}

export const serialise = (value: unknown): string => JSON.stringify(encode(value));
export const parse = (text: string): unknown => decode(JSON.parse(text));

/** SHA-256 of the canonical form, in hexadecimal. `undefined` has a digest of its own. */
export const digest = (value: unknown): string =>
  createHash("sha256")
    .update(value === undefined ? "undefined" : serialise(value))
    .digest("hex");

export const same = (a: unknown, b: unknown): boolean => digest(a) === digest(b);
