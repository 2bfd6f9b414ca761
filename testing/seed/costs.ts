/**
 * What the account has cost, by day and service. The embedded AWS counts no costs: it answers what
 * it is given.
 */
import { before, days } from "../../sdk/time.ts";
import { record } from "../recorded-answer.ts";
import type { SeededAccount } from "./thing.ts";

/** So many days back; the report asks for thirty, or for the month if that is longer. */
const length = 31;

/** US dollars a day, and how it moved: `by` at the end of the time. */
const services = [
  { name: "Amazon Elastic Compute Cloud - Compute", daily: 41.2, by: 1.4 },
  { name: "Amazon Relational Database Service", daily: 18.75, by: 1 },
  { name: "AmazonCloudWatch", daily: 9.1, by: 1.1 },
  { name: "Amazon Simple Storage Service", daily: 6.4, by: 0.95 },
  { name: "AWS Lambda", daily: 2.3, by: 1 },
  { name: "AWS Key Management Service", daily: 0.6, by: 1 },
] as const;

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const costsGrouped = (keys: readonly string[], ResultsByTime: readonly object[]) => ({
  GroupDefinitions: keys.map((Key) => ({ Type: "DIMENSION", Key })),
  ResultsByTime,
  DimensionValueAttributes: [],
});

/** What backups cost in a whole month, in US dollars, and the gigabytes of it. */
const backups = [
  { service: "EC2 - Other", usage: "EUC1-EBS:SnapshotUsage", cost: 18.36 },
  {
    service: "Amazon Relational Database Service",
    usage: "EUC1-RDS:ChargedBackupUsage",
    cost: 3.42,
  },
  { service: "Amazon DynamoDB", usage: "EUC1-TimedBackupStorage-ByteHrs", cost: 0.24 },
] as const;

/** The last month, and this one as far as it is over. */
function backupsByMonth(now: Date): object[] {
  const firstOf = (months: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1));
  const thisMonth = { Start: dayOf(firstOf(0)), End: dayOf(now) };
  const passed = (now.getUTCDate() - 1) / 30;
  return [
    {
      TimePeriod: { Start: dayOf(firstOf(1)), End: dayOf(firstOf(0)) },
      Estimated: false,
      share: 1,
    },
    ...(passed > 0 ? [{ TimePeriod: thisMonth, Estimated: true, share: passed }] : []),
  ].map(({ share, ...month }) => ({
    ...month,
    Groups: backups.map(({ service, usage, cost }) => ({
      Keys: [service, usage],
      Metrics: { UnblendedCost: { Amount: (cost * share).toFixed(4), Unit: "USD" } },
    })),
  }));
}

/** What of EC2 grew, and what did not. */
const usage = [
  { type: "EUC1-BoxUsage:m5.large", daily: 33, by: 1.5 },
  { type: "EUC1-DataTransfer-Out-Bytes", daily: 8.2, by: 1 },
] as const;

const computeByUsage = (now: Date): object[] =>
  Array.from({ length }, (_, at) => length - at).map((ago) => ({
    TimePeriod: { Start: dayOf(before(now, days(ago))), End: dayOf(before(now, days(ago - 1))) },
    Groups: usage.map(({ type, daily, by }) => ({
      Keys: [type, services[0].name],
      Metrics: {
        UnblendedCost: { Amount: (daily * (ago <= 7 ? by : 1)).toFixed(4), Unit: "USD" },
      },
    })),
  }));

/** US dollars that AWS expects of each day that is left of the month. */
const expected = { mean: 82, from: 74, to: 91 } as const;

/** As AWS's documentation shows it. */
function forecastFrom(now: Date): object {
  const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
  const left = Math.ceil((end.getTime() - now.getTime()) / 86_400_000);
  const amount = (daily: number) => (daily * left).toFixed(2);
  return {
    Total: { Amount: amount(expected.mean), Unit: "USD" },
    ForecastResultsByTime: [
      {
        TimePeriod: { Start: dayOf(now), End: dayOf(end) },
        MeanValue: amount(expected.mean),
        PredictionIntervalLowerBound: amount(expected.from),
        PredictionIntervalUpperBound: amount(expected.to),
      },
    ],
  };
}

export async function seedCosts({ endpoint, id, now }: SeededAccount): Promise<void> {
  const place = { endpoint, account: id, region: "us-east-1" };
  await record(place, { path: "GetCostForecast", answer: forecastFrom(now) });
  const ResultsByTime = Array.from({ length }, (_, at) => length - at).map((ago) => ({
    TimePeriod: { Start: dayOf(before(now, days(ago))), End: dayOf(before(now, days(ago - 1))) },
    Estimated: ago < 3,
    Groups: services.map(({ name, daily, by }) => {
      // The last week costs what `by` says; weekends a little less.
      const weekend = [0, 6].includes(before(now, days(ago)).getUTCDay()) ? 0.85 : 1;
      return {
        Keys: [name],
        Metrics: {
          UnblendedCost: {
            Amount: (daily * weekend * (ago <= 7 ? by : 1)).toFixed(4),
            Unit: "USD",
          },
        },
      };
    }),
  }));
  const answer = await fetch(`${endpoint}/moto-api/static/ce/cost-and-usage-results`, {
    method: "POST",
    body: JSON.stringify({
      account_id: id,
      results: [
        costsGrouped(["SERVICE", "RECORD_TYPE"], ResultsByTime),
        costsGrouped(["SERVICE", "USAGE_TYPE"], backupsByMonth(now)),
        costsGrouped(["USAGE_TYPE", "SERVICE"], computeByUsage(now)),
      ],
    }),
  });
  if (!answer.ok) throw new Error(`The embedded AWS took no costs: it answered ${answer.status}.`);
}
