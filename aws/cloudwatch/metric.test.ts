import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import { after, days, hours, minutes, type Span } from "../../sdk/time.ts";
import { getMetricData } from "./metric.ts";

const StartTime = new Date("2026-11-07T04:00:00Z");
const hourly = (count: number, Period = 3600): MetricDataQuery[] =>
  Array.from({ length: count }, (_, at) => ({
    Id: `q${at}`,
    MetricStat: { Metric: { Namespace: "AWS/EC2", MetricName: "m" }, Period, Stat: "Average" },
  }));

/** How many queries each request had. */
async function sizes(MetricDataQueries: MetricDataQuery[], during: Span): Promise<number[]> {
  const sent: number[] = [];
  const client = {
    config: {},
    async send({ input }: { input: { MetricDataQueries: MetricDataQuery[] } }) {
      sent.push(input.MetricDataQueries.length);
      return { MetricDataResults: input.MetricDataQueries.map(({ Id }) => ({ Id })) };
    },
    destroy() {},
  };
  Object.setPrototypeOf(client, getMetricData.client.prototype as object);
  const asked = { MetricDataQueries, StartTime, EndTime: after(StartTime, during) };
  const given = getMetricData.ask(client, asked) as AsyncIterable<{ Id: string }>;
  const ids = (await Array.fromAsync(given)).map(({ Id }) => Id);
  expect(ids).toEqual(MetricDataQueries.map(({ Id }) => Id));
  return sent;
}

test("two hundred queries of 14 days by the hour are asked in two requests: one did not answer in time", async () => {
  expect(await sizes(hourly(200), days(14))).toEqual([100, 100]);
});
test("of short times, no more than CloudWatch takes", async () => {
  expect(await sizes(hourly(1200), hours(2))).toEqual([500, 500, 200]);
});
test("a query with more points than are asked at once is asked alone", async () => {
  expect(await sizes(hourly(2, 60), days(60))).toEqual([1, 1]);
});
test("what is computed from other queries stays with them", async () => {
  const sum: MetricDataQuery = { Id: "sum", Expression: "SUM(METRICS())" };
  expect(await sizes([...hourly(300), sum], days(14))).toEqual([301]);
});
test("a time that is none, and a period that is missing, are asked all the same", async () => {
  const missing = {
    Id: "q",
    MetricStat: { Metric: {}, Stat: "Sum" },
  } as unknown as MetricDataQuery;
  expect(await sizes([missing], minutes(0))).toEqual([1]);
});
