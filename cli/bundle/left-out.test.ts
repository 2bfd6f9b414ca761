/** A bundle carries less of the SDK than is installed, and does the same with it. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { partition } from "@aws-sdk/core/client";
import { isThrottlingError } from "@smithy/core/retry";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ClientClass, CommandClass } from "../../sdk/call.ts";
import { packageFile } from "../io/paths.ts";
import { type EndpointParameters, endpointOf, listedEndpointOf } from "./endpoint.ts";
import { listedHosts, namedAlike } from "./hosts.ts";
import { standIns, withLeanLambda, withoutErrors } from "./left-out.ts";
import { pack } from "./pack.ts";

const own = {
  CloudWatchClient,
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeVolumesCommand,
  DynamoDBClient,
  EC2Client,
  GetItemCommand,
  GetMetricDataCommand,
  GetParameterCommand,
  InvokeCommand,
  LambdaClient,
  PutItemCommand,
  SSMClient,
  TransactWriteItemsCommand,
  isThrottlingError,
  partition,
};
type Sdk = typeof own;

const { partitionsInfo } = (await import(
  pathToFileURL(
    packageFile(
      "node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js",
    ),
  ).href
)) as { readonly partitionsInfo: { readonly partitions: { readonly regions: object }[] } };

let bundled: Sdk;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-left-out-"));
  const from = {
    "@aws-sdk/client-cloudwatch": "CloudWatchClient, GetMetricDataCommand",
    "@aws-sdk/client-cloudwatch-logs": "CloudWatchLogsClient, DescribeLogGroupsCommand",
    "@aws-sdk/client-dynamodb":
      "DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand",
    "@aws-sdk/client-ec2": "EC2Client, DescribeVolumesCommand",
    "@aws-sdk/client-lambda": "LambdaClient, InvokeCommand",
    "@aws-sdk/client-ssm": "SSMClient, GetParameterCommand",
    "@smithy/core/retry": "isThrottlingError",
    "@aws-sdk/core/client": "partition",
  };
  const source = Object.entries(from)
    .map(([module, names]) => `export { ${names} } from ${JSON.stringify(module)};`)
    .join("\n");
  await pack(folder, { source, settings: {} });
  bundled = (await import(pathToFileURL(join(folder, "index.mjs")).href)) as Sdk;
}, 600_000);

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}
interface Sent {
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}
type Ask = (sdk: Sdk) => readonly [ClientClass, CommandClass, object];

/** What a client sends, and what it makes of an answer. */
async function exchanged(sdk: Sdk, ask: Ask, answer: Answer) {
  const [Client, Command, input] = ask(sdk);
  const sent: Sent[] = [];
  const client = new Client({
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    maxAttempts: 1,
    requestHandler: {
      metadata: { handlerProtocol: "http/1.1" },
      handle: async (request: Sent) => {
        sent.push(request);
        const { status: statusCode, headers = {}, body } = answer;
        return { response: { statusCode, headers, body: Buffer.from(body) } };
      },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
      destroy() {},
    },
  });
  const output = await client.send(new Command(input)).catch((error: unknown) => error);
  return { sent, output };
}

/** As much of a request as is the same each time. */
function lasting({ hostname, path, headers, body = "" }: Sent) {
  const { "content-type": type, "x-amz-target": target, host } = headers;
  return { hostname, path, type, target, host, body: Buffer.from(body).toString("utf8") };
}

/** What a program sees of an error. */
function seen(output: unknown, sdk: Sdk) {
  if (!(output instanceof Error)) return JSON.parse(JSON.stringify(output)) as unknown;
  const { stack: _stack, ...fields } = output as unknown as Record<string, unknown>;
  const throttled = sdk.isThrottlingError(output as never);
  return { ...fields, name: output.name, message: output.message, throttled };
}

const json = (status: number, body: object, headers = {}): Answer => ({
  status,
  headers,
  body: JSON.stringify(body),
});
const failure = (type: string, more: object = {}) =>
  json(400, { __type: type, message: "why", ...more });

const parameter: Ask = (sdk) => [sdk.SSMClient, sdk.GetParameterCommand, { Name: "/a" }];
const item: Ask = (sdk) => [
  sdk.DynamoDBClient,
  sdk.GetItemCommand,
  { TableName: "t", Key: { pk: { S: "ä" } } },
];
const put: Ask = (sdk) => [
  sdk.DynamoDBClient,
  sdk.PutItemCommand,
  { TableName: "t", Item: { pk: { S: "a" }, n: { N: "1" } } },
];
const transaction: Ask = (sdk) => [
  sdk.DynamoDBClient,
  sdk.TransactWriteItemsCommand,
  {
    ClientRequestToken: "t",
    TransactItems: [{ Delete: { TableName: "t", Key: { pk: { S: "a" } } } }],
  },
];
const groups: Ask = (sdk) => [
  sdk.CloudWatchLogsClient,
  sdk.DescribeLogGroupsCommand,
  { limit: 50 },
];
const volumes: Ask = (sdk) => [sdk.EC2Client, sdk.DescribeVolumesCommand, { MaxResults: 500 }];
const invocation: Ask = (sdk) => [
  sdk.LambdaClient,
  sdk.InvokeCommand,
  { FunctionName: "f", Payload: new TextEncoder().encode("{}") },
];
const figures: Ask = (sdk) => [
  sdk.CloudWatchClient,
  sdk.GetMetricDataCommand,
  {
    StartTime: new Date(0),
    EndTime: new Date(60_000),
    MetricDataQueries: [{ Id: "a", Expression: "1" }],
  },
];
const xml = (status: number, body: string): Answer => ({ status, body });

