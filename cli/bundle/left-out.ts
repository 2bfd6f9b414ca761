/**
 * What a bundle carries of the SDK although nothing of it can run on Lambda, or in our functions.
 * Rolldown keeps it because it is reachable; here it is put aside by name. Measured for each bundle
 * in docs/performance.md. Left out is only what has no effect there, or fails by name when it is
 * reached after all.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "rolldown";
import { packageFile } from "../io/paths.ts";
import { leanSchemas } from "./client/lean-schemas.ts";
import { withListedErrors } from "./client/listed-errors.ts";
import { type SmallSources, smallSources } from "./client/small-sources.ts";
import { listedHosts, namedAlike } from "./hosts.ts";
import { leanZod } from "./lean-zod.ts";

const smithy = "@smithy/core/dist-es/submodules";
/** What of ours does the same. */
const own = (file: string): string => JSON.stringify(packageFile(`cli/bundle/client/${file}`));

/**
 * What of ours is exported, by name: behind a star the bundler does not look for it where that leads
 * out of a package.
 */
const taken = (file: string, names: readonly string[]): string =>
  `export { ${names.join(", ")} } from ${own(file)};`;

/** A module that throws where what it exports is used. */
function absent(names: readonly string[], why: string): string {
  const message = JSON.stringify(`left out of Nightshift's bundles: ${why}`);
  const thrower = `const absent = () => { throw new Error(${message}); };`;
  const exported = names.map(
    (name) => `export const ${name} = class { constructor() { absent(); } };`,
  );
  return [thrower, ...exported].join("\n");
}

const ofS3 = [
  "S3RestXmlProtocol",
  "getThrow200ExceptionsPlugin",
  "getAddExpectContinuePlugin",
  "getRegionRedirectMiddlewarePlugin",
  "getS3ExpressPlugin",
  "getS3ExpressHttpSigningPlugin",
  "resolveS3Config",
  "resolveFlexibleChecksumsConfig",
  "getValidateBucketNamePlugin",
  "getCheckContentLengthHeaderPlugin",
  "getLocationConstraintPlugin",
  "getS3ExpiresMiddlewarePlugin",
  "getSsecPlugin",
  "getFlexibleChecksumsPlugin",
];

