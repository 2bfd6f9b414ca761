/** Data streams of Kinesis, and who reads them by a rate of their own. */
import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  paginateListStreamConsumers,
  paginateListStreams,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import "../../sdk/bundled.ts";
import { paged, read } from "../../sdk/call.ts";

type Config = NonNullable<ConstructorParameters<typeof KinesisClient>[0]>;

/**
 * Its own client speaks HTTP/2, for streams of events that nobody asks for here, and whose handler
 * knows no limit of time for a connection.
 */
export class PlainKinesisClient extends KinesisClient {
  constructor(config: Config) {
    const { requestHandler } = config;
    // In bundles the client is the small one, which speaks HTTP/1.1 as it is.
    super(
      globalThis.nightshiftBundled
        ? config
        : { ...config, requestHandler: NodeHttpHandler.create(requestHandler as never) },
    );
  }
}

export const listStreams = paged("kinesis:ListStreams", PlainKinesisClient, paginateListStreams, {
  items: ({ StreamSummaries }) => StreamSummaries,
});

export const describeStreamSummary = read(
  "kinesis:DescribeStreamSummary",
  PlainKinesisClient,
  DescribeStreamSummaryCommand,
  { on: "stream/*", absent: ["ResourceNotFoundException"] },
);

/** Those with enhanced fan-out: readers that poll are not registered. */
export const listStreamConsumers = paged(
  "kinesis:ListStreamConsumers",
  PlainKinesisClient,
  paginateListStreamConsumers,
  { items: ({ Consumers }) => Consumers, on: "stream/*" },
);

/** Of a stream that is deleted while its consumers are listed. */
export const isStreamGone = (error: unknown): boolean =>
  error instanceof Error && error.name === "ResourceNotFoundException";
