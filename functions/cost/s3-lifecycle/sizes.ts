/** How much lies in buckets, by class of storage, as CloudWatch is told of it once a day. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { before, days } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";

/**
 * Classes as CloudWatch names them, and as people do. What objects of a class take besides their own
 * size is left out.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
 */
const classes: Readonly<Record<string, string>> = {
  StandardStorage: "Standard",
  ReducedRedundancyStorage: "Reduced Redundancy",
  IntelligentTieringFAStorage: "Intelligent-Tiering, frequent",
  IntelligentTieringIAStorage: "Intelligent-Tiering, infrequent",
  StandardIAStorage: "Standard-IA",
  OneZoneIAStorage: "One Zone-IA",
  GlacierInstantRetrievalStorage: "Glacier Instant Retrieval",
  GlacierStorage: "Glacier Flexible Retrieval",
  DeepArchiveStorage: "Glacier Deep Archive",
};

/** Bytes, by class. */
export type StoredBytes = Readonly<Record<string, number>>;

/** A day's size is told up to a day after it. */
const lastDays = days(3);
const day = 86_400;

const queryOf = (Id: string, bucket: string, kind: string): MetricDataQuery => ({
  Id,
  MetricStat: {
    Period: day,
    Stat: "Average",
    Metric: {
      Namespace: "AWS/S3",
      MetricName: "BucketSizeBytes",
      Dimensions: [
        { Name: "BucketName", Value: bucket },
        { Name: "StorageType", Value: kind },
      ],
    },
  },
});

/** @returns by bucket; one that CloudWatch has heard nothing of is not there */
export async function storedIn(
  read: Reader<readonly [typeof getMetricData]>,
  buckets: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, StoredBytes>> {
  const asked = buckets.flatMap((bucket) => Object.keys(classes).map((kind) => ({ bucket, kind })));
  const stored = new Map<string, Record<string, number>>();
  const MetricDataQueries = asked.map(({ bucket, kind }, at) => queryOf(`m${at}`, bucket, kind));
  const stretch = { StartTime: before(now, lastDays), EndTime: now };
  // Newest first: a query's first point is the last that is known.
  const options = { ScanBy: "TimestampDescending" as const };
  const seen = new Set<string>();
  for await (const { Id = "", Values: [bytes] = [] } of read(
    getMetricData({ MetricDataQueries, ...stretch, ...options }),
  )) {
    const query = asked[Number(Id.slice(1))];
    if (!query || bytes === undefined || seen.has(Id)) continue;
    seen.add(Id);
    const known = stored.get(query.bucket) ?? {};
    stored.set(query.bucket, { ...known, [classes[query.kind] ?? query.kind]: bytes });
  }
  return stored;
}

export const totalOf = (stored: StoredBytes): number =>
  Object.values(stored).reduce((sum, bytes) => sum + bytes, 0);

const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `3.2 TiB` */
export function sizeInWords(bytes: number): string {
  let [size, at] = [bytes, 0];
  while (size >= 1024 && at < units.length - 1) {
    size /= 1024;
    at += 1;
  }
  return `${at === 0 ? Math.round(size) : size.toFixed(1)} ${units[at]}`;
}