/** Modules by their paths in `node_modules`, and what is in their place. */
export const standIns: Readonly<Record<string, string>> = {
  // Node.js computes all three itself.
  [`${smithy}/checksum/sha256/Sha256Js.js`]: absent(["Sha256Js"], "Node.js computes SHA-256"),
  [`${smithy}/checksum/crc32/Crc32Js.js`]: absent(["Crc32Js"], "Node.js computes CRC-32"),
  [`${smithy}/serde/uuid/v4.js`]: "export const bindV4 = () => () => crypto.randomUUID();",
  // Times and JSON as AWS's services have them, not in every form that there is.
  [`${smithy}/serde/date-utils.js`]: taken("dates.ts", [
    ...["dateToUtcString", "parseEpochTimestamp", "parseRfc3339DateTime"],
    ...["parseRfc3339DateTimeWithOffset", "parseRfc7231DateTime"],
  ]),
  [`${smithy}/serde/schema-serde-lib/schema-date-utils.js`]: taken("dates.ts", [
    ...["_parseEpochTimestamp", "_parseRfc3339DateTimeWithOffset", "_parseRfc7231DateTime"],
  ]),
  [`${smithy}/protocols/json/codec-v2/JsonShapeSerializer2.js`]: `export { JsonShapeSerializer2 } from ${own("json.ts")};`,
  [`${smithy}/protocols/json/codec-v2/JsonShapeDeserializer2.js`]: `export { JsonShapeDeserializer2 } from ${own("json.ts")};`,
  // XML and queries as AWS's services have them.
  "@aws-sdk/core/dist-es/submodules/protocols/xml/XmlShapeDeserializer.js": `export { XmlShapeDeserializer } from ${own("xml.ts")};`,
  "@aws-sdk/core/dist-es/submodules/protocols/xml/XmlShapeSerializer.js": `export { XmlShapeSerializer } from ${own("xml-writer.ts")};`,
  "@aws-sdk/core/dist-es/submodules/protocols/query/QueryShapeSerializer.js": `export { QueryShapeSerializer } from ${own("query.ts")};`,
  // Signed by the signer that every other request is.
  "@aws-sdk/middleware-sdk-ec2/dist-es/index.js": `export { getCopySnapshotPresignedUrlPlugin } from ${own("copy-url.ts")};`,
  // REST without streams.
  [`${smithy}/protocols/HttpBindingProtocol.js`]: [
    'import { HttpProtocol } from "./HttpProtocol";',
    `import { withBindings } from ${own("rest.ts")};`,
    "export class HttpBindingProtocol extends withBindings(HttpProtocol) {}",
  ].join("\n"),
  [`${smithy}/protocols/HttpProtocol.js`]: `export { HttpProtocol } from ${own("http-protocol.ts")};`,
  [`${smithy}/protocols/serde/HttpInterceptingShapeSerializer.js`]: `export { HttpInterceptingShapeSerializer } from ${own("rest.ts")};`,
  [`${smithy}/protocols/serde/HttpInterceptingShapeDeserializer.js`]: `export { HttpInterceptingShapeDeserializer } from ${own("rest.ts")};`,
  // DynamoDB's values are written and read by their schema, as all others.
  "@aws-sdk/dynamodb-codec/dist-es/codec-v2/DynamoDBJsonCodec2.js": [
    'import { JsonCodec2 } from "@aws-sdk/core/protocols";',
    "export class DynamoDBJsonCodec2 extends JsonCodec2 { constructor() { super({ jsonName: false }); } }",
  ].join("\n"),
  // No declared call streams events: 5 KB (compressed) of each bundle.
  [`${smithy}/event-streams/index.js`]: [
    absent(["EventStreamSerde"], "calls that stream events"),
    'export const eventStreamSerdeProvider = () => { throw new Error("left out of Nightshift\'s bundles: calls that stream events"); };',
    "export const resolveEventStreamSerdeConfig = (config) => Object.assign(config, { eventStreamMarshaller: undefined });",
  ].join("\n"),
  "@smithy/signature-v4/dist-es/HeaderFormatter.js":
    'export class HeaderFormatter { format() { throw new Error("left out of Nightshift\'s bundles: calls that stream events"); } }',
  // Our clients have their own retries; the durable SDK's has the standard ones.
  [`${smithy}/retry/util-retry/AdaptiveRetryStrategy.js`]: absent(
    ["AdaptiveRetryStrategy"],
    "the retry mode adaptive",
  ),
  [`${smithy}/retry/util-retry/DefaultRateLimiter.js`]: absent(
    ["DefaultRateLimiter"],
    "the retry mode adaptive",
  ),
  // A function has its settings in the environment: there are no files of profiles to look for.
  [`${smithy}/config/shared-ini-file-loader/loadSharedConfigFiles.js`]: [
    'export const CONFIG_PREFIX_SEPARATOR = ".";',
    "export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });",
  ].join("\n"),
  // Lambda says its region in the environment.
  [`${smithy}/config/config-resolver/regionConfig/getInstanceMetadataRegion.js`]:
    "export const getInstanceMetadataRegion = async () => undefined;",
  // Where the runtime has no store of invocations, nothing but the SDK's own would ever be in it.
  "@aws/lambda-invoke-store/dist-es/invoke-store.js":
    "export const InvokeStore = { getInstanceAsync: async () => globalThis.awslambda?.InvokeStore };",
  // The runtime is the one that we deploy with.
  "@aws-sdk/core/dist-es/submodules/client/emitWarningIfUnsupportedVersion.js": [
    "export const state = { warningEmitted: true };",
    "export const emitWarningIfUnsupportedVersion = () => {};",
  ].join("\n"),
  // No client of ours is given a log.
  "@aws-sdk/core/dist-es/submodules/client/middleware-logger/loggerMiddleware.js": [
    "export const loggerMiddleware = () => (next) => next;",
    "export const loggerMiddlewareOptions = {};",
    "export const getLoggerPlugin = () => ({ applyToStack() {} });",
  ].join("\n"),
  // Buckets without sessions, second signatures and contents of objects.
  "@aws-sdk/middleware-sdk-s3/dist-es/submodules/s3/index.js": taken("s3.ts", ofS3),
  "@aws-sdk/checksums/dist-es/submodules/flexible-checksums/index.js": taken("s3.ts", ofS3),
  "@aws-sdk/client-s3/dist-es/endpoint/endpointResolver.js": `export { s3EndpointOf as defaultEndpointResolver } from ${own("s3-endpoint.ts")};`,
  // Hosts of buckets: the small client finds them itself.
  [`${smithy}/endpoints/middleware-endpoint/service-customizations/s3.js`]: absent(
    [
      "resolveParamsForS3",
      "DOT_PATTERN",
      "S3_HOSTNAME_PATTERN",
      "isArnBucketName",
      "isDnsCompatibleBucketName",
    ],
    "calls of S3",
  ),
  // What acme-client was made of before: the same functions by another library.
  "acme-client/src/crypto/forge.js": "export const legacy = undefined;",
  // Certificates and requests for them are read and made by Node.js and our own few lines of DER.
  "@peculiar/x509/build/x509.es.js": [
    absent([], "certificates by acme-client"),
    "export const cryptoProvider = { set() {} };",
    "export const PemConverter = { decodeFirst: absent, decodeWithHeaders: absent, encode: absent };",
  ].join("\n"),
  "asn1js/build/index.es.js": `${absent(["OctetString"], "certificates by acme-client")}\nexport const fromBER = absent;`,
  // Directories are asked by functions/certificates/acme-exchange.ts, and what an order takes are
  // steps of a flow: of acme-client are left what it signs, and its nonces.
  "acme-client/src/axios.js": "module.exports = {};",
  "acme-client/src/logger.js": "module.exports = { log() {}, setLogger() {} };",
  "acme-client/src/api.js": "module.exports = class {};",
  "acme-client/src/auto.js": "module.exports = undefined;",
  "acme-client/src/verify.js": "module.exports = {};",
};

