/**
 * In place of the SDK's bindings of REST in bundles: what of an input lies in the address, in headers
 * and in the body, and where an answer has it. The SDK's also prepare what they have worked out for
 * each schema, and stream: 5 KB (compressed), most of it for one request that begins flows.
 */
import { collectBody, extendedEncodeURIComponent, HttpRequest } from "@smithy/core/protocols";
import { NormalizedSchema, translateTraits } from "@smithy/core/schema";
import { generateIdempotencyToken, quoteHeader, toBase64 } from "@smithy/core/serde";
import type { Endpoint, EndpointV2, HttpResponse } from "@smithy/types";
import { fromText, timeForms, toText } from "./texts.ts";

type Members = Record<string, unknown>;
type Of = Parameters<typeof NormalizedSchema.of>[0];

interface DescribedOperation {
  readonly traits: Parameters<typeof translateTraits>[0];
  readonly input: Of;
  readonly output: Of;
}
interface Writer {
  write(schema: Of, value: unknown): void;
  flush(): string | Uint8Array;
}
interface Reader {
  read(schema: Of, data: Uint8Array): Promise<Members>;
}

/** What the SDK's protocol has already. */
interface Base {
  readonly serializer: Writer;
  readonly deserializer: Reader;
  updateServiceEndpoint(request: HttpRequest, endpoint: Endpoint | EndpointV2): void;
  setHostPrefix(request: HttpRequest, described: object, input: object): void;
  deserializeMetadata(response: HttpResponse): object;
  handleError(
    described: object,
    context: object,
    response: HttpResponse,
    data: Members,
    metadata: object,
  ): Promise<never>;
}

interface Asked {
  endpoint(): Promise<Endpoint | EndpointV2>;
}

/** The SDK's serializers tell headers and bodies apart; here only bodies come to them. */
export class HttpInterceptingShapeSerializer {
  readonly #codec: Writer;
  constructor(codec: Writer) {
    this.#codec = codec;
  }
  setSerdeContext(): void {}
  write(schema: Of, value: unknown): void {
    this.#codec.write(schema, value);
  }
  flush(): string | Uint8Array {
    return this.#codec.flush();
  }
}

/** The same for answers. */
export class HttpInterceptingShapeDeserializer {
  readonly #codec: Reader;
  constructor(codec: Reader) {
    this.#codec = codec;
  }
  setSerdeContext(): void {}
  read(schema: Of, data: Uint8Array): Promise<Members> {
    return this.#codec.read(schema, data);
  }
}

/** A structure of some of another's members. */
function bodyOf(schema: NormalizedSchema, names: readonly string[]): Of {
  const [, namespace, name, traits] = schema.getSchema() as unknown as readonly never[];
  const members = names.map((each) => schema.getMemberSchema(each));
  return [3, namespace, name, traits, names, members] as never;
}

const isThere = (value: unknown): boolean => value !== null && value !== undefined;

/** What is filled in while an input's members are looked at. */
interface Filled {
  readonly request: HttpRequest;
  readonly query: Record<string, string | string[]>;
  readonly labels: Map<string, string>;
  readonly body: string[];
}

function headerText(member: NormalizedSchema, value: unknown): string {
  const text = toText(member, value, timeForms.httpDate);
  return member.getMergedTraits().mediaType ? toBase64(text) : text;
}

/** One of several in a header: times have their commas as they are. */
function headerItem(item: NormalizedSchema, value: unknown): string {
  const text = headerText(item, value);
  return item.isTimestampSchema() ? text : quoteHeader(text);
}

function putQuery({ query }: Filled, name: string, member: NormalizedSchema, value: unknown): void {
  const text = (schema: NormalizedSchema, each: unknown) => toText(schema, each);
  query[name] = Array.isArray(value)
    ? value.map((each) => text(member.getValueSchema(), each))
    : text(member, value);
}

function put(
  filled: Filled,
  [name, member]: readonly [string, NormalizedSchema],
  given: unknown,
): void {
  const { request, query, labels, body } = filled;
  const traits = member.getMergedTraits();
  const { httpLabel, httpHeader, httpPrefixHeaders, httpQuery, httpQueryParams } = traits;
  const bound = httpHeader || httpQuery;
  const value = isThere(given) || !bound ? given : generateIdempotencyToken();
  if (httpLabel) labels.set(name, toText(member, value));
  else if (typeof httpHeader === "string")
    request.headers[httpHeader.toLowerCase()] = Array.isArray(value)
      ? value.map((each) => headerItem(member.getValueSchema(), each)).join(", ")
      : headerText(member, value);
  else if (typeof httpPrefixHeaders === "string")
    for (const [key, each] of Object.entries(value as object))
      request.headers[`${httpPrefixHeaders}${key}`.toLowerCase()] = String(each);
  else if (typeof httpQuery === "string") putQuery(filled, httpQuery, member, value);
  else if (httpQueryParams) {
    for (const [key, each] of Object.entries(value as object))
      if (!(key in query)) putQuery(filled, key, member.getValueSchema(), each);
  } else body.push(name);
}

