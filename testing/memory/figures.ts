/**
 * CloudWatch and Cost Explorer: figures that nobody can change. Every machine idles; each day costs
 * the same.
 */
import { TransactionRefused } from "./table.ts";

interface Asked {
  readonly MetricDataQueries: readonly {
    readonly Id: string;
    readonly MetricStat: { readonly Metric: { readonly MetricName: string } };
  }[];
  /** In seconds since 1970. */
  readonly StartTime: number;
  readonly EndTime: number;
}
const hour = 3600;
const day = 86_400_000;

export function metrics(
  operation: string,
  { MetricDataQueries, StartTime, EndTime }: Asked,
): object {
  if (operation !== "GetMetricData") throw new TransactionRefused("InvalidAction", operation);
  const hours = Math.round((EndTime - StartTime) / hour);
  return {
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => ({
      Id,
      Label: MetricStat.Metric.MetricName,
      StatusCode: "Complete",
      Timestamps: Array.from({ length: hours }, (_, at) => StartTime + at * hour),
      Values: Array.from({ length: hours }, () => 1),
    })),
  };
}

export function costs(
  operation: string,
  { TimePeriod }: { readonly TimePeriod: { readonly Start: string; readonly End: string } },
): object {
  if (operation === "GetCostForecast")
    return {
      Total: { Amount: "125", Unit: "USD" },
      ForecastResultsByTime: [
        {
          TimePeriod,
          MeanValue: "125",
          PredictionIntervalLowerBound: "110",
          PredictionIntervalUpperBound: "140",
        },
      ],
    };
  if (operation !== "GetCostAndUsage")
    throw new TransactionRefused("UnknownOperationException", operation);
  const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
  const [start, end] = [Date.parse(TimePeriod.Start), Date.parse(TimePeriod.End)];
  return {
    ResultsByTime: Array.from({ length: (end - start) / day }, (_, at) => ({
      TimePeriod: { Start: dayOf(start + at * day), End: dayOf(start + (at + 1) * day) },
      Groups: [
        {
          Keys: ["Amazon Elastic Compute Cloud - Compute"],
          Metrics: { UnblendedCost: { Amount: "12.5", Unit: "USD" } },
        },
      ],
      Estimated: false,
    })),
  };
}
