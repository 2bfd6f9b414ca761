/** The small client does what the SDK's does: what it sends, signs, sends again, and makes of failures. */
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ClientClass, CommandClass } from "../../../sdk/call.ts";
import { inDoubt, isTimeout, isUnreadable } from "../../../sdk/errors.ts";
import { packageFile } from "../../io/paths.ts";
import { pack } from "../pack.ts";
import { smallSources } from "./small-sources.ts";

/** What is taken from which package. */
const from = {
  acm: ["ACMClient", "ListCertificatesCommand"],
  "api-gateway": ["APIGatewayClient", "GetDomainNamesCommand"],
  apprunner: ["AppRunnerClient", "ListServicesCommand"],
  backup: ["BackupClient", "ListBackupVaultsCommand"],
  cloudwatch: ["CloudWatchClient", "PutMetricDataCommand"],
  "cognito-identity-provider": [
    "CognitoIdentityProviderClient",
    "ListUserPoolsCommand",
    "SignUpCommand",
  ],
  dynamodb: ["DynamoDBClient", "GetItemCommand", "PutItemCommand"],
  ec2: ["EC2Client", "CopySnapshotCommand", "StopInstancesCommand"],
  eventbridge: ["EventBridgeClient", "ListRulesCommand", "PutEventsCommand"],
  health: ["HealthClient", "DescribeEventTypesCommand"],
  iam: ["IAMClient", "ListUsersCommand"],
  lambda: ["LambdaClient", "InvokeCommand", "ListTagsCommand"],
  rds: ["RDSClient", "CopyDBSnapshotCommand", "DescribeDBInstancesCommand"],
  "route-53": ["Route53Client", "ChangeResourceRecordSetsCommand", "ListResourceRecordSetsCommand"],
  s3: [
    "S3Client",
    "DeleteBucketLifecycleCommand",
    "DeleteObjectsCommand",
    "GetBucketLifecycleConfigurationCommand",
    "HeadBucketCommand",
    "ListBucketsCommand",
    "PutBucketLifecycleConfigurationCommand",
  ],
  sqs: ["SQSClient", "ReceiveMessageCommand", "SendMessageCommand"],
  ssm: ["SSMClient", "GetParameterCommand"],
  sts: ["STSClient", "AssumeRoleCommand", "AssumeRoleWithSAMLCommand"],
};

type Sdk = Readonly<Record<string, unknown>>;
let installed: Sdk;
let bundled: Sdk;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-small-client-"));
  const lines = Object.entries(from).map(
    ([name, taken]) => `export { ${taken.join(", ")} } from "@aws-sdk/client-${name}";`,
  );
  await pack(folder, { source: lines.join("\n"), settings: {} });
  bundled = (await import(pathToFileURL(join(folder, "index.mjs")).href)) as Sdk;
  const modules = Object.keys(from).map(
    async (name) => (await import(`@aws-sdk/client-${name}`)) as Sdk,
  );
  installed = Object.assign({}, ...(await Promise.all(modules))) as Sdk;
}, 600_000);

test("whoever wants the SDK's own clients has them, and nothing in their place", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-whole-client-"));
  const source = 'export { SSMClient, GetParameterCommand } from "@aws-sdk/client-ssm";';
  const small = await pack(join(folder, "small"), { source, settings: {} });
  const whole = await pack(join(folder, "whole"), { source, settings: {}, wholeClients: true });
  expect(Object.keys(small.parts)).toContain("cli/bundle/client");
  const ours = Object.keys(whole.parts).filter((part) => part.startsWith("cli"));
  expect(ours).toEqual([]);
  const { SSMClient } = (await import(
    pathToFileURL(join(folder, "whole", "index.mjs")).href
  )) as Sdk;
  const client = new (SSMClient as ClientClass)({ region: "eu-central-1" });
  expect(client).toHaveProperty("middlewareStack.identify");
}, 600_000);

interface Ask {
  readonly client: string;
  readonly command: string;
  readonly input: object;
}
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
interface Exchanged {
  readonly sent: readonly HttpRequest[];
  readonly output: unknown;
}

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "secret",
  sessionToken: "token",
};
const base = { region: "eu-central-1", credentials };

