/**
 * Which of the SDK's clients a bundle has a small one for, and what that is made of. A package whose
 * client is built as AWS's generator builds the plain ones has its protocol, its schemas and its own
 * middleware taken over; one that has more is left as it is.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFile } from "../../io/paths.ts";

const small = JSON.stringify(packageFile("cli/bundle/client/small-client.ts"));

/** Sources in place of those of a client's package, by their paths in `dist-es`. */
export type SmallSources = Readonly<Record<string, string>>;

/** What the small client does itself, or what no function has. */
const knownResolvers = [
  "resolveClientEndpointParameters",
  "resolveUserAgentConfig",
  "resolveRetryConfig",
  "resolveRegionConfig",
  "resolveHostHeaderConfig",
  "resolveEndpointConfig",
  "resolveEventStreamSerdeConfig",
  "resolveHttpAuthSchemeConfig",
  "resolveRuntimeExtensions",
  // DynamoDB's: no credentials of a function name an account, and discovery is off.
  "resolveAccountIdEndpointModeConfig",
  "resolveEndpointDiscoveryConfig",
];
const knownPlugins = [
  "getSchemaSerdePlugin",
  "getUserAgentPlugin",
  "getRetryPlugin",
  "getContentLengthPlugin",
  "getHostHeaderPlugin",
  "getLoggerPlugin",
  "getRecursionDetectionPlugin",
  "getHttpAuthSchemeEndpointRuleSetPlugin",
  "getHttpSigningPlugin",
];

/** A constructor with nothing in it but resolvers and plugins. */
const constructing = new RegExp(
  [
    String.raw`constructor\(\.\.\.\[configuration\]\) \{`,
    String.raw`const _config_0 = __getRuntimeConfig\(configuration \|\| \{\}\);`,
    String.raw`super\(_config_0\);`,
    String.raw`this\.initConfig = _config_0;`,
    String.raw`((?:const _config_\d+ = \w+\(_config_\d+(?:, (?:configuration\?\.extensions \|\| \[\]|\{[^}]*\}))?\);\s*)+)`,
    String.raw`this\.config = _config_\d+;`,
    String.raw`((?:this\.middlewareStack\.use\(\w+\(this\.config(?:, \{\s*httpAuthSchemeParametersProvider: \w+,\s*identityProviderConfigProvider: async \(config\) => new DefaultIdentityProviderConfig\(\{\s*"aws\.auth#sigv4": config\.credentials,\s*\}\),\s*\})?\)\);\s*)+)`,
    String.raw`\}\s*destroy\(\) \{\s*super\.destroy\(\);\s*\}\s*\}\s*$`,
  ].join(String.raw`\s*`),
);

/** The only way in is by signature, version 4. */
const onlySigned =
  /const options = \[\];\s*switch \(authParameters\.operation\) \{\s*default: \{\s*options\.push\(createAwsAuthSigv4HttpAuthOption\(authParameters\)\);\s*\}\s*\}\s*return options;/;

/** The same, but for operations of users who sign in themselves, which no function does. */
const signedBut =
  /const options = \[\];\s*switch \(authParameters\.operation\) \{\s*((?:case "\w+":\s*\{\s*options\.push\(createSmithyApiNoAuthHttpAuthOption\(authParameters\)\);\s*break;\s*\}\s*;\s*)+)default:\s*\{\s*options\.push\(createAwsAuthSigv4HttpAuthOption\(authParameters\)\);\s*\}\s*\}\s*return options;/;

/** A command as packages made them before they had a builder of their own. */
const byItself =
  /^import \{ (\w+\$) \} from "\.\.\/schemas\/schemas_0";$[\s\S]*^export class (\w+) extends \$Command\s*\.classBuilder\(\)\s*\.ep\(commonParams\)\s*\.m\(function \(Command, cs, config, o\) \{\s*return \[getEndpointPlugin\(config, Command\.getEndpointParameterInstructions\(\)\)\];\s*\}\)\s*\.s\("\w+", "(\w+)", \{\}\)/m;

/** What every package says of its client; whatever else it says has to be taken over. */
const commonSettings = new Set([
  ...["apiVersion", "base64Decoder", "base64Encoder", "disableHostPrefix", "endpointProvider"],
  ...["extensions", "httpAuthSchemeProvider", "httpAuthSchemes", "logger", "protocol"],
  ...["protocolSettings", "serviceId", "sha256", "urlParser", "utf8Decoder", "utf8Encoder"],
  ...["runtime", "defaultsMode", "authSchemePreference", "bodyLengthChecker", "profile"],
  ...["credentialDefaultProvider", "defaultUserAgentProvider", "maxAttempts", "region"],
  ...["requestHandler", "retryMode", "streamCollector", "useDualstackEndpoint"],
  ...["useFipsEndpoint", "userAgentAppId", "eventStreamSerdeProvider"],
  // As above.
  ...["accountIdEndpointMode", "endpointDiscoveryEnabledProvider"],
]);

