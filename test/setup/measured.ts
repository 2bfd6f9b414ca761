/** CloudWatch as it answers whole hours, for units that ask what things were measured to do. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { before, hours } from "../../sdk/time.ts";

/** A metric as it is asked for. */
export interface AskedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly stat: string;
  /** In alphabetical order: `Name=Value`, parted by commas. */
  readonly dimensions: string;
}

/** The values of its hours, the latest last. */
export type MeasuredValues = (metric: AskedMetric) => readonly number[];

/** An answer of the SDK's: one, or item by item. */
type Answers = Readonly<Record<string, (input: never) => unknown>>;

/** So many equal hours. */
export const flat = (value: number, length = 14 * 24): readonly number[] =>
  Array<number>(length).fill(value);

const askedMetric = ({ MetricStat }: MetricDataQuery): AskedMetric => {
  const { Namespace = "", MetricName = "", Dimensions = [] } = MetricStat?.Metric ?? {};
  const dimensions = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return {
    namespace: Namespace,
    name: MetricName,
    stat: MetricStat?.Stat ?? "",
    dimensions: dimensions.join(","),
  };
};

/**
 * Reads from literals.
 * @param answers by operation; what is not there is asked for in vain, and an error
 * @returns `read`, and what was asked of it
 */
export function measuredAws(values: MeasuredValues, answers: Answers = {}) {
  const queries: number[] = [];
  const metrics: AskedMetric[] = [];
  const operations: string[] = [];
  async function* hourly(asked: readonly MetricDataQuery[], end: Date) {
    for (const query of asked) {
      const metric = askedMetric(query);
      metrics.push(metric);
      const Values = values(metric);
      const Timestamps = Values.map((_, at) => before(end, hours(Values.length - at)));
      yield { Id: query.Id, Values, Timestamps };
    }
  }
  const read = ({ operation, input }: { readonly operation: string; readonly input: object }) => {
    operations.push(operation);
    if (operation === "cloudwatch:GetMetricData") {
      const { MetricDataQueries = [], EndTime } = input as {
        readonly MetricDataQueries?: readonly MetricDataQuery[];
        readonly EndTime: Date;
      };
      queries.push(MetricDataQueries.length);
      return hourly(MetricDataQueries, EndTime);
    }
    const answer = answers[operation];
    if (!answer) throw new Error(`${operation} has no answer here`);
    return answer(input as never);
  };
  return { read: read as never, queries, metrics, operations };
}

/** A listing, item by item. */
export async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** A listing, page by page of so many, and how many were listed so far. */
export function pagesOf<T>(items: readonly T[], size = 500) {
  const seen = { listed: 0 };
  const pages = () =>
    (async function* () {
      for (let at = 0; at < items.length; at += size) {
        const page = items.slice(at, at + size);
        seen.listed += page.length;
        yield page;
      }
    })();
  return { pages: pages as never, seen };
}

/** Where an automation looks, in literals. */
export const searching = (now: Date) => ({
  account: "123456789012",
  region: "eu-central-1",
  regions: ["eu-central-1"],
  only: undefined,
  now,
  remembered: async () => undefined,
  madeBy: async () => undefined,
  keptOn: async () => [],
  note: () => {},
});