/** How a client finds its host, where that is known without the SDK's rules. */
function resolverOf(module: string): string | undefined {
  const [, client = ""] =
    /^@aws-sdk\/([\w-]+)\/dist-es\/endpoint\/endpointResolver\.js$/.exec(module) ?? [];
  const [find, hosts] = namedAlike[client]
    ? ["endpointOf", namedAlike[client]]
    : ["listedEndpointOf", listedHosts[client]];
  return (
    hosts &&
    [
      `import { ${find} } from ${JSON.stringify(packageFile("cli/bundle/endpoint.ts"))};`,
      `const hosts = ${JSON.stringify(hosts)};`,
      `export const defaultEndpointResolver = (parameters) => ${find}(hosts, parameters);`,
    ].join("\n")
  );
}

/** What a client says of itself, its protocol among it. */
const configOf = (client: string): string =>
  readFileSync(join(client, "runtimeConfig.shared.js"), "utf8");

const schemas = /\/@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_0\.js$/;

/**
 * Whether an error keeps its name without being registered: in the JSON protocols the name is in
 * the answer. Query's codes are other names than its errors.
 */
function namesItsErrors(config: string): boolean {
  return (
    /AwsJson1_[01]Protocol|AwsRestJsonProtocol/.test(config) && !/[qQ]ueryCompatible/.test(config)
  );
}

/** Errors that say of themselves that they may be retried. */
function retryable(client: string): ReadonlySet<string> {
  const file = join(client, "models", "errors.js");
  const classes = existsSync(file) ? readFileSync(file, "utf8").split(/^export class /m) : [];
  const named = classes.filter((text) => text.includes("$retryable"));
  return new Set(named.map((text) => /^\w+/.exec(text)?.[0] ?? ""));
}

