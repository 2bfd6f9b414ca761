/** Requests and answers of REST, queries and XML are those of the SDK, for every operation of every client. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as sdk from "@aws-sdk/core/protocols";
import { S3RestXmlProtocol } from "@aws-sdk/middleware-sdk-s3/s3";
import { collectBody, HttpResponse, JsonCodec2 } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import { beforeAll, describe, expect, test } from "vitest";
import {
  clientsThatSpeak,
  isOperation,
  numbers,
  protocolOf,
  type Schema,
  type SdkOperation,
  sample,
} from "../../../testing/sdk-samples.ts";
import { pack } from "../pack.ts";

interface Protocol {
  setSerdeContext(context: object): void;
  serializeRequest(described: object, input: object, context: object): Promise<SentRequest>;
  deserializeResponse(described: object, context: object, response: HttpResponse): Promise<object>;
}
interface SentRequest {
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string>>;
}
type Protocols = Readonly<Record<string, new (settings: object) => Protocol>>;

const installed = { ...sdk, S3RestXmlProtocol } as unknown as Protocols;
let bundled: Protocols;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-protocols-"));
  const names = [
    "AwsEc2QueryProtocol",
    "AwsQueryProtocol",
    "AwsRestJsonProtocol",
    "AwsRestXmlProtocol",
  ];
  const source = [
    `export { ${names.join(", ")} } from "@aws-sdk/core/protocols";`,
    'export { S3RestXmlProtocol } from "@aws-sdk/middleware-sdk-s3/s3";',
  ].join("\n");
  await pack(folder, { source, settings: {} });
  bundled = (await import(pathToFileURL(join(folder, "index.mjs")).href)) as Protocols;
}, 600_000);

const clients = clientsThatSpeak(/Rest|Query/);
const words = ["", "a", "ä€😀", `<&>"'`, " a ", "a\nb", "2026-11-21T02:00:00Z", "true"];
const describedAs = ([, namespace, name, traits, input, output]: SdkOperation) => ({
  ...{ namespace, name, traits, input, output },
});

const context = {
  endpoint: async () => ({
    url: new URL("https://service.eu-central-1.amazonaws.com/"),
    headers: {},
  }),
  streamCollector: async (stream: AsyncIterable<Uint8Array>) =>
    Buffer.concat(await Array.fromAsync(stream)),
};

/** Tokens are new each time. */
const uuid = /[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g;
function plain(request: unknown): unknown {
  if (!(request instanceof Object)) return request;
  const { body, ...rest } = request as SentRequest;
  const text = typeof body === "string" ? body : Buffer.from((body ?? "") as Uint8Array).toString();
  const whole = JSON.stringify({ ...rest, body: text }).replace(uuid, "a new token");
  return JSON.parse(whole);
}

/** Bytes are of another class in a bundle. */
const members = (output: object): object =>
  Object.fromEntries(
    Object.entries(output).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    ]),
  );

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** As a service would answer it. */
function xmlOf(name: string, of: Schema, value: unknown): string {
  const schema = NormalizedSchema.of(of);
  if (value === undefined) return "";
  const traits = schema.getMergedTraits();
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const own = traits.xmlFlattened ? name : String(item.getMergedTraits().xmlName ?? "member");
    const items = (value as unknown[]).map((each) => xmlOf(own, item as Schema, each)).join("");
    return traits.xmlFlattened ? items : `<${name}>\n  ${items}\n</${name}>`;
  }
  if (schema.isMapSchema()) {
    const own = traits.xmlFlattened ? name : "entry";
    const [key, item] = [schema.getKeySchema(), schema.getValueSchema()];
    const entries = Object.entries(value as object).map(([text, each]) => {
      const named = String(key.getMergedTraits().xmlName ?? "key");
      const content = xmlOf(
        String(item.getMergedTraits().xmlName ?? "value"),
        item as Schema,
        each,
      );
      return `<${own}><${named}>${text}</${named}>${content}</${own}>`;
    });
    return traits.xmlFlattened ? entries.join("") : `<${name}>${entries.join("")}</${name}>`;
  }
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()].map(([member, inner]) => {
      const own = inner.getMemberTraits().xmlName ?? member;
      return xmlOf(String(own), inner as Schema, (value as Record<string, unknown>)[member]);
    });
    return `<${name}>${members.join("")}</${name}>`;
  }
  const text = value instanceof Date ? value.toISOString() : value;
  const shown = text instanceof Uint8Array ? Buffer.from(text).toString("base64") : String(text);
  return `<${name}>${escaped(shown)}</${name}>`;
}

/** The SDK's number for times as ISO 8601 has them. */
const inIso = 5;

