/**
 * Tells which data streams of Kinesis nothing goes through. Idle is what stayed idle: for weeks on end
 * nothing was put into it, and whoever reads it was given nothing. That a reader asks again and again
 * is no use: functions and Firehose do so for as long as there is a stream. It says who is registered
 * to read it, which functions it feeds, and what is paid for: shards by the hour, a stream on demand
 * by the hour too.
 *
 * A stream cannot be stopped, and one that is deleted takes its records with it: so this tells, and
 * changes nothing. CloudWatch hears of a stream only when something goes through; where it heard of
 * none of the region, the message says that too.
 */
import type { StreamSummary } from "@aws-sdk/client-kinesis";
import type { IdleKind } from "../../../aws/cloudwatch/idle.ts";
import {
  describeStreamSummary,
  isStreamGone,
  listStreamConsumers,
  listStreams,
} from "../../../aws/kinesis/stream.ts";
import { listEventSourceMappings } from "../../../aws/lambda/event-source-mapping.ts";
import { count } from "../../../sdk/counted.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { idleReport } from "../idle-report.ts";

const reads = [
  listStreams,
  describeStreamSummary,
  listStreamConsumers,
  listEventSourceMappings,
] as const;
type Read = Reader<typeof reads>;

/** On its way in, out or to other shards it is not judged. */
async function* activeStreams(read: Read): AsyncGenerator<StreamSummary> {
  for await (const stream of read(listStreams({})))
    if (stream.StreamStatus === "ACTIVE") yield stream;
}

/**
 * What was put in, and what was given to those who ask. Of hours without any there is no point.
 * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
 */
const withoutRecords: IdleKind<StreamSummary> = {
  since: ({ StreamCreationTimestamp }) => StreamCreationTimestamp,
  stages: [
    ({ StreamName }) =>
      ["IncomingRecords", "GetRecords.Records"].map((name) => ({
        metric: {
          namespace: "AWS/Kinesis",
          name,
          stat: "Sum" as const,
          dimensions: { StreamName },
        },
        below: 1,
        sparse: true as const,
      })),
  ],
};

/** What a shard holds, and how it is paid for. */
function capacityOf(mode: string | undefined, shards: number | undefined): string {
  if (mode === "ON_DEMAND") return "on demand";
  return shards === undefined ? "not known" : count(shards, "shard");
}

/** @returns nothing where the stream is gone by now */
async function readersOf(read: Read, stream: string | undefined): Promise<string | undefined> {
  try {
    return await namedReaders(read, stream);
  } catch (error) {
    if (isStreamGone(error)) return undefined;
    throw error;
  }
}

async function namedReaders(read: Read, StreamARN: string | undefined): Promise<string> {
  const consumers = await Array.fromAsync(read(listStreamConsumers({ StreamARN })));
  const mappings = await Array.fromAsync(
    read(listEventSourceMappings({ EventSourceArn: StreamARN })),
  );
  const functions = mappings.map(({ FunctionArn = "", State }) => {
    const name = FunctionArn.split(":function:").at(-1);
    return State === "Disabled" ? `function ${name} (disabled)` : `function ${name}`;
  });
  const registered = consumers.map(({ ConsumerName }) => `consumer ${ConsumerName}`);
  return [...registered, ...functions].join(", ") || "none known";
}

export default idleReport({
  id: "idle-streams",
  summary: "Tells which data streams of Kinesis nothing has gone through for weeks",
  at: "cron(25 7 ? * MON *)",
  noun: "data stream",
  reads,
  things: activeStreams,
  nameOf: ({ StreamName = "" }) => StreamName,
  kind: withoutRecords,
  columns: ["capacity", "keeps records for", "who reads it"],
  async cells({ StreamName, StreamARN, StreamModeDetails }, _, read) {
    const told = await read(describeStreamSummary({ StreamName }));
    const summary = told?.StreamDescriptionSummary;
    if (!summary) return undefined;
    const readers = await readersOf(read, StreamARN);
    if (readers === undefined) return undefined;
    const { OpenShardCount, RetentionPeriodHours } = summary;
    return [
      capacityOf(StreamModeDetails?.StreamMode, OpenShardCount),
      RetentionPeriodHours === undefined ? "not known" : count(RetentionPeriodHours, "hour"),
      readers,
    ];
  },
  unheard:
    "CloudWatch has heard of no data stream of this region in that time: either nothing uses any of them, or it is not told. Look at one that you know to be used before you believe it",
  price:
    "what they cost is not known here; shards are paid for by the hour, and a stream on demand by the hour too, used or not; records that are kept longer than a day are paid for besides",
  remedy:
    "Ask whoever its name and tags name, and the owners of what reads it. Until that is clear, fewer shards cost less (`aws kinesis update-shard-count`, half at a time). Then delete it with what reads it: its records go with it, and nothing brings them back",
});
