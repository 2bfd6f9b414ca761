/** Values that are packed to fit into an item. */
import { parse, serialise } from "../sdk/codec.ts";
import { NotPossible } from "../sdk/errors.ts";

/** DynamoDB takes 400 KB an item. */
const mostPacked = 380_000;

/**
 * A function has 512 MB, and what is unpacked is then parsed. A few hundred kilobytes of zeros
 * unpack to hundreds of megabytes: nothing of ours is so alike.
 */
const mostUnpacked = 24 * 1024 * 1024;

/** Loaded when something is packed: few runs have that much to say, and each function would load it. */
const zlib = () => process.getBuiltinModule("node:zlib");

/** @returns nothing where it is too large to be stored, or to be read again */
export function packed(value: unknown): string | undefined {
  const text = serialise(value);
  if (Buffer.byteLength(text) > mostUnpacked) return undefined;
  const body = zlib().gzipSync(text).toString("base64");
  return body.length > mostPacked ? undefined : body;
}

/**
 * @param what it is, for the error
 * @throws {NotPossible} when it unpacks to more than anything of ours, or cannot be unpacked
 */
export function unpacked(body: unknown, what: string): unknown {
  const bytes = typeof body === "string" ? Buffer.from(body, "base64") : Buffer.alloc(0);
  let text: string;
  try {
    text = zlib().gunzipSync(bytes, { maxOutputLength: mostUnpacked }).toString();
  } catch (error) {
    throw new NotPossible(`${what} ${whyNot(error)}`);
  }
  return parse(text);
}

function whyNot(error: unknown): string {
  const tooLarge = error instanceof RangeError;
  return tooLarge
    ? `unpacks to more than ${mostUnpacked / 1024 / 1024} MB, which no run of ours writes: it is not read, and nothing is done. Somebody else wrote it, or it is damaged`
    : "is damaged: it cannot be unpacked, and nothing is done";
}