function made(sdk: Sdk, { client, command, input }: Ask, config: object) {
  const Client = sdk[client] as ClientClass;
  const Command = sdk[command] as CommandClass;
  return { client: new Client({ ...base, ...config }), command: new Command(input) };
}

/** Asks once, and is answered in turn; the last answer stays. */
async function exchanged(
  sdk: Sdk,
  ask: Ask,
  answers: readonly Answer[],
  config: object = {},
): Promise<Exchanged> {
  const sent: HttpRequest[] = [];
  const requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async (request: HttpRequest) => {
      sent.push(HttpRequest.clone(request));
      const {
        status = 200,
        headers = {},
        body = "{}",
      } = answers[sent.length - 1] ?? answers.at(-1) ?? {};
      return { response: { statusCode: status, headers: { ...headers }, body: Buffer.from(body) } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
  const { client, command } = made(sdk, ask, { requestHandler, ...config });
  const output = await client.send(command).catch((error: unknown) => error);
  return { sent, output };
}

const parameter: Ask = {
  client: "SSMClient",
  command: "GetParameterCommand",
  input: { Name: "/a" },
};
const item: Ask = {
  client: "DynamoDBClient",
  command: "PutItemCommand",
  input: { TableName: "t", Item: { pk: { S: "ä€😀" }, b: { B: new Uint8Array([1, 2, 255]) } } },
};
const stop: Ask = {
  client: "EC2Client",
  command: "StopInstancesCommand",
  input: { InstanceIds: ["i-1", "i-2"], Hibernate: true },
};
const tags: Ask = {
  client: "LambdaClient",
  command: "ListTagsCommand",
  input: { Resource: "arn:aws:lambda:eu-central-1:111122223333:function:a b" },
};
const message: Ask = {
  client: "SQSClient",
  command: "SendMessageCommand",
  input: { QueueUrl: "https://sqs.eu-west-3.amazonaws.com/111122223333/q", MessageBody: "a" },
};
const records: Ask = {
  client: "Route53Client",
  command: "ListResourceRecordSetsCommand",
  input: { HostedZoneId: "/hostedzone/Z1", MaxItems: 10 },
};
const change: Ask = {
  client: "Route53Client",
  command: "ChangeResourceRecordSetsCommand",
  input: {
    HostedZoneId: "/hostedzone/Z1",
    ChangeBatch: {
      Changes: [
        {
          Action: "UPSERT",
          ResourceRecordSet: {
            Name: "a.example.com",
            Type: "A",
            AliasTarget: {
              HostedZoneId: "/hostedzone/Z2",
              DNSName: "b",
              EvaluateTargetHealth: true,
            },
          },
        },
      ],
    },
  },
};
const s3 = (command: string, input: object): Ask => ({
  client: "S3Client",
  command: `${command}Command`,
  input,
});
const lifecycle = s3("PutBucketLifecycleConfiguration", {
  Bucket: "logs-of-all",
  ChecksumAlgorithm: undefined,
  ExpectedBucketOwner: "111122223333",
  TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
  LifecycleConfiguration: {
    Rules: [
      {
        ID: 'ä "old" <a>',
        Status: "Enabled",
        Filter: { And: { Prefix: "a/", Tags: [{ Key: "k", Value: "v" }], ObjectSizeLessThan: 9 } },
        Transitions: [{ Days: 30, StorageClass: "GLACIER" }],
        Expiration: { Date: new Date("2027-01-31T00:00:00Z") },
      },
      {
        ID: "b",
        Status: "Disabled",
        Filter: { Prefix: "" },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ],
  },
});
const removal = s3("DeleteBucketLifecycle", { Bucket: "logs.of.all" });
const asks: readonly (readonly [what: string, ask: Ask])[] = [
  ["JSON", parameter],
  ["JSON with bytes and signs past ASCII", item],
  ["EC2's Query", stop],
  [
    "Query",
    { client: "RDSClient", command: "DescribeDBInstancesCommand", input: { MaxRecords: 20 } },
  ],
  [
    "commands of a package that makes each by itself",
    { client: "AppRunnerClient", command: "ListServicesCommand", input: { MaxResults: 3 } },
  ],
  [
    "another, of a service with two hosts for the world",
    { client: "HealthClient", command: "DescribeEventTypesCommand", input: { maxResults: 10 } },
  ],
  [
    "a service that users sign in to",
    {
      client: "CognitoIdentityProviderClient",
      command: "ListUserPoolsCommand",
      input: { MaxResults: 60 },
    },
  ],
  [
    "a service that may be signed to in another way",
    { client: "EventBridgeClient", command: "ListRulesCommand", input: { NamePrefix: "a" } },
  ],
  [
    "a role that is assumed",
    {
      client: "STSClient",
      command: "AssumeRoleCommand",
      input: { RoleArn: "arn:aws:iam::111122223333:role/a", RoleSessionName: "undo" },
    },
  ],
  [
    "a service with one host for the world",
    { client: "IAMClient", command: "ListUsersCommand", input: { MaxItems: 1 } },
  ],
  ["REST with JSON, and a path that has to be escaped", tags],
  [
    "REST with JSON and a body",
    {
      client: "LambdaClient",
      command: "InvokeCommand",
      input: { FunctionName: "f", InvocationType: "Event", Payload: Buffer.from("{}") },
    },
  ],
  [
    "REST of a client that is older",
    { client: "BackupClient", command: "ListBackupVaultsCommand", input: { maxResults: 3 } },
  ],
  ["REST with XML, without the prefixes of ids", records],
  ["REST with XML and a body, without the prefixes of ids", change],
  [
    "a header of the service's own",
    { client: "APIGatewayClient", command: "GetDomainNamesCommand", input: { limit: 3 } },
  ],
  [
    "a host that the command decides on",
    { client: "ACMClient", command: "ListCertificatesCommand", input: {} },
  ],
  ["buckets of a region", s3("ListBuckets", { BucketRegion: "eu-central-1", MaxBuckets: 100 })],
  [
    "a bucket as a host",
    s3("GetBucketLifecycleConfiguration", { Bucket: "a", ExpectedBucketOwner: "111122223333" }),
  ],
  ["a bucket with a checksum of what is sent", lifecycle],
  ["a bucket whose name is no host that a certificate covers", removal],
  [
    "objects, with a checksum",
    s3("DeleteObjects", { Bucket: "abc", Delete: { Objects: [{ Key: "a <&> ä" }], Quiet: true } }),
  ],
  ["a queue in another region", message],
  [
    "a copy from another region, with its own signature",
    {
      client: "EC2Client",
      command: "CopySnapshotCommand",
      input: { SourceRegion: "eu-west-1", SourceSnapshotId: "snap-1" },
    },
  ],
  [
    "a database's copy from another region, with its own signature",
    {
      client: "RDSClient",
      command: "CopyDBSnapshotCommand",
      input: {
        SourceDBSnapshotIdentifier: "arn:aws:rds:eu-west-1:111122223333:snapshot:a",
        TargetDBSnapshotIdentifier: "b",
      },
    },
  ],
  [
    "figures that are compressed",
    {
      client: "CloudWatchClient",
      command: "PutMetricDataCommand",
      input: {
        Namespace: "n",
        MetricData: Array.from({ length: 200 }, (_, at) => ({
          MetricName: `a long name of a metric ${at}`,
          Value: at,
        })),
      },
    },
  ],
];

/** AWS publishes packages whose two forms do not agree on their version. */
const anyVersion = (text: string): string => text.replace(/\b3\.\d+\.\d+\b/g, "3");
/** What differs each time, and what only says how a request was made. */
const passing = new Set(["amz-sdk-invocation-id", "authorization", "user-agent"]);
function lasting({ headers, ...request }: HttpRequest) {
  const kept = Object.entries(headers)
    .filter(([name]) => !passing.has(name.toLowerCase()))
    .map(([name, value]) => [name, anyVersion(value)]);
  const { authorization = "" } = headers;
  const { query, method, protocol, hostname, path, body } = request;
  return {
    url: [method, protocol, hostname, path, query],
    headers: Object.fromEntries(kept),
    signed: authorization.replace(/Signature=.*/, ""),
    body: Buffer.from((body as Uint8Array | string | undefined) ?? "").toString("latin1"),
  };
}

describe("what is sent is what the installed SDK sends", () => {
  test.each(asks)("%s", async (_what, ask) => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-21T02:00:00Z") });
    vi.spyOn(console, "warn").mockImplementation(() => {});
    onTestFinished(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });
    const [theirs, ours] = [
      await exchanged(installed, ask, [{ body: "" }], { maxAttempts: 1 }),
      await exchanged(bundled, ask, [{ body: "" }], { maxAttempts: 1 }),
    ];
    expect(ours.sent.map(lasting)).toEqual(theirs.sent.map(lasting));
    expect(ours.sent).toHaveLength(1);
  });

  test.each(asks)("and its signature holds: %s", async (_what, ask) => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const { sent } = await exchanged(bundled, ask, [{ body: "" }], { maxAttempts: 1 });
    const [request] = sent;
    if (!request) throw new Error("nothing was sent");
    const { authorization, "x-amz-date": date = "", ...headers } = request.headers;
    const [, region = "", service = ""] =
      /\/\d{8}\/([\w-]+)\/([\w-]+)\//.exec(authorization ?? "") ?? [];
    const signer = new SignatureV4({
      ...{ credentials, region, service, sha256: Sha256 },
      uriEscapePath: service !== "s3",
    });
    const at = date.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5");
    const again = await signer.sign(new HttpRequest({ ...request, headers }), {
      signingDate: new Date(at),
    });
    expect(again.headers.authorization).toBe(authorization);
  });

  test("who asks names the SDK, the service, the runtime and the role", async () => {
    vi.stubEnv("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs24.x");
    onTestFinished(() => void vi.unstubAllEnvs());
    const config = { userAgentAppId: "röle", customUserAgent: [["durable", "2.4.0"]] };
    const agents = [installed, bundled].map(async (sdk) => {
      const { sent } = await exchanged(sdk, parameter, [{}], config);
      return anyVersion(sent[0]?.headers["user-agent"] ?? "")
        .split(" ")
        .filter((part) => !part.startsWith("m/"));
    });
    const [theirs = [], ours = []] = await Promise.all(agents);
    expect(ours.sort()).toEqual([...new Set(theirs)].sort());
    expect(ours).toContain("app/r-le");
  });
});