describe("a bundle sends what the installed SDK sends, and makes the same of the answer", () => {
  test.each<[what: string, ask: Ask, answer: Answer]>([
    ["a parameter", parameter, json(200, { Parameter: { Name: "/a", Value: "run", Version: 3 } })],
    ["a parameter that is missing", parameter, failure("ParameterNotFound")],
    [
      "an error that no model has",
      parameter,
      failure("com.amazonaws.ssm#NewException", { Why: 1 }),
    ],
    ["an answer that is no JSON", parameter, { status: 502, body: "<html>Bad Gateway</html>" }],
    ["an item", item, json(200, { Item: { pk: { S: "ä" }, n: { N: "7" } } })],
    ["no item", item, json(200, {})],
    [
      "a condition that fails",
      put,
      failure("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"),
    ],
    ["throttling", put, failure("com.amazonaws.dynamodb.v20120810#ThrottlingException")],
    ["a table that is busy", put, failure("ProvisionedThroughputExceededException")],
    ["a denied request", put, failure("AccessDeniedException")],
    [
      "a transaction that is cancelled, with the reasons",
      transaction,
      failure("com.amazonaws.dynamodb.v20120810#TransactionCanceledException", {
        CancellationReasons: [{ Code: "ConditionalCheckFailed", Message: "no" }, { Code: "None" }],
      }),
    ],
    ["log groups", groups, json(200, { logGroups: [{ logGroupName: "a", creationTime: 5 }] })],
    ["an error of logs", groups, json(503, { __type: "ServiceUnavailableException" })],
    [
      "volumes",
      volumes,
      xml(
        200,
        "<R><volumeSet><item><volumeId>vol-1</volumeId><size>8</size><createTime>2026-11-21T02:00:00.000Z</createTime></item></volumeSet></R>",
      ),
    ],
    [
      "an error of EC2",
      volumes,
      xml(
        400,
        "<Response><Errors><Error><Code>InvalidVolume.NotFound</Code><Message>gone</Message></Error></Errors><RequestID>r</RequestID></Response>",
      ),
    ],
    ["an invocation", invocation, { status: 200, body: '{"a":1}' }],
    [
      "an invocation that is throttled",
      invocation,
      json(429, { message: "Rate Exceeded" }, { "x-amzn-errortype": "TooManyRequestsException" }),
    ],
    [
      "a function that is missing",
      invocation,
      json(404, { Message: "no" }, { "x-amzn-errortype": "ResourceNotFoundException" }),
    ],
    [
      "an error of CloudWatch, by its older name",
      figures,
      json(
        400,
        { __type: "InvalidNextToken", message: "no" },
        { "x-amzn-query-error": "InvalidNextToken;Sender" },
      ),
    ],
  ])("%s", async (_what, ask, answer) => {
    const [installed, small] = [
      await exchanged(own, ask, answer),
      await exchanged(bundled, ask, answer),
    ];
    expect(small.sent.map(lasting)).toEqual(installed.sent.map(lasting));
    expect(small.sent).toHaveLength(1);
    expect(seen(small.output, bundled)).toEqual(seen(installed.output, own));
  });
});

test("every module that something stands in for is installed: another version may have moved it", () => {
  const gone = Object.keys(standIns).filter(
    (path) => !existsSync(packageFile(join("node_modules", path))),
  );
  expect(gone).toEqual([]);
});