/** Settings of single services, as they are when nobody sets them. */
const ownSettings: Readonly<Record<string, string>> = {
  disableRequestCompression: "false",
  requestMinCompressionSizeBytes: "10240",
};

const endpointParameters = new Set(["UseFIPS", "Endpoint", "Region", "UseDualStack"]);
/** DynamoDB's for accounts: as above. S3's for its oldest host: nobody asks for it. */
const neverKnown = new Set(["AccountId", "AccountIdEndpointMode", "UseGlobalEndpoint"]);

/** What a package says past what all say, and what of it nobody here uses. */
interface Besides {
  /** Settings that are known. */
  readonly settings: ReadonlySet<string>;
  /** In its constructor. */
  readonly constructed: RegExp;
  /** Operations that could be signed, or answered, in a way that is left out. */
  readonly never: readonly string[];
}

/** The second way to sign, for several regions at once. */
const signedTwice = /"aws\.auth#sigv4a": config\.credentials,\s*/g;
/** A host says how it is signed; those of ours in one way. */
const signedByHost =
  /options\.push\(createAwsAuthSigv4HttpAuthOption\(authParameters\)\);\s*options\.push\(createAwsAuthSigv4aHttpAuthOption\(authParameters\)\);\s*\}\s*\}\s*return options;/;

const besides: Readonly<Record<string, Besides>> = {
  // `s3.ts` has it, or refuses by name what would need it.
  "S3Client.js": {
    settings: new Set([
      ...["getAwsChunkedEncodingStream", "md5", "sdkStreamMixin", "sha1", "signerConstructor"],
      ...["signingEscapePath", "useArnRegion", "disableS3ExpressSessionAuth", "streamHasher"],
      ...["requestChecksumCalculation", "responseChecksumValidation", "sigv4aSigningRegionSet"],
    ]),
    // With sessions of directory buckets.
    constructed: new RegExp(
      String.raw`, \{ session: \[\(\) => this, CreateSessionCommand\] \}|${signedTwice.source}`,
      "g",
    ),
    never: [],
  },
  // Endpoints of several regions, which events alone are sent to.
  "EventBridgeClient.js": {
    settings: new Set(["signerConstructor", "sigv4aSigningRegionSet"]),
    constructed: signedTwice,
    never: ["PutEvents"],
  },
  // Roles are assumed by a signed request; those of users who sign in elsewhere are not.
  "STSClient.js": {
    settings: new Set(["signerConstructor", "sigv4aSigningRegionSet"]),
    constructed: signedTwice,
    never: ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"],
  },
};

const names = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = ""]) => name);
const importsOf = (text: string): string[] =>
  [...text.matchAll(/^import \{[^}]+\} from "[^"]+";$/gm)].map(([line]) => line);

/** What is said of the client past what all say; nothing where that is more than is known here. */
function ownSettingsOf(
  configs: readonly string[],
  known: ReadonlySet<string> = new Set(),
): string[] | undefined {
  const own: string[] = [];
  for (const text of configs) {
    for (const name of names(text, /^ {8}(\w+):/gm)) {
      if (commonSettings.has(name) || known.has(name)) continue;
      const plain = new RegExp(`^ {8}${name}: config\\?\\.${name} \\?\\? (\\w+),$`, "m").exec(text);
      const value = ownSettings[name] ?? plain?.[1];
      if (value === undefined) return undefined;
      own.push(`${name}: ${value}`);
    }
  }
  return own;
}

