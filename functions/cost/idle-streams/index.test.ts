import type { StreamSummary } from "@aws-sdk/client-kinesis";
import { describe, expect, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import { each, type MeasuredValues, measuredAws } from "../../../test/setup/measured.ts";
import type { IdleRow } from "../idle-report.ts";
import unit from "./index.ts";

const now = new Date("2026-11-23T07:25:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };

const stream: StreamSummary = {
  StreamName: "clicks",
  StreamARN: "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks",
  StreamStatus: "ACTIVE",
  StreamModeDetails: { StreamMode: "PROVISIONED" },
  StreamCreationTimestamp: before(now, days(90)),
};
const busy: StreamSummary = { ...stream, StreamName: "orders" };
const onlyOrders: MeasuredValues = ({ dimensions }) =>
  dimensions === "StreamName=orders" ? [7] : [];

type Answers = Readonly<Record<string, (input: never) => unknown>>;

async function found(
  streams: readonly StreamSummary[],
  values: MeasuredValues = onlyOrders,
  { answers = {}, settings = {} }: { answers?: Answers; settings?: object } = {},
) {
  const config = unit.config.parse(settings);
  const aws = measuredAws(values, {
    "kinesis:ListStreams": () => each(streams),
    "kinesis:DescribeStreamSummary": async () => ({
      StreamDescriptionSummary: { OpenShardCount: 4, RetentionPeriodHours: 24 },
    }),
    "kinesis:ListStreamConsumers": () => each([{ ConsumerName: "archive" }]),
    "lambda:ListEventSourceMappings": () =>
      each([
        { FunctionArn: "arn:aws:lambda:eu-central-1:1:function:count", State: "Enabled" },
        { FunctionArn: "arn:aws:lambda:eu-central-1:1:function:old:live", State: "Disabled" },
      ]),
    ...answers,
  });
  const search = { ...here, config, only: undefined, read: aws.read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<IdleRow>);
  return { all, told: unit.tell(all, { ...here, config }), ...aws };
}
const namesIn = async (...asked: Parameters<typeof found>) =>
  (await found(...asked)).all.map(({ name }) => name);

test("a stream that nothing goes through is told, with what it costs by and who reads it", async () => {
  const { told, metrics } = await found([stream, busy]);
  expect(told).toMatchObject({
    title: "1 data stream in eu-central-1 has been idle for 14 days",
    table: {
      columns: ["name", "capacity", "keeps records for", "who reads it"],
      rows: [
        [
          "clicks",
          "4 shards",
          "24 hours",
          "consumer archive, function count, function old:live (disabled)",
        ],
      ],
    },
  });
  expect(told?.facts).not.toHaveProperty("how sure that is");
  const asked = { namespace: "AWS/Kinesis", stat: "Sum", dimensions: "StreamName=clicks" };
  expect(metrics.slice(0, 2)).toEqual([
    { ...asked, name: "IncomingRecords" },
    { ...asked, name: "GetRecords.Records" },
  ]);
});

test("where CloudWatch has heard of none at all, the message says how sure that is", async () => {
  const { told } = await found([stream]);
  expect(told?.facts?.["how sure that is"]).toMatch(/heard of no data stream of this region/);
});

test("that CloudWatch hears of one is known of all, however late that one is looked at", async () => {
  const first = Array.from({ length: 500 }, (_, nth) => ({ ...stream, StreamName: `s-${nth}` }));
  const { all, told } = await found([...first, busy]);
  expect(all).toHaveLength(500);
  expect(told?.facts).not.toHaveProperty("how sure that is");
});

test("one on demand has no shards to count, and nobody who reads it is said so", async () => {
  const answers = {
    "kinesis:ListStreamConsumers": () => each([]),
    "lambda:ListEventSourceMappings": () => each([]),
  };
  const onDemand = { ...stream, StreamModeDetails: { StreamMode: "ON_DEMAND" as const } };
  const { told } = await found([onDemand], onlyOrders, { answers });
  expect(told?.table?.rows[0]).toEqual(["clicks", "on demand", "24 hours", "none known"]);
});

describe("not told", () => {
  test.each<[what: string, metric: string]>([
    ["one record in two weeks", "IncomingRecords"],
    ["old records that somebody reads again", "GetRecords.Records"],
  ])("%s", async (_, metric) =>
    expect(await namesIn([stream], ({ name }) => (name === metric ? [1] : []))).toEqual([]),
  );

  test.each<[what: string, more: Partial<StreamSummary>]>([
    ["made within that time", { StreamCreationTimestamp: before(now, days(13)) }],
    ["of which AWS does not say when it was made", { StreamCreationTimestamp: undefined }],
    ["on its way in", { StreamStatus: "CREATING" }],
    ["on its way out", { StreamStatus: "DELETING" }],
    ["that is being resharded", { StreamStatus: "UPDATING" }],
  ])("one %s", async (_, more) => expect(await namesIn([{ ...stream, ...more }])).toEqual([]));

  test("what is named by its beginning", async () => {
    expect(await namesIn([stream], onlyOrders, { settings: { except: ["cl"] } })).toEqual([]);
  });

  test("one that goes while it is looked at", async () => {
    const answers = { "kinesis:DescribeStreamSummary": async () => undefined };
    expect(await namesIn([stream], onlyOrders, { answers })).toEqual([]);
  });

  test("one that goes before its consumers are listed", async () => {
    async function* gone() {
      yield await Promise.reject(
        Object.assign(new Error("gone"), { name: "ResourceNotFoundException" }),
      );
    }
    const answers = { "kinesis:ListStreamConsumers": gone };
    expect(await namesIn([stream], onlyOrders, { answers })).toEqual([]);
  });

  test("where there is none there is no message, and nothing is measured", async () => {
    const { told, operations } = await found([]);
    expect([told, operations]).toEqual([undefined, ["kinesis:ListStreams"]]);
  });
});

test("of 20,000 only those that idle are asked about further", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => ({ ...stream, StreamName: `s-${nth}` }));
  const values: MeasuredValues = ({ dimensions }) => (dimensions.endsWith("00") ? [] : [1]);
  const { all, operations } = await found(many, values);
  expect(all).toHaveLength(199);
  expect(operations.filter((name) => name === "kinesis:DescribeStreamSummary")).toHaveLength(199);
});

test.each([
  "kinesis:ListStreams",
  "kinesis:DescribeStreamSummary",
  "kinesis:ListStreamConsumers",
  "lambda:ListEventSourceMappings",
])("what AWS refuses of %s is an error, never a stream that nothing uses", async (operation) => {
  async function* refused() {
    yield await Promise.reject(new Error("AccessDenied"));
  }
  const isPaged = operation !== "kinesis:DescribeStreamSummary";
  const answer = isPaged ? refused : () => Promise.reject(new Error("AccessDenied"));
  await expect(found([stream], onlyOrders, { answers: { [operation]: answer } })).rejects.toThrow(
    "AccessDenied",
  );
});

test.each([{ days: 0 }, { days: 61 }, { except: "x" }, { streams: [] }])(
  "config %o is refused",
  (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false),
);
