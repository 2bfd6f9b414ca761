/** Whether volumes were attached, by their metrics: only what is attached has any. */
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";

type Read = Reader<readonly [typeof getMetricData]>;

/** Queries that a call takes. */
const queriesPerCall = 500;

const usesOf = (Id: string, VolumeId: string | undefined) => ({
  Id,
  MetricStat: {
    Metric: {
      Namespace: "AWS/EBS",
      MetricName: "VolumeReadOps",
      Dimensions: [{ Name: "VolumeId", Value: VolumeId }],
    },
    Period: 300,
    Stat: "SampleCount",
  },
});

/** Those that were attached at some time since. */
export async function usedSince(
  read: Read,
  volumes: readonly (string | undefined)[],
  { since, now }: { readonly since: Date; readonly now: Date },
): Promise<ReadonlySet<string | undefined>> {
  const used = new Set<string | undefined>();
  for (const some of chunks(volumes, queriesPerCall)) {
    const MetricDataQueries = some.map((id, at) => usesOf(`v${at}`, id));
    const data = read(getMetricData({ MetricDataQueries, StartTime: since, EndTime: now }));
    for await (const { Id = "", Values = [] } of data)
      if (Values.length) used.add(some[Number(Id.slice(1))]);
  }
  return used;
}
