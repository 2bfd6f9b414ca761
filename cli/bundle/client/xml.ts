/**
 * In place of the SDK's reader of XML in bundles: what services of AWS answer, which has few forms.
 * The SDK's keeps what nobody asks for, and knows streams of events.
 */
import { NormalizedSchema } from "@smithy/core/schema";
import { xmlNameOf } from "./lean-schemas.ts";
import { fromText } from "./texts.ts";

type Members = Record<string, unknown>;
type Of = Parameters<typeof NormalizedSchema.of>[0];

interface Element {
  readonly name: string;
  readonly members: Members;
  text: string;
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function decoded(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{1,30}));/gi,
    (_, hex, decimal, named) => {
      if (named) return entities[named] ?? "";
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      return code > 0x10ffff ? "" : String.fromCodePoint(code);
    },
  );
}

/** A name that comes again is a list. */
function addMember(members: Members, name: string, value: unknown): void {
  const before = Object.hasOwn(members, name) ? members[name] : undefined;
  let now = value;
  if (Array.isArray(before)) now = [...before, value];
  else if (before !== undefined) now = [before, value];
  if (name !== "__proto__") {
    members[name] = now;
    return;
  }
  Object.defineProperty(members, name, {
    value: now,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function addAttributes(members: Members, tag: string): void {
  if (!tag.includes("=")) return;
  for (const [, attribute = "", value = ""] of tag.matchAll(/\s([^\s=]+)="([^"]*)"/g))
    addMember(members, attribute, decoded(value));
}

/** Pages have tens of thousands of tags, and hardly one of them has more than its name. */
function nameOf(tag: string): string {
  for (let at = 0; at < tag.length; at += 1) if (tag.charCodeAt(at) < 48) return nameIn(tag);
  return tag;
}

const nameIn = (tag: string): string => /^[^\s/]*/.exec(tag)?.[0] ?? "";

/** `?` and `!`: no element begins with them. */
const isAside = (xml: string, begin: number): boolean =>
  xml[begin + 1] === "?" || xml[begin + 1] === "!";

/** Text that only sets elements apart is none. */
const isLayout = (text: string): boolean => !text.trim() && (text === "" || text.includes("\n"));

function contentOf({ members, text }: Element): unknown {
  if (!isLayout(text)) return text;
  return Object.keys(members).length ? members : "";
}

const wrong = (why: string): Error => new Error(`the answer is no XML: ${why}`);

/** What lies between tags, and is none. */
const asides: readonly (readonly [begin: string, end: string])[] = [
  ["<?", "?>"],
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<!", ">"],
];

/** Where a piece that begins at `from` ends. */
function endOf(xml: string, end: string, from: number): number {
  const at = xml.indexOf(end, from);
  if (at < 0) throw wrong(`it ends before ${end}`);
  return at;
}

/** What the root holds. */
export function parseXml(xml: string): unknown {
  const root: Element = { name: "", members: {}, text: "" };
  const open: Element[] = [root];
  const close = (name: string): void => {
    const element = open.pop();
    if (!element?.name || element.name !== name) throw wrong(`</${name}> closes nothing`);
    addMember(open.at(-1)?.members ?? {}, name, contentOf(element));
  };
  for (let at = 0; at < xml.length; ) {
    const inside = open.at(-1) ?? root;
    const begin = xml.indexOf("<", at);
    if (begin !== at) inside.text += decoded(xml.slice(at, begin < 0 ? undefined : begin));
    if (begin < 0) break;
    const aside = isAside(xml, begin) && asides.find(([start]) => xml.startsWith(start, begin));
    const [started, ends = ">"] = aside || [];
    const end = endOf(xml, ends, begin);
    at = end + ends.length;
    if (started === "<![CDATA[") inside.text += xml.slice(begin + started.length, end);
    if (started) continue;
    const tag = xml.slice(begin + 1, end);
    if (tag.startsWith("/")) {
      close(tag.slice(1).trim());
      continue;
    }
    const name = nameOf(tag);
    const members: Members = {};
    addAttributes(members, tag);
    open.push({ name, members, text: "" });
    if (tag.endsWith("/")) close(name);
  }
  const [content] = Object.values(root.members);
  if (open.length > 1 || content === undefined) throw wrong("an element is not closed");
  return content;
}

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

export class XmlShapeDeserializer {
  readonly settings: object;
  constructor(settings: object) {
    this.settings = settings;
  }

  /** Everything is in the schema. */
  setSerdeContext(): void {}

  /** @param key what the answer is wrapped in */
  async read(schema: Of, bytes: Uint8Array, key?: string): Promise<unknown> {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
    const content = text ? parseXml(text) : {};
    return this.readSchema(schema, key && isMembers(content) ? content[key] : content);
  }

  readSchema(of: Of, value: unknown): unknown {
    const schema = NormalizedSchema.of(of);
    if (schema.isUnitSchema()) return undefined;
    if (value === null || value === undefined) return schema.isListSchema() ? [] : value;
    if (schema.isListSchema()) return this.#list(schema, value);
    if (schema.isMapSchema()) return this.#map(schema, value);
    if (schema.isStructSchema()) return this.#members(schema, value);
    return typeof value === "string" ? fromText(schema, value) : value;
  }

  #list(schema: NormalizedSchema, value: unknown): unknown[] {
    const item = schema.getValueSchema();
    const { xmlFlattened } = schema.getMergedTraits();
    const wrapper = listed(value)[0];
    if (!xmlFlattened && !isMembers(wrapper)) return [];
    const name = String(item.getMergedTraits().xmlName ?? "member");
    const items = xmlFlattened ? value : (wrapper as Members)[name];
    return items === undefined ? [] : listed(items).map((each) => this.readSchema(item, each));
  }

  #map(schema: NormalizedSchema, value: unknown): object {
    const { xmlFlattened } = schema.getMergedTraits();
    const entries = xmlFlattened ? value : isMembers(value) && value.entry;
    const key = String(schema.getKeySchema().getMergedTraits().xmlName ?? "key");
    const item = schema.getValueSchema();
    const name = String(item.getMergedTraits().xmlName ?? "value");
    return Object.fromEntries(
      listed(entries)
        .filter(isMembers)
        .map((entry) => [entry[key], this.readSchema(item, entry[name])]),
    );
  }

  #members(schema: NormalizedSchema, value: unknown): object {
    const members: Members = {};
    if (!isMembers(value)) return members;
    for (const [name, member] of schema.structIterator()) {
      const { httpPayload, xmlName } = member.getMergedTraits();
      const own = httpPayload ? (xmlName ?? member.getName()) : member.getMemberTraits().xmlName;
      const content = own ? value[String(own)] : (value[name] ?? value[xmlNameOf(name)]);
      if (content !== undefined) members[name] = this.readSchema(member, content);
    }
    return members;
  }
}
