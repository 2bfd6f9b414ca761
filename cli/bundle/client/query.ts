/** In place of the SDK's writer of queries in bundles: EC2's and the older services' requests. */
import { extendedEncodeURIComponent } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import { generateIdempotencyToken } from "@smithy/core/serde";
import { toText } from "./texts.ts";

type Of = Parameters<typeof NormalizedSchema.of>[0];

/** How EC2's differ from the others'. */
interface QuerySettings {
  readonly ec2?: boolean;
  readonly capitalizeKeys?: boolean;
  readonly flattenLists?: boolean;
  readonly serializeEmptyLists?: boolean;
}

const isThere = (value: unknown): boolean => value !== null && value !== undefined;

export class QueryShapeSerializer {
  /** The protocol of EC2 adds to it. */
  readonly settings: QuerySettings;
  #written = "";

  constructor(settings: QuerySettings) {
    this.settings = settings;
  }

  /** Everything is in the schema. */
  setSerdeContext(): void {}

  write(of: Of, value: unknown, key = ""): void {
    const schema = NormalizedSchema.of(of);
    if (!isThere(value)) {
      if (schema.isIdempotencyToken()) this.#pair(key, generateIdempotencyToken());
      return;
    }
    if (schema.isListSchema()) this.#list(schema, value, key);
    else if (schema.isMapSchema()) this.#map(schema, value as object, key);
    else if (schema.isStructSchema()) this.#members(schema, value as object, key);
    else if (!schema.isUnitSchema()) this.#pair(key, toText(schema, value));
  }

  flush(): string {
    const written = this.#written;
    this.#written = "";
    return written;
  }

  #pair(key: string, value: string): void {
    this.#written += `&${extendedEncodeURIComponent(key)}=${extendedEncodeURIComponent(value)}`;
  }

  #nameOf(schema: NormalizedSchema, name: string): string {
    const { xmlName, ec2QueryName } = schema.getMergedTraits();
    return String((this.settings.ec2 && ec2QueryName) || (xmlName ?? name));
  }

  #list(schema: NormalizedSchema, value: unknown, key: string): void {
    if (!Array.isArray(value)) return;
    if (!value.length && this.settings.serializeEmptyLists) this.#pair(key, "");
    const item = schema.getValueSchema();
    const flat = this.settings.flattenLists || schema.getMergedTraits().xmlFlattened;
    const list = flat ? key : `${key}.${this.#nameOf(item, "member")}`;
    for (const [at, each] of value.filter(isThere).entries())
      this.write(item, each, `${list}.${at + 1}`);
  }

  #map(schema: NormalizedSchema, value: object, key: string): void {
    const [named, item] = [schema.getKeySchema(), schema.getValueSchema()];
    const list = schema.getMergedTraits().xmlFlattened ? key : `${key}.entry`;
    const entries = Object.entries(value).filter(([, each]) => isThere(each));
    for (const [at, [name, each]] of entries.entries()) {
      this.write(named, name, `${list}.${at + 1}.${this.#nameOf(named, "key")}`);
      this.write(item, each, `${list}.${at + 1}.${this.#nameOf(item, "value")}`);
    }
  }

  #members(schema: NormalizedSchema, value: object, key: string): void {
    for (const [name, member] of schema.structIterator()) {
      const { ec2QueryName } = member.getMergedTraits();
      const own = this.#nameOf(member, name);
      const capital = this.settings.capitalizeKeys && !(this.settings.ec2 && ec2QueryName);
      const last = capital ? own.replace(/^./, (letter) => letter.toUpperCase()) : own;
      this.write(member, (value as Record<string, unknown>)[name], key ? `${key}.${last}` : last);
    }
  }
}