/** An answer with the sample in its body and headers. */
async function answered(protocol: string, [, , name, , , output]: SdkOperation, seed: number) {
  const schema = NormalizedSchema.of(output);
  const headers: Record<string, string> = { "x-amzn-requestid": "r", "Content-Type": "text/plain" };
  const members = schema.isUnitSchema() ? [] : [...schema.structIterator()];
  let payload: readonly [string, NormalizedSchema] | undefined;
  for (const [, member] of members) {
    const { httpHeader, httpPayload } = member.getMergedTraits();
    if (httpPayload) payload = ["payload", member];
    if (typeof httpHeader !== "string") continue;
    if (!member.isTimestampSchema()) headers[httpHeader] = "7";
    else if (member.getSchema() === inIso) headers[httpHeader] = "2026-11-21T02:00:00Z";
    else headers[httpHeader] = "Sat, 21 Nov 2026 02:00:00 GMT";
  }
  const shape = payload?.[1] ?? schema;
  const value = schema.isUnitSchema() ? {} : sample(shape as Schema, numbers(seed), { words });
  if (shape.isBlobSchema() || shape.isStringSchema()) return { headers, body: "a ü" };
  if (/Json/.test(protocol)) {
    const settings = { timestampFormat: { useTrait: true, default: 7 as const }, jsonName: true };
    const serializer = new JsonCodec2(settings).createSerializer();
    if (schema.isUnitSchema()) return { headers, body: "" };
    serializer.write(shape as Schema, value);
    return { headers, body: Buffer.from(serializer.flush() as Uint8Array).toString() };
  }
  const inside = schema.isUnitSchema() ? "" : xmlOf("Inside", shape as Schema, value);
  const content = inside.replace(/^<Inside>([\s\S]*)<\/Inside>$/, "$1");
  if (protocol === "AwsQueryProtocol")
    return {
      headers,
      body: `<?xml version="1.0"?>\n<${name}Response xmlns="https://a/"><${name}Result>${content}</${name}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${name}Response>`,
    };
  return {
    headers,
    body: `<!-- a --><${name}Response xmlns="https://a/">\n${content}</${name}Response>`,
  };
}

const responseOf = (
  { headers, body }: { headers: Record<string, string>; body: string },
  status = 200,
) => new HttpResponse({ statusCode: status, headers: { ...headers }, body: Buffer.from(body) });

/** What our writer says of itself that it leaves out: lists of grants, whose elements have attributes. */
const refusedOf: Readonly<Record<string, readonly string[]>> = {
  "@aws-sdk/client-s3": ["PutBucketAcl", "PutBucketLogging"],
};
const isRefused = (sent: unknown): boolean =>
  typeof sent === "string" && sent.startsWith("left out of Nightshift's bundles: attributes");

describe.each(clients)("%s", async (client) => {
  const module = (await import(client)) as Readonly<Record<string, unknown>>;
  const streams = ([, , , , input, output]: SdkOperation) =>
    [input, output].some((of) => {
      const schema = NormalizedSchema.of(of);
      return (
        !schema.isUnitSchema() &&
        [...schema.structIterator()].some(([, member]) => member.isStreaming())
      );
    });
  const operations = Object.values(module)
    .filter(isOperation)
    .filter((each) => !streams(each));
  const protocol = protocolOf(client);
  const settings = {
    defaultNamespace: operations[0]?.[1],
    version: "2026-01-01",
    xmlNamespace: "https://a/",
    errorTypeRegistries: [],
  };
  const both = (): readonly [theirs: Protocol, ours: Protocol] => {
    const made = [installed[protocol], bundled[protocol]].map((Protocol) => {
      if (!Protocol) throw new Error(`no ${protocol}`);
      const one = new Protocol(settings);
      one.setSerdeContext(context);
      return one;
    });
    return made as unknown as readonly [Protocol, Protocol];
  };

  test("what is sent", async () => {
    const [theirs, ours] = both();
    expect(operations.length).toBeGreaterThan(0);
    const refused = new Set<string>();
    for (const operation of operations)
      for (const seed of [1, 2, 3]) {
        const input = sample(operation[4], numbers(seed), { words }) as object;
        const described = describedAs(operation);
        const sent = (by: Protocol) =>
          by
            .serializeRequest(described, input, context)
            .then(plain, (error: Error) => error.message);
        const [own, other] = [await sent(ours), await sent(theirs)];
        if (isRefused(own)) refused.add(operation[2]);
        else expect([operation[2], own]).toEqual([operation[2], other]);
      }
    expect([...refused]).toEqual(refusedOf[client] ?? []);
  });

  test("what is made of an answer", async () => {
    const [theirs, ours] = both();
    for (const operation of operations)
      for (const seed of [1, 2, 3]) {
        const answer = await answered(protocol, operation, seed);
        const read = (by: Protocol) =>
          by.deserializeResponse(describedAs(operation), context, responseOf(answer)).then(members);
        expect([operation[2], await read(ours)]).toEqual([operation[2], await read(theirs)]);
      }
  });

  const errors: readonly (readonly [headers: Record<string, string>, body: string])[] = [
    [{ "x-amzn-errortype": "NewException:http://a/" }, '{"message":"why","Other":1}'],
    [{}, "<R><Error><Type>Sender</Type><Code>NewOne</Code><Message>why</Message></Error></R>"],
    [{}, "<R><Errors><Error><Code>NewOne</Code><Message>why</Message></Error></Errors></R>"],
    [{}, ""],
    [{}, "<html>Bad Gateway"],
  ];
  test.each(errors)("what is made of the failure %j %s", async (headers, body) => {
    const [theirs, ours] = both();
    const [operation] = operations;
    if (!operation) throw new Error("no operation");
    const failure = async (by: Protocol) => {
      const response = responseOf({ headers, body }, 502);
      const error = (await by
        .deserializeResponse(describedAs(operation), context, response)
        .catch((thrown: unknown) => thrown)) as Error;
      const { stack: _, ...fields } = error as unknown as Record<string, unknown>;
      // What is no XML and no JSON is said in other words.
      return "$metadata" in error
        ? { ...fields, name: error.name, message: error.message }
        : "unreadable";
    };
    expect(await failure(ours)).toEqual(await failure(theirs));
  });
});

test("what has no body at all is read as nothing", async () => {
  expect((await collectBody(undefined, context as never)).byteLength).toBe(0);
});