describe("where it is sent", () => {
  test.each<[what: string, environment: Readonly<Record<string, string>>, config: object]>([
    ["by the settings", {}, { endpoint: "http://127.0.0.1:4566/base" }],
    ["by the environment", { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" }, {}],
    [
      "by the environment for one service",
      { AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_ENDPOINT_URL_SSM: "http://127.0.0.1:2" },
      {},
    ],
    [
      "by the environment that is not to count",
      { AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
      {},
    ],
    ["with validated cryptography", { AWS_USE_FIPS_ENDPOINT: "true" }, {}],
    ["over IPv6", { AWS_USE_DUALSTACK_ENDPOINT: "true" }, {}],
    ["in the region of the environment", { AWS_REGION: "eu-north-1" }, { region: undefined }],
    ["in a region that is asked for", {}, { region: async () => "us-gov-west-1" }],
    ["in a region that would be another host", {}, { region: "evil.example/" }],
    ["in no region", { AWS_REGION: "" }, { region: "" }],
  ])("%s", async (_what, environment, config) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const placed = async (sdk: Sdk) => {
      try {
        const { sent, output } = await exchanged(sdk, parameter, [{}], config);
        const [{ protocol, hostname, port, path, headers } = new HttpRequest({})] = sent;
        if (output instanceof Error) return output.message;
        return [protocol, hostname, port, path, headers.host];
      } catch (error) {
        return String(error);
      }
    };
    expect(await placed(bundled)).toEqual(await placed(installed));
  });
});

const throttled: Answer = {
  status: 400,
  body: '{"__type":"ThrottlingException","message":"slow"}',
};
const broken: Answer = { status: 503, body: "<html>" };
const refused: Answer = { status: 400, body: '{"__type":"ParameterNotFound","message":"no"}' };

describe("what is sent again", () => {
  const attemptsOf = ({ sent, output }: Exchanged) => {
    const { $metadata } = output as { $metadata?: { attempts?: number } };
    const { name, message: text } = output instanceof Error ? output : {};
    return {
      sent: sent.map(({ headers }) => headers["amz-sdk-request"]),
      attempts: $metadata?.attempts,
      name,
      text,
    };
  };
  test.each<[what: string, answers: readonly Answer[]]>([
    ["what is throttled", [throttled, {}]],
    ["what breaks", [broken, throttled, {}]],
    ["what breaks each time, three times", [broken]],
    ["what is told to wait", [{ ...throttled, headers: { "retry-after": "0" } }, {}]],
    ["not what is refused", [refused]],
  ])("%s", async (_what, answers) => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    onTestFinished(() => void vi.restoreAllMocks());
    const ours = attemptsOf(await exchanged(bundled, parameter, answers));
    expect(ours).toEqual(attemptsOf(await exchanged(installed, parameter, answers)));
  });

  test("whoever decides on it is told what the SDK tells", async () => {
    const told = async (sdk: Sdk) => {
      const heard: unknown[] = [];
      const token = { getRetryCount: () => 0, getRetryDelay: () => 0 };
      const retryStrategy = {
        acquireInitialRetryToken: async () => token,
        async refreshRetryTokenForRetry(
          _: unknown,
          {
            error,
            errorType,
            retryAfterHint,
          }: { error: Error; errorType: string; retryAfterHint?: Date },
        ) {
          heard.push([error.name, errorType, retryAfterHint !== undefined]);
          if (heard.length === 4) throw error;
          return { ...token, getRetryCount: () => heard.length };
        },
        recordSuccess: () => heard.push("success"),
      };
      const answers = [throttled, broken, { ...broken, headers: { "retry-after": "3" } }, refused];
      const { output } = await exchanged(sdk, parameter, answers, { retryStrategy });
      return [heard, (output as Error).name];
    };
    expect(await told(bundled)).toEqual(await told(installed));
  });

  test("where the clock is wrong, by AWS's", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    onTestFinished(() => void vi.restoreAllMocks());
    const ahead = new Date(Date.now() + 3_600_000);
    const skewed = {
      status: 400,
      headers: { date: ahead.toUTCString() },
      body: '{"__type":"RequestTimeTooSkewed","message":"skewed"}',
    };
    const { sent, output } = await exchanged(bundled, parameter, [skewed, {}]);
    expect(output).not.toBeInstanceOf(Error);
    expect(sent.map(({ headers }) => headers["x-amz-date"]?.slice(0, 11)).at(-1)).toBe(
      ahead.toISOString().replace(/[-:]/g, "").slice(0, 11),
    );
    expect(sent).toHaveLength(2);
  });
});