function pathOf(template: string, labels: ReadonlyMap<string, string>): string {
  return template.replace(/\{(\w+)(\+?)\}/g, (_, name: string, greedy: string) => {
    const label = labels.get(name);
    if (label === undefined) throw new Error(`No value provided for input HTTP label: ${name}.`);
    const parts = greedy ? label.split("/") : [label];
    return parts.map(extendedEncodeURIComponent).join("/");
  });
}

/** What of an answer's payload is the member; what the SDK would stream is there as a whole. */
async function payloadOf(
  reader: Reader,
  member: NormalizedSchema,
  bytes: Uint8Array,
): Promise<unknown> {
  if (member.isBlobSchema()) return bytes;
  if (member.isStringSchema()) return Buffer.from(bytes).toString();
  return reader.read(member, bytes);
}

function fromHeader(member: NormalizedSchema, text: string): unknown {
  if (!member.isListSchema()) return fromText(member, text, timeForms.httpDate);
  const item = member.getValueSchema();
  return text.split(",").map((each) => fromText(item, each.trim(), timeForms.httpDate));
}

function fromPrefixed(headers: HttpResponse["headers"], prefix: string): object {
  const own = Object.entries(headers).filter(([name]) => name.startsWith(prefix.toLowerCase()));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}

/** The bindings, on top of the SDK's protocol. */
// biome-ignore lint/suspicious/noExplicitAny: what a mixin takes is any class
export const withBindings = (Protocol: new (...options: any[]) => Base) =>
  class extends Protocol {
    async serializeRequest(
      described: DescribedOperation,
      given: object,
      context: Asked,
    ): Promise<HttpRequest> {
      const schema = NormalizedSchema.of(described.input);
      const [method, uri] = translateTraits(described.traits).http ?? ["", ""];
      const [template = "", fixed] = uri.split("?");
      const query: Filled["query"] = Object.fromEntries(new URLSearchParams(fixed));
      const request = new HttpRequest({ method, headers: {}, query });
      this.updateServiceEndpoint(request, await context.endpoint());
      this.setHostPrefix(request, described, given);
      const filled: Filled = { request, query, labels: new Map(), body: [] };
      for (const [name, member] of schema.isUnitSchema() ? [] : schema.structIterator()) {
        const value = (given as Members)[name];
        if (!isThere(value) && !member.isIdempotencyToken()) continue;
        if (member.getMergedTraits().httpPayload) {
          this.serializer.write(member, value);
          request.body = this.serializer.flush();
        } else put(filled, [name, member], value);
      }
      const path = pathOf(template, filled.labels);
      request.path = request.path === "/" ? path : request.path + path;
      request.query = query;
      if (filled.body.length) {
        this.serializer.write(bodyOf(schema, filled.body), given);
        request.body = this.serializer.flush();
      }
      return request;
    }

    async deserializeResponse(
      described: DescribedOperation,
      context: object,
      response: HttpResponse,
    ): Promise<Members> {
      const schema = NormalizedSchema.of(described.output);
      const output: Members = {};
      if (response.statusCode >= 300) {
        const bytes = await collectBody(response.body, context as never);
        if (bytes.byteLength) Object.assign(output, await this.deserializer.read(15, bytes));
        const metadata = this.deserializeMetadata(response);
        return this.handleError(described, context, response, output, metadata);
      }
      const names = await this.deserializeHttpMessage(schema, context, response, output);
      const bytes = await collectBody(response.body, context as never);
      if (names.length && bytes.byteLength) {
        const body = await this.deserializer.read(bodyOf(schema, names), bytes);
        for (const name of names) if (isThere(body[name])) output[name] = body[name];
      }
      output.$metadata = this.deserializeMetadata(response);
      return output;
    }

    /** @returns the members that the body has */
    async deserializeHttpMessage(
      of: Of,
      context: object,
      response: HttpResponse,
      output: Members,
    ): Promise<string[]> {
      const schema = NormalizedSchema.of(of);
      const inBody: string[] = [];
      response.headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      for (const [name, member] of schema.isUnitSchema() ? [] : schema.structIterator()) {
        const { httpPayload, httpHeader, httpPrefixHeaders, httpResponseCode } =
          member.getMergedTraits();
        if (httpPayload) {
          const bytes = await collectBody(response.body, context as never);
          if (bytes.byteLength) output[name] = await payloadOf(this.deserializer, member, bytes);
          response.body = bytes;
        } else if (typeof httpHeader === "string") {
          const text = response.headers[httpHeader.toLowerCase()];
          if (text !== undefined) output[name] = fromHeader(member, text);
        } else if (typeof httpPrefixHeaders === "string")
          output[name] = fromPrefixed(response.headers, httpPrefixHeaders);
        else if (httpResponseCode) output[name] = response.statusCode;
        else inBody.push(name);
      }
      return inBody;
    }
  };
