/**
 * In place of the SDK's codec for JSON in bundles: values become what `JSON` takes, by their schemas,
 * and what `JSON` gives becomes values. The SDK writes bytes by itself and reads numbers of any
 * length: 5 KB (compressed) for what no declared call has.
 */
import { NormalizedSchema } from "@smithy/core/schema";
import { fromBase64, generateIdempotencyToken, LazyJsonString, toBase64 } from "@smithy/core/serde";
import {
  dateToUtcString,
  parseEpochTimestamp,
  parseRfc3339DateTime,
  parseRfc7231DateTime,
} from "./dates.ts";

type Members = Readonly<Record<string, unknown>>;
type Of = Parameters<typeof NormalizedSchema.of>[0];

interface Settings {
  /** Whether members have other names in JSON. */
  readonly jsonName?: boolean;
}

/** The SDK's numbers for how a time is written; any other is in seconds. */
const [asDateTime, asHttpDate] = [5, 6];

const isMembers = (value: unknown): value is Members => typeof value === "object" && value !== null;

function bigNumber(schema: NormalizedSchema): never {
  throw new Error(
    `left out of Nightshift's bundles: numbers of any length, as ${schema.getName()}`,
  );
}

/** What both directions know. */
class Codec {
  readonly settings: Settings;
  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** Everything is in the schema. */
  setSerdeContext(): void {}

  protected nameOf(name: string, member: NormalizedSchema): string {
    return (this.settings.jsonName && member.getMergedTraits().jsonName) || name;
  }
}

function timeFor(schema: NormalizedSchema, time: Date): string | number {
  const format = schema.getSchema();
  if (format === asDateTime) return time.toISOString().replace(".000Z", "Z");
  if (format === asHttpDate) return dateToUtcString(time);
  return time.getTime() / 1000;
}

/** What has no parts, as JSON has it. */
function plainFor(schema: NormalizedSchema, value: unknown): unknown {
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof Date) return timeFor(schema, value);
  if (typeof value === "string") return schema.isBlobSchema() ? toBase64(value) : value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return bigNumber(schema);
  // A text that is JSON itself may come as what it says.
  return schema.isStringSchema() && isMembers(value) ? String(LazyJsonString.from(value)) : value;
}

export class JsonShapeSerializer2 extends Codec {
  #written: unknown;

  write(of: Of, value: unknown): void {
    const schema = NormalizedSchema.of(of);
    const whole = schema.isBlobSchema() || schema.isStringSchema();
    this.#written = whole ? value : JSON.stringify(this.#for(schema, value));
  }

  flush(): unknown {
    const written = this.#written;
    this.#written = undefined;
    return written;
  }

  #for(schema: NormalizedSchema, value: unknown): unknown {
    if (value === null || value === undefined) return null;
    if (schema.isStructSchema()) return this.#forMembers(schema, value as Members);
    const sparse = (each: unknown) =>
      (each !== null && each !== undefined) || Boolean(schema.getMergedTraits().sparse);
    if (schema.isListSchema() && Array.isArray(value)) {
      const item = schema.getValueSchema();
      return value.filter(sparse).map((each) => this.#for(item, each));
    }
    if (!schema.isMapSchema()) return plainFor(schema, value);
    const entries = Object.entries(value as Members).filter(([, each]) => sparse(each));
    return Object.fromEntries(
      entries.map(([key, each]) => [key, this.#for(schema.getValueSchema(), each)]),
    );
  }

  #forMembers(schema: NormalizedSchema, members: Members): object {
    const json: [string, unknown][] = [];
    for (const [name, member] of schema.structIterator()) {
      const value =
        members[name] ?? (member.isIdempotencyToken() ? generateIdempotencyToken() : null);
      if (value !== null) json.push([this.nameOf(name, member), this.#for(member, value)]);
    }
    if (!json.length && schema.isUnionSchema() && Array.isArray(members.$unknown))
      json.push(members.$unknown as [string, unknown]);
    return Object.fromEntries(json);
  }
}

function timeOf(schema: NormalizedSchema, value: unknown): Date | undefined {
  const format = schema.getSchema();
  if (format === asDateTime) return parseRfc3339DateTime(value);
  return format === asHttpDate ? parseRfc7231DateTime(value) : parseEpochTimestamp(value);
}

const unusual = new Set<unknown>(["Infinity", "-Infinity", "NaN"]);

/** What has no parts. */
function plainOf(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isTimestampSchema()) return timeOf(schema, value);
  if (schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) return bigNumber(schema);
  if (typeof value !== "string") return value;
  if (schema.isBlobSchema()) return fromBase64(value);
  if (schema.isNumericSchema()) return unusual.has(value) ? Number(value) : value;
  const media = schema.isStringSchema() ? String(schema.getMergedTraits().mediaType) : "";
  return /^application\/json$|\+json$/.test(media) ? LazyJsonString.from(value) : value;
}

export class JsonShapeDeserializer2 extends Codec {
  async read(schema: Of, data: string | Uint8Array): Promise<unknown> {
    if (!data.length) return {};
    const text =
      typeof data === "string"
        ? data
        : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
    return this.readObject(schema, JSON.parse(text));
  }

  readObject(of: Of, value: unknown): unknown {
    const schema = NormalizedSchema.of(of);
    if (value === null || value === undefined) return value;
    if (schema.isStructSchema() && isMembers(value)) return this.#membersOf(schema, value);
    if (schema.isListSchema() && Array.isArray(value)) {
      const item = schema.getValueSchema();
      return value.map((each) => this.readObject(item, each));
    }
    if (!schema.isMapSchema() || !isMembers(value)) return plainOf(schema, value);
    const item = schema.getValueSchema();
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, this.readObject(item, each)]),
    );
  }

  #membersOf(schema: NormalizedSchema, json: Members): object {
    const members: Record<string, unknown> = {};
    const unknown = new Set(Object.keys(json));
    unknown.delete("__type");
    for (const [name, member] of schema.structIterator()) {
      const given = this.nameOf(name, member);
      unknown.delete(given);
      if (json[given] !== null && json[given] !== undefined)
        members[name] = this.readObject(member, json[given]);
    }
    // What the service has learnt since this SDK was made.
    const [other, ...more] = unknown;
    if (
      schema.isUnionSchema() &&
      other !== undefined &&
      !more.length &&
      !Object.keys(members).length
    )
      members.$unknown = [other, json[other]];
    return members;
  }
}