describe("each error of a service that names them otherwise", () => {
  type ErrorSchema = readonly [
    -3,
    string,
    name: string,
    traits: { awsQueryError?: readonly string[] },
  ];
  const isError = (value: unknown): value is ErrorSchema => Array.isArray(value) && value[0] === -3;
  const asXml = (code: string): Answer => ({
    status: 400,
    body: `<E><Error><Type>Sender</Type><Code>${code}</Code><Message>why</Message></Error></E>`,
  });
  const asJson = (code: string): Answer => ({
    status: 400,
    headers: { "x-amzn-query-error": `${code};Sender` },
    body: JSON.stringify({ __type: code, message: "why" }),
  });
  test.each<[what: string, client: string, ask: Ask, answer: (code: string) => Answer]>([
    [
      "RDS",
      "rds",
      { client: "RDSClient", command: "DescribeDBInstancesCommand", input: {} },
      asXml,
    ],
    ["IAM", "iam", { client: "IAMClient", command: "ListUsersCommand", input: {} }, asXml],
    ["SQS", "sqs", message, asJson],
  ])("%s", async (_what, client, ask, answer) => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const module = (await import(`@aws-sdk/client-${client}`)) as Sdk;
    const errors = Object.values(module).filter(isError);
    expect(errors.length).toBeGreaterThan(10);
    for (const [, , name, { awsQueryError: [code = name] = [] }] of errors) {
      const seen = async (sdk: Sdk) => {
        const { output } = await exchanged(sdk, ask, [answer(code)], { maxAttempts: 1 });
        const { stack: _, ...fields } = output as unknown as Record<string, unknown>;
        return { ...fields, name: (output as Error).name, message: (output as Error).message };
      };
      expect(await seen(bundled)).toEqual(await seen(installed));
    }
  });
});