test("of Lambda's client the durable SDK has all that it asks for", async () => {
  const sdk = packageFile("node_modules/@aws/durable-execution-sdk-js/dist/index.mjs");
  const code = readFileSync(sdk, "utf8");
  const asked = [...code.matchAll(/\bnew module\.(\w+)\(/g)].map(([, name = ""]) => name);
  expect(asked.length).toBeGreaterThan(2);
  expect(Object.keys(await import("./client/durable-lambda.ts")).sort()).toEqual(
    [...new Set(asked)].sort(),
  );
  // Nothing else in it, but for comments, leads to the whole of it.
  const whole = /^(?! *\*).*(?:import\(|from |require\()['"]@aws-sdk\//m;
  expect(code).toMatch(whole);
  expect(withLeanLambda(code)).not.toMatch(whole);
});

test("the errors of services whose answers name them otherwise stay", () => {
  const schemas = (client: string) =>
    packageFile(`node_modules/@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`);
  const line = "n0_registry.registerError(LimitExceededFault$, LimitExceededFault);";
  expect(withoutErrors(schemas("cloudwatch"), line)).toBe(line);
  expect(withoutErrors(schemas("rds"), line)).toBe(line);
  expect(withoutErrors(schemas("ssm"), line)).toBe("");
});

test("a region's partition is the same, though a bundle does not list its regions", async () => {
  const known = partitionsInfo.partitions.flatMap(({ regions }) => Object.keys(regions));
  expect(known.length).toBeGreaterThan(40);
  for (const region of [...known, "eu-new-7", "nowhere-1"]) {
    const { description: _, ...outputs } = partition(region) as { description?: string };
    expect([region, bundled.partition(region)]).toEqual([region, outputs]);
  }
});

describe("the place of a request in a chain of functions", () => {
  const chained = async (sdk: Sdk) => {
    const { sent } = await exchanged(sdk, parameter, json(200, {}));
    return sent.map(({ headers }) => [headers["X-Amzn-Trace-Id"], headers.traceparent]);
  };
  const inStore = {
    InvokeStore: { getXRayTraceId: () => "Root=2;Lineage=b", getTraceparent: () => "00-ab-cd-01" },
  };
  test.each([
    ["in the environment", undefined, "Root=1;Lineage=a", undefined],
    ["in the runtime's store", inStore, "Root=2;Lineage=b", "00-ab-cd-01"],
  ])("%s is sent on", async (_where, store, trace, parent) => {
    vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "f");
    vi.stubEnv("_X_AMZN_TRACE_ID", "Root=1;Lineage=a");
    vi.stubGlobal("awslambda", store);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      vi.unstubAllGlobals();
    });
    expect(await chained(bundled)).toEqual([[trace, parent]]);
  });
});

describe("a client finds its host as by the SDK's own rules", () => {
  const known = partitionsInfo.partitions.flatMap((each) => Object.keys(each.regions));
  const regions = [
    ...known.filter((region) => !region.endsWith("-global")),
    // One that is not known yet, where rules do not list regions, as some do GovCloud's two.
    ...["cn-new-7", "us-iso-new-7", "us-isob-new-7", "us-isof-new-7", "eu-isoe-new-7", "eu-new-7"],
    ...["nowhere-1", "aws-global", "aws-cn-global", "aws-iso-global", "aws-iso-f-global"],
  ];
  const flags = [false, true];
  const parameters: EndpointParameters[] = [undefined, "http://127.0.0.1:5511/base"].flatMap(
    (Endpoint) =>
      regions.flatMap((Region) =>
        flags.flatMap((UseFIPS) =>
          flags.map((UseDualStack) => ({
            Region,
            UseFIPS,
            UseDualStack,
            ...(Endpoint && { Endpoint }),
          })),
        ),
      ),
  );
  type Endpoint = { readonly url: URL; readonly properties?: object; readonly headers?: object };
  /** Where it is asked, and for which region and service it is signed. */
  const resolved = (resolve: () => Endpoint, service: string): unknown => {
    try {
      const { url, properties = {}, headers = {} } = resolve();
      const { authSchemes = [], ...others } = properties as { authSchemes?: readonly object[] };
      const schemes = authSchemes.map((scheme) => ({ signingName: service, ...scheme }));
      return [url.href, schemes, others, headers];
    } catch (error) {
      return String(error);
    }
  };
  const all = [
    ...Object.entries(namedAlike).map(([client, hosts]) => ({
      client,
      find: (given: EndpointParameters): Endpoint => endpointOf(hosts, given),
    })),
    ...Object.entries(listedHosts).map(([client, hosts]) => ({
      client,
      find: (given: EndpointParameters): Endpoint => listedEndpointOf(hosts, given),
    })),
  ];
  test.each(all)("$client", async ({ client, find }) => {
    const module = (await import(`@aws-sdk/${client}`)) as Readonly<Record<string, unknown>>;
    const [name = ""] = Object.keys(module).filter((each) => /^[A-Z]\w+Client$/.test(each));
    const Client = module[name] as ClientClass;
    const { endpointProvider, defaultSigningName: service } = new Client({ region: "eu-west-1" })
      .config as {
      readonly defaultSigningName: string;
      endpointProvider(given: EndpointParameters): Endpoint;
    };
    // Without a region ACM's own rules give a host that nobody has; ours refuse it.
    const without = client === "client-acm" ? [] : [{}];
    for (const given of [...parameters, ...without])
      expect([given, resolved(() => find(given), service)]).toEqual([
        given,
        resolved(() => endpointProvider(given), service),
      ]);
  });

  test("a region that is missing is refused", () => {
    for (const { find } of all) expect(() => find({})).toThrow("Missing Region");
  });
});