/**
 * A client registers a class for each error of its service, whichever calls are used: SSM alone has
 * 150. Without it the error has the same name, message and fields; where an answer has another name
 * for it, both are kept.
 */
export function withoutErrors(id: string, code: string): string {
  const client = dirname(dirname(id));
  const kept = retryable(client);
  if (!namesItsErrors(configOf(client))) return withListedErrors(code, kept);
  return code.replace(/^n\d+_registry\.registerError\(\w+\$, (\w+)\);$/gm, (line, name: string) =>
    kept.has(name) ? line : "",
  );
}

const zodSchemas = "zod/v4/core/schemas.js";
const durable = "@aws/durable-execution-sdk-js/dist/index.mjs";
const partitions = "@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js";

interface Partition {
  readonly regionRegex: string;
  readonly regions: Readonly<Record<string, object>>;
}

/** A partition knows its regions by their names' form: those that have it need not be listed. */
export function withoutRegions(code: string): string {
  const start = code.indexOf("{");
  const end = code.lastIndexOf("}") + 1;
  const known = JSON.parse(code.slice(start, end)) as { readonly partitions: Partition[] };
  const shorter = known.partitions.map(({ regions, ...partition }) => {
    const form = new RegExp(partition.regionRegex);
    const others = Object.keys(regions).filter((region) => !form.test(region));
    return { ...partition, regions: Object.fromEntries(others.map((region) => [region, {}])) };
  });
  const text = JSON.stringify({ ...known, partitions: shorter });
  return `${code.slice(0, start)}${text}${code.slice(end)}`;
}

/** How the durable SDK loads Lambda's client. */
const lazily = "import('@aws-sdk/client-lambda')";

/** @param code of the durable SDK */
export const withLeanLambda = (code: string): string =>
  code.replace(lazily, `import(${own("durable-lambda.ts")})`);

const small = new Map<string, SmallSources | undefined>();

/** What a client's module is where the client is a small one. */
function smallSourceOf(id: string): string | undefined {
  const [, folder = "", file = ""] =
    /^(.*\/@aws-sdk\/client-[\w-]+)\/dist-es\/((?:commands\/)?\w+\.js)$/.exec(id) ?? [];
  if (!folder) return undefined;
  if (!small.has(folder)) small.set(folder, smallSources(folder));
  return small.get(folder)?.[file];
}

const read = new Map<string, string>();

/** Of a client, the same for each bundle that asks its service: EC2's are a megabyte. */
function schemasOf(id: string): string {
  const known = read.get(id);
  if (known !== undefined) return known;
  const code = withoutErrors(id, readFileSync(id, "utf8"));
  const lean = leanSchemas(code, configOf(dirname(dirname(id))));
  read.set(id, lean);
  return lean;
}

/** Packages that nothing is put in place of need not be asked about. */
const packages = new RegExp(
  `/node_modules/(?:${[...new Set(Object.keys(standIns).map((file) => file.split("/")[0])), "@aws-sdk", "zod"].join("|")})/`,
);

function standInFor(id: string): string | undefined {
  const module = id.split("/node_modules/").at(-1) ?? "";
  const standIn = standIns[module] ?? resolverOf(module) ?? smallSourceOf(id);
  if (standIn !== undefined) return standIn;
  if (schemas.test(id)) return schemasOf(id);
  if (module === durable) return withLeanLambda(readFileSync(id, "utf8"));
  if (module === zodSchemas) return leanZod(readFileSync(id, "utf8"));
  return module === partitions ? withoutRegions(readFileSync(id, "utf8")) : undefined;
}

/** Puts it aside while a bundle is made. */
export const leftOut: Plugin = {
  name: "left-out",
  load: {
    filter: { id: packages },
    handler(id) {
      const code = standInFor(id);
      return code === undefined ? null : { code, moduleType: "js" };
    },
  },
};