describe("credentials", () => {
  test("are asked for once, and again before they expire", async () => {
    const asked = async (sdk: Sdk, expiresIn: number | undefined) => {
      const provider = vi.fn(async () => ({
        ...credentials,
        ...(expiresIn !== undefined && { expiration: new Date(Date.now() + expiresIn) }),
      }));
      const requestHandler = {
        handle: async () => ({
          response: { statusCode: 200, headers: {}, body: Buffer.from("{}") },
        }),
        updateHttpClientConfig() {},
        httpHandlerConfigs: () => ({}),
        destroy() {},
      };
      const { client, command } = made(sdk, parameter, { requestHandler, credentials: provider });
      await client.send(command);
      const before = provider.mock.calls.length;
      await client.send(command);
      return provider.mock.calls.length - before;
    };
    for (const sdk of [installed, bundled]) {
      expect(await asked(sdk, undefined)).toBe(0);
      expect(await asked(sdk, 3_600_000)).toBe(0);
      expect(await asked(sdk, 1000)).toBeGreaterThan(0);
    }
  });

  test("that fail are the call's failure", async () => {
    const failing = async () => {
      throw Object.assign(new Error("no role"), { name: "CredentialsProviderError" });
    };
    for (const sdk of [installed, bundled]) {
      const { sent, output } = await exchanged(sdk, parameter, [{}], { credentials: failing });
      expect([sent, String(output)]).toEqual([[], "CredentialsProviderError: no role"]);
    }
  });
});

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