/** What decides on a host, other than region and options, for all commands of a client. */
function unknownParameters(text: string): string[] {
  const builtIn = names(text, /^ {4}(\w+): \{ type: "builtInParams"/gm);
  const all = names(text, /^ {4}(\w+): \{ type:/gm);
  // Those that whoever makes a client may set, which nobody here does.
  const settable = text.includes("const clientContextParamDefaults = {};")
    ? names(text, /^ {4}(\w+): \{ type: "clientContextParams"/gm)
    : [];
  const known = builtIn.filter((name) => endpointParameters.has(name) || neverKnown.has(name));
  return all.filter((name) => !known.includes(name) && !settable.includes(name));
}

/** By their paths; nothing where one of them says more than which host and which schema. */
function commandsByThemselves(dist: string): SmallSources | undefined {
  const sources: [file: string, source: string][] = [];
  for (const file of readdirSync(join(dist, "commands"))) {
    if (!file.endsWith("Command.js")) continue;
    const code = readFileSync(join(dist, "commands", file), "utf8");
    const [, schema, name, operation] = byItself.exec(code) ?? [];
    if (!operation) return undefined;
    sources.push([
      `commands/${file}`,
      [
        `import { makeBuilder } from ${small};`,
        `import { ${schema} } from "../schemas/schemas_0";`,
        `export class ${name} extends makeBuilder()({}, () => [], "${operation}", ${schema}) {}`,
      ].join("\n"),
    ]);
  }
  return Object.fromEntries(sources);
}

/** They are sent otherwise than the small client sends, and say so. */
const neverSent = (operations: readonly string[], why: string): SmallSources =>
  Object.fromEntries(
    operations.map((operation) => [
      `commands/${operation}Command.js`,
      `export class ${operation}Command { constructor() { throw new Error("left out of Nightshift's bundles: ${operation} ${why}"); } }`,
    ]),
  );

/**
 * @param folder the package of a client, absolute
 * @returns nothing where its client is not built like others
 */
export function smallSources(folder: string): SmallSources | undefined {
  const dist = join(folder, "dist-es");
  const read = (file: string): string =>
    existsSync(join(dist, file)) ? readFileSync(join(dist, file), "utf8") : "";
  const file = readdirSync(dist).find((name) => name.endsWith("Client.js")) ?? "";
  const [client, runtime, shared] = [file, "runtimeConfig.js", "runtimeConfig.shared.js"].map(read);
  const [commands, auth] = [read("commandBuilder.js"), read("auth/httpAuthSchemeProvider.js")];

  const more = besides[file];
  const plain = more ? client?.replace(more.constructed, "") : client;
  const [, resolving = "", using = ""] = constructing.exec(plain ?? "") ?? [];
  const signed = more ? [signedByHost] : [onlySigned, signedBut];
  const cases = names(auth ?? "", /case "(\w+)":/g);
  if (more && cases.some((operation) => !more.never.includes(operation))) return undefined;
  const [way, unsigned = ""] = signed.flatMap((form) => form.exec(auth ?? "") ?? []);
  const signingName = way && /name: ("[\w-]+"),/.exec(auth ?? "")?.[1];
  const protocol = /protocol: config\?\.protocol \?\? (\w+),/.exec(shared ?? "")?.[1];
  const settings = /protocolSettings: config\?\.protocolSettings \?\? (\{[^}]*\}),/.exec(
    shared ?? "",
  )?.[1];
  const serviceId = /serviceId: config\?\.serviceId \?\? ("[\w ]+"),/.exec(shared ?? "")?.[1];
  const own = ownSettingsOf([runtime ?? "", shared ?? ""], more?.settings);
  const asked = unknownParameters(read("endpoint/EndpointParameters.js"));
  const building = /makeBuilder\(commonParams, "\w+", "\w+", getEndpointPlugin\)/;
  if (!using || !signingName || !protocol || !settings || !serviceId || !own) return undefined;
  const alone = commands ? {} : commandsByThemselves(dist);
  if (asked.length || !alone || (commands && !building.test(commands))) return undefined;

  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const name = file.slice(0, -".js".length);
  const resolvers = names(resolving, /= (\w+)\(/g).filter((each) => !knownResolvers.includes(each));
  const plugins = names(using, /use\((\w+)\(/g).filter((each) => !knownPlugins.includes(each));
  const described = [
    `serviceId: ${serviceId}`,
    `version: ${JSON.stringify(version)}`,
    `signingName: ${signingName}`,
    `protocol: ${protocol}`,
    `protocolSettings: ${settings}`,
    "endpointProvider: defaultEndpointResolver",
  ];
  // What of these nothing uses is dropped with everything else that nothing uses.
  const imports = new Set([...importsOf(client ?? ""), ...importsOf(shared ?? "")]);
  return {
    [file]: [
      `import { SmallClient } from ${small};`,
      ...[...imports].filter((line) => !line.includes('"./runtime')),
      `export class ${name} extends SmallClient {`,
      "  constructor(configuration) {",
      `    super({ ${described.join(", ")} }, { ${own.map((each) => `${each}, `).join("")}...configuration });`,
      ...resolvers.map((each) => `    this.config = ${each}(this.config);`),
      ...plugins.map((each) => `    this.middlewareStack.use(${each}(this.config));`),
      "  }",
      "}",
      "export { SmallClient as __Client };",
    ].join("\n"),
    ...alone,
    ...neverSent(names(unsigned, /case "(\w+)":/g), "is for users who sign in"),
    ...neverSent(more?.never ?? [], "may be signed in two ways"),
    "commandBuilder.js": [
      'import { Sha256 } from "@smithy/core/checksum";',
      commands
        .replace(/^import \{ makeBuilder \} .*$/m, `import { makeBuilder } from ${small};`)
        .replace(building, "makeBuilder()")
        // What signs an address inside its input.
        .replace(/(PresignedUrlPlugin\()config\)/g, "$1{ ...config, sha256: Sha256 })"),
    ].join("\n"),
  };
}
