/**
 * In place of the SDK's writer of XML in bundles: the requests of REST with XML, as Route 53 and
 * CloudFront take them. Attributes and maps, which only S3 has, are refused by name.
 */
import { NormalizedSchema } from "@smithy/core/schema";
import { generateIdempotencyToken } from "@smithy/core/serde";
import { toText } from "./texts.ts";

type Of = Parameters<typeof NormalizedSchema.of>[0];

const signs: Readonly<Record<string, string>> = {
  "&": "&amp;",
  '"': "&quot;",
  "'": "&apos;",
  "<": "&lt;",
  ">": "&gt;",
  "\r": "&#x0D;",
  "\n": "&#x0A;",
  "\u0085": "&#x85;",
  "\u2028": "&#x2028;",
};
const escaped = (text: string): string =>
  text.replace(/[&"'<>\r\n\u0085\u2028]/g, (sign) => signs[sign] ?? "");

/** @param content markup; nothing for an element without children */
const element = (name: string, content: string | undefined, attribute = ""): string =>
  content === undefined ? `<${name}${attribute}/>` : `<${name}${attribute}>${content}</${name}>`;

const isThere = (value: unknown): boolean => value !== null && value !== undefined;

/** Nothing where there is nothing within. */
const joined = (parts: readonly string[]): string | undefined => parts.join("") || undefined;

function refuse(schema: NormalizedSchema): void {
  const { xmlAttribute, xmlNamespace } = schema.getMergedTraits();
  if (xmlAttribute || xmlNamespace || schema.isMapSchema())
    throw new Error(
      `left out of Nightshift's bundles: attributes, namespaces and maps in XML, as ${schema.getName()}`,
    );
}

/** A value as one element, or one for each item of a flattened list. */
function elements(schema: NormalizedSchema, value: unknown, name: string): string {
  refuse(schema);
  if (schema.isListSchema()) return listed(schema, value as readonly unknown[], name);
  if (schema.isStructSchema()) return element(name, membersOf(schema, value as object));
  const missing = value === undefined && schema.isIdempotencyToken();
  return element(name, escaped(missing ? generateIdempotencyToken() : toText(schema, value)));
}

function listed(schema: NormalizedSchema, items: readonly unknown[], name: string): string {
  const [item, { xmlFlattened }] = [schema.getValueSchema(), schema.getMergedTraits()];
  const own = xmlFlattened ? name : String(item.getMergedTraits().xmlName ?? "member");
  const written = items.filter(isThere).map((each) => elements(item, each, own));
  return xmlFlattened ? written.join("") : element(name, joined(written));
}

function membersOf(schema: NormalizedSchema, value: object): string | undefined {
  const written = [...schema.structIterator()].flatMap(([name, member]) => {
    const content = (value as Record<string, unknown>)[name];
    if (!isThere(content) && !member.isIdempotencyToken()) return [];
    const own = member.isStructSchema() ? member.getMemberTraits() : member.getMergedTraits();
    return elements(member, content, String(own.xmlName ?? name));
  });
  return joined(written);
}

export class XmlShapeSerializer {
  readonly settings: { readonly xmlNamespace?: string };
  #written: string | Uint8Array = "";

  constructor(settings: { readonly xmlNamespace?: string }) {
    this.settings = settings;
  }

  /** Everything is in the schema. */
  setSerdeContext(): void {}

  write(of: Of, value: unknown): void {
    const schema = NormalizedSchema.of(of);
    if (!schema.isStructSchema()) {
      this.#written = value as string | Uint8Array;
      return;
    }
    const { xmlName, httpPayload } = schema.getMergedTraits();
    const member = schema.isMemberSchema() && !httpPayload ? schema.getMemberName() : undefined;
    const { xmlNamespace } = this.settings;
    this.#written = element(
      String(xmlName ?? member ?? schema.getName()),
      membersOf(schema, value as object),
      xmlNamespace ? ` xmlns="${escaped(xmlNamespace)}"` : "",
    );
  }

  flush(): string | Uint8Array {
    const written = this.#written;
    this.#written = "";
    return written;
  }
}
