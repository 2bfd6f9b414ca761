/** The small client of S3 finds the hosts that the SDK's does, and makes the same of what S3 answers. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as installed from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { contentOf } from "../../../aws/s3/file-bucket.ts";
import { watchWhole } from "../../../aws/s3/read-whole.ts";
import type { ClientClass, CommandClass } from "../../../sdk/call.ts";
import { embedded, type TestAccount } from "../../../test/setup/aws.ts";
import { pack } from "../pack.ts";
import { s3EndpointOf } from "./s3-endpoint.ts";

type Sdk = Readonly<Record<string, unknown>>;
const taken = [
  "S3Client",
  "CopyObjectCommand",
  "CreateBucketCommand",
  "DeleteBucketLifecycleCommand",
  "DeleteObjectsCommand",
  "GetBucketLifecycleConfigurationCommand",
  "GetObjectCommand",
  "HeadBucketCommand",
  "HeadObjectCommand",
  "ListBucketsCommand",
  "ListMultipartUploadsCommand",
  "PutBucketLifecycleConfigurationCommand",
  "PutObjectCommand",
];
let bundled: Sdk;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-s3-"));
  const source = `export { ${taken.join(", ")} } from "@aws-sdk/client-s3";`;
  const { gzipped } = await pack(folder, { source, settings: {} });
  // A client as the SDK has it is 123 KB.
  expect(gzipped).toBeLessThan(22_000);
  bundled = (await import(pathToFileURL(join(folder, "index.mjs")).href)) as Sdk;
}, 600_000);

const base = {
  region: "eu-central-1",
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
};

describe("hosts", () => {
  const { endpointProvider } = new installed.S3Client(base).config;
  type Placed = readonly [url: string, properties?: { readonly authSchemes: readonly object[] }];
  const placed = (find: typeof s3EndpointOf, parameters: object): Placed => {
    try {
      const { url, properties } = find({ Region: "eu-central-1", ...parameters });
      return [String(url), properties];
    } catch (error) {
      return [(error as Error).message];
    }
  };
  const buckets = [
    ...[undefined, "a", "ab", "abc", "a-b", "a.b", "Ab", "a_b", "-ab", "ab-", "a..b", "1.2.3.4"],
    ...["x".repeat(63), "x".repeat(64), "abc--op-s3", "a b", "ä", "xn--a"],
  ];
  const places = [
    {},
    ...[
      "us-east-1",
      "aws-global",
      "cn-north-1",
      "us-gov-west-1",
      "eusc-de-east-1",
      "mars-north-1",
    ].map((Region) => ({ Region })),
    ...[
      "http://127.0.0.1:99",
      "http://localhost:99",
      "http://localhost:99/base",
      "https://[::1]:9",
    ].map((Endpoint) => ({ Endpoint })),
  ];
  const options = [
    {},
    { UseFIPS: true },
    { UseDualStack: true },
    { UseFIPS: true, UseDualStack: true },
    { ForcePathStyle: true },
  ];
  test.each(buckets.map((Bucket) => [Bucket]))("of the bucket %j are the SDK's", (Bucket) => {
    for (const place of places)
      for (const option of options) {
        const asked = { ...(Bucket !== undefined && { Bucket }), ...place, ...option };
        expect([asked, placed(s3EndpointOf, asked)]).toEqual([
          asked,
          placed(endpointProvider as never, asked),
        ]);
      }
  });
  test("directory buckets are listed where the SDK lists them", () => {
    const asked = { UseS3ExpressControlEndpoint: true };
    const [url, signed] = placed(endpointProvider as never, asked);
    expect(placed(s3EndpointOf, asked)).toEqual([url, { authSchemes: signed?.authSchemes }]);
    const named = { Bucket: "abc", ...asked };
    expect(placed(s3EndpointOf, named)).toEqual(placed(endpointProvider as never, named));
  });
  test.each([
    ["arn:aws:s3:us-west-2:111122223333:accesspoint/a"],
    ["a--use1-az4--x-s3"],
    ["a--use1-az4--xa-s3"],
  ])("of %s, which is signed in another way, are refused by name", (Bucket) => {
    expect(placed(s3EndpointOf, { Bucket })[0]).toContain("left out of Nightshift's bundles");
  });
});

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function made(sdk: Sdk, command: string, input: object, config: object = {}) {
  const Client = sdk.S3Client as ClientClass;
  const Command = sdk[`${command}Command`] as CommandClass;
  return { client: new Client({ ...base, ...config }), asked: new Command(input) };
}

/** What is made of answers in turn, and how often was asked. */
async function answered(sdk: Sdk, [command, input]: [string, object], answers: readonly Answer[]) {
  let sent = 0;
  const requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async () => {
      const { status = 200, headers = {}, body = "" } = answers[sent] ?? answers.at(-1) ?? {};
      sent += 1;
      return { response: { statusCode: status, headers, body: Buffer.from(body) } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
  const { client, asked } = made(sdk, command, input, { requestHandler });
  watchWhole(client);
  const output = (await client.send(asked).catch((thrown: unknown) => thrown)) as object;
  const { stack: _, $metadata, ...fields } = output as { stack?: string; $metadata?: object };
  const { totalRetryDelay: _delay, ...metadata } = ($metadata ?? {}) as Record<string, unknown>;
  const error = output instanceof Error && { name: output.name, message: output.message };
  return { sent, ...fields, ...error, metadata };
}

const Bucket = "abc";
const failure = (code: string, more = "") =>
  `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>why</Message>${more}<RequestId>r</RequestId></Error>`;
const lifecycle: [string, object] = ["GetBucketLifecycleConfiguration", { Bucket }];
const asks: readonly (readonly [what: string, ask: [string, object], answers: Answer[]])[] = [
  [
    "buckets and where to go on",
    ["ListBuckets", {}],
    [
      {
        body: `<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>o</ID></Owner><Buckets><Bucket><CreationDate>2026-11-21T02:00:00.000Z</CreationDate><BucketRegion>eu-west-1</BucketRegion><Name>a</Name></Bucket></Buckets><ContinuationToken>t</ContinuationToken></ListAllMyBucketsResult>`,
      },
    ],
  ],
  [
    "no buckets",
    ["ListBuckets", {}],
    [{ body: "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>" }],
  ],
  [
    "rules of every kind",
    lifecycle,
    [
      {
        headers: { "x-amz-transition-default-minimum-object-size": "all_storage_classes_128K" },
        body: `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>a &amp; b</ID><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>l</Key><Value/></Tag><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter><Status>Enabled</Status><Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration><NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays><NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule><Rule><ID>old</ID><Prefix>q/</Prefix><Status>Disabled</Status><Expiration><Date>2027-01-31T00:00:00.000Z</Date></Expiration></Rule><Rule><ID>all</ID><Filter/><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>`,
      },
    ],
  ],
  [
    "a filter that it does not know, which makes it no whole one",
    lifecycle,
    [
      {
        body: "<LifecycleConfiguration><Rule><ID>a</ID><Filter><New>1</New></Filter><Status>Enabled</Status></Rule></LifecycleConfiguration>",
      },
    ],
  ],
  ["no lifecycle", lifecycle, [{ status: 404, body: failure("NoSuchLifecycleConfiguration") }]],
  ["no such bucket", lifecycle, [{ status: 404, body: failure("NoSuchBucket") }]],
  ["one that is denied", lifecycle, [{ status: 403, body: failure("AccessDenied") }]],
  [
    "one in another region, which is told and not followed",
    lifecycle,
    [
      {
        status: 301,
        headers: { "x-amz-bucket-region": "eu-west-1" },
        body: failure("PermanentRedirect", "<Endpoint>abc.s3.eu-west-1.amazonaws.com</Endpoint>"),
      },
    ],
  ],
  [
    "throttled, and asked again",
    lifecycle,
    [
      { status: 503, body: failure("SlowDown") },
      { status: 404, body: failure("NoSuchBucket") },
    ],
  ],
  [
    "a failure with the status of a success, and asked again",
    ["DeleteObjects", { Bucket, Delete: { Objects: [{ Key: "a" }] } }],
    [
      { body: failure("InternalError") },
      {
        body: "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code></Error></DeleteResult>",
      },
    ],
  ],
  ["no bucket, in an answer without a body", ["HeadBucket", { Bucket }], [{ status: 404 }]],
  ["one elsewhere, in an answer without a body", ["HeadBucket", { Bucket }], [{ status: 301 }]],
  ["a name that would be a path", ["HeadBucket", { Bucket: "a/b" }], [{}]],
  ["no name: it would be asked of the account", ["DeleteBucketLifecycle", { Bucket: "" }], [{}]],
  ["no name at all", ["DeleteBucketLifecycle", {}], [{}]],
];

test.each(asks)("what is made of %s is what the SDK makes of it", async (_, ask, answers) => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  onTestFinished(() => void vi.restoreAllMocks());
  const ours = await answered(bundled, ask, answers);
  expect(ours).toEqual(await answered(installed as unknown as Sdk, ask, answers));
});

test.each([
  ["rules of every kind", true],
  ["a filter that it does not know, which makes it no whole one", false],
])("%s: whether a lifecycle was read whole is told (%s)", async (name, isWhole) => {
  const [, ask = lifecycle, answers = []] = asks.find(([what]) => what === name) ?? [];
  expect(await answered(bundled, ask, answers)).toMatchObject({ isWhole });
});

test.each<[command: string, input: object]>([
  ["GetObject", { Bucket, Key: "a", SSECustomerKey: "k" }],
  ["CreateBucket", { Bucket }],
])("%s, which no unit calls, is refused by name", async (command, input) => {
  const { sent, message } = (await answered(bundled, [command, input], [{}])) as never as {
    sent: number;
    message: string;
  };
  expect([sent, message]).toEqual([0, expect.stringContaining("left out of Nightshift's bundles")]);
});

describe("asked of the embedded AWS", { tags: ["moto"] }, () => {
  let aws: TestAccount;
  beforeAll(async () => {
    aws = await embedded();
    const s3 = aws.client(installed.S3Client);
    const CreateBucketConfiguration = { LocationConstraint: aws.region as "eu-west-1" };
    await s3.send(
      new installed.CreateBucketCommand({ Bucket: "logs.of", CreateBucketConfiguration }),
    );
  });

  test("what one writes the other reads, and what is removed is gone for both", async () => {
    const config = { endpoint: aws.endpoint, region: aws.region, credentials: aws.credentials };
    const send = (sdk: Sdk, command: string, input: object = {}) => {
      const { client, asked } = made(sdk, command, { Bucket: "logs.of", ...input }, config);
      return client.send(asked);
    };
    const LifecycleConfiguration = {
      Rules: [
        {
          ID: "a",
          Status: "Enabled",
          Filter: { And: { Prefix: "p", Tags: [{ Key: "k", Value: "v" }] } },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        },
      ],
    };
    for (const [writer, reader] of [
      [bundled, installed as unknown as Sdk],
      [installed as unknown as Sdk, bundled],
    ] as const) {
      await send(writer, "PutBucketLifecycleConfiguration", { LifecycleConfiguration });
      const { Rules } = await send(reader, "GetBucketLifecycleConfiguration");
      expect(Rules).toEqual(LifecycleConfiguration.Rules);
      await send(writer, "DeleteBucketLifecycle");
      await expect(send(reader, "GetBucketLifecycleConfiguration")).rejects.toThrow(
        expect.objectContaining({ name: "NoSuchLifecycleConfiguration" }),
      );
    }
    const { Buckets } = await send(bundled, "ListBuckets");
    expect(Buckets).toMatchObject([{ Name: "logs.of" }]);
  });

  test("an object that one puts the other reads, with its words, and a second one is refused", async () => {
    const config = { endpoint: aws.endpoint, region: aws.region, credentials: aws.credentials };
    const send = (sdk: Sdk, command: string, input: object = {}) => {
      const { client, asked } = made(sdk, command, { Bucket: "logs.of", ...input }, config);
      return client.send(asked);
    };
    const other = installed as unknown as Sdk;
    const Metadata = { sha256: "a1", action: "unit.run.id" };
    for (const [writer, reader, Body] of [
      [bundled, other, "zwölf\n"],
      [other, bundled, "zwölf\n"],
      [bundled, other, Buffer.from([0, 255, 1])],
      [bundled, bundled, ""],
    ] as const) {
      const Key = "a b/ü.json";
      await send(writer, "PutObject", { Key, Body, Metadata });
      expect(await send(reader, "HeadObject", { Key })).toMatchObject({ Metadata });
      const read = await send(reader, "GetObject", { Key });
      expect((await contentOf(read.Body)).equals(Buffer.from(Body))).toBe(true);
      await expect(
        send(writer, "PutObject", { Key, Body, IfNoneMatch: "*" }),
      ).rejects.toMatchObject({ name: "PreconditionFailed" });
      await send(writer, "CopyObject", { Key: "copy", CopySource: "logs.of/a%20b/%C3%BC.json" });
      expect(await send(reader, "HeadObject", { Key: "copy" })).toMatchObject({ Metadata });
      const Objects = [Key, "copy"].map((each) => ({ Key: each }));
      await send(writer, "DeleteObjects", { Delete: { Objects } });
      await expect(send(reader, "GetObject", { Key })).rejects.toMatchObject({ name: "NoSuchKey" });
    }
  });
});