async function listening(serve: Serve): Promise<Server> {
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe("over a connection", () => {
  const limits = { requestTimeout: 150, throwOnRequestTimeout: true, connectionTimeout: 3000 };
  const overHttp = async (sdk: Sdk, endpoint: string) => {
    const { client, command } = made(sdk, parameter, {
      endpoint,
      requestHandler: limits,
      maxAttempts: 1,
    });
    onTestFinished(() => client.destroy());
    return { client, command, output: await client.send(command).catch((error: unknown) => error) };
  };

  test.each<[what: string, serve: Serve]>([
    ["an answer that never begins", () => {}],
    ["a connection that breaks", (request) => request.socket.destroy()],
    [
      "an answer that breaks off",
      (_, response) => {
        response.writeHead(200, { "content-length": 100 });
        response.write('{"Parameter"', () => response.socket?.destroy());
      },
    ],
    ["an answer that is no JSON", (_, response) => response.end("<html>")],
    ["no answer at all", (_, response) => response.end()],
  ])("%s is the same failure", async (_what, serve) => {
    const server = await listening(serve);
    const kinds = async (sdk: Sdk) => {
      const { output } = await overHttp(sdk, urlOf(server));
      const { name, code } = (output instanceof Error ? output : {}) as Error & { code?: string };
      return { name, code, judged: [isTimeout, isUnreadable, inDoubt].map((is) => is(output)) };
    };
    expect(await kinds(bundled)).toEqual(await kinds(installed));
  });

  test("nobody who listens is the same failure", async () => {
    const server = await listening(() => {});
    const url = urlOf(server);
    await new Promise((resolve) => server.close(resolve));
    const kinds = async (sdk: Sdk) => {
      const { name, code } = (await overHttp(sdk, url)).output as Error & { code?: string };
      return { name, code };
    };
    expect(await kinds(bundled)).toEqual(await kinds(installed));
  });

  test("an answer that stands still ends, and its call is in doubt", async () => {
    const server = await listening((_, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write('{"Parameter"');
    });
    const { output } = await overHttp(bundled, urlOf(server));
    expect([output instanceof Error, inDoubt(output)]).toEqual([true, true]);
  });

  test("a long answer in pieces is whole, and its connection is used again", async () => {
    const value = "ä€😀".repeat(50_000);
    let connections = 0;
    const server = await listening((_, response) => {
      const body = Buffer.from(JSON.stringify({ Parameter: { Value: value } }));
      response.writeHead(200);
      for (let at = 0; at < body.length; at += 9973) response.write(body.subarray(at, at + 9973));
      response.end();
    });
    server.on("connection", () => {
      connections += 1;
    });
    const { client, command, output } = await overHttp(bundled, urlOf(server));
    expect(output).toMatchObject({ Parameter: { Value: value } });
    expect(await client.send(command)).toMatchObject({ Parameter: { Value: value } });
    expect(connections).toBe(1);
  });
});

test("what users send to sign in is refused by name: the small client signs all that it sends", () => {
  const SignUp = bundled.SignUpCommand as CommandClass;
  expect(() => new SignUp({})).toThrow("SignUp is for users who sign in");
  const BySaml = bundled.AssumeRoleWithSAMLCommand as CommandClass;
  expect(() => new BySaml({})).toThrow("AssumeRoleWithSAML may be signed in two ways");
});

test("so is what may be sent to an endpoint of several regions", () => {
  const PutEvents = bundled.PutEventsCommand as CommandClass;
  expect(() => new PutEvents({})).toThrow("PutEvents may be signed in two ways");
});

describe("which clients are small", () => {
  const { dependencies } = JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const clients = Object.keys(dependencies).filter((name) => name.startsWith("@aws-sdk/client-"));
  const sourcesOf = (name: string) => smallSources(packageFile(`node_modules/${name}`));

  test("all but the one that may sign for several regions at once", () => {
    expect(clients.filter((name) => !sourcesOf(name))).toEqual(["@aws-sdk/client-sesv2"]);
  });

  /** What the small client does itself; there is no host to say for HTTP/2, and nothing is logged. */
  const standard = [
    ...["hostHeaderMiddleware", "recursionDetectionMiddleware", "getUserAgentMiddleware"],
    ...["contentLengthMiddleware", "retryMiddleware", "httpSigningMiddleware", "loggerMiddleware"],
    ...["serializerMiddleware", "deserializerMiddleware", "httpAuthSchemeMiddleware"],
    ...["endpointV2Middleware", "endpointDiscoveryMiddleware"],
  ];
  const takenOver: Readonly<Record<string, readonly string[]>> = {
    "@aws-sdk/client-api-gateway": ["acceptHeaderMiddleware"],
    "@aws-sdk/client-s3": [
      "validateBucketNameMiddleware",
      "regionRedirectMiddleware",
      "addExpectContinueMiddleware",
      "s3ExpressMiddleware",
    ],
  };
  test.each(clients.filter((name) => sourcesOf(name)))(
    "%s has no other middleware",
    async (name) => {
      const module = (await import(name)) as Readonly<Record<string, unknown>>;
      const [exported = ""] = Object.keys(module).filter((each) => /^[A-Z]\w+Client$/.test(each));
      const client = new (module[exported] as ClientClass)(base) as unknown as {
        readonly middlewareStack: { identify(): readonly string[] };
      };
      const more = client.middlewareStack
        .identify()
        .map((line) => line.split(" ")[0] ?? "")
        .filter((each) => !standard.includes(each));
      expect(more).toEqual(takenOver[name] ?? []);
      for (const middleware of more)
        expect(
          Object.values(sourcesOf(name) ?? {})
            .join("\n")
            .toLowerCase(),
        ).toContain(`get${middleware.replace("Middleware", "")}`.toLowerCase());
    },
  );
});

test("a client that is bundled whole is asked at the endpoint that is configured", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-whole-endpoint-"));
  const source = 'export { GetAccountCommand, SESv2Client } from "@aws-sdk/client-sesv2";';
  await pack(folder, { source, settings: {} });
  const sdk = (await import(pathToFileURL(join(folder, "index.mjs")).href)) as Sdk;
  const ask = { client: "SESv2Client", command: "GetAccountCommand", input: {} };
  const { sent } = await exchanged(sdk, ask, [{ body: "{}" }], {
    endpoint: "http://localhost:4566",
  });
  expect(sent.map(({ hostname, port }) => [hostname, port])).toEqual([["localhost", 4566]]);
}, 600_000);
