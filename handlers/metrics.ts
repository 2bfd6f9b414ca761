/** What is counted, under the namespace Nightshift, by service. */
import { Metrics } from "@aws-lambda-powertools/metrics";

/** `found`, `applied`, `held`, `failed`: things of a run; `calls`: to AWS; `told`: messages; `foreign`: events of accounts or regions that are not ours. */
export type Counted = "found" | "applied" | "held" | "failed" | "calls" | "told" | "foreign";

export interface Counter {
  add(what: Counted, count: number): void;
  /** Sends what was counted, once an invocation; nothing counted sends nothing. */
  publish(): void;
}

/** CloudWatch's embedded metric format: a JSON line on stdout, no call. */
export function lambdaMetrics(service: string): Counter {
  const metrics = new Metrics({ namespace: "Nightshift", serviceName: service });
  const counted = new Map<Counted, number>();
  return {
    add: (what, count) => void counted.set(what, (counted.get(what) ?? 0) + count),
    publish() {
      if (counted.size === 0) return;
      for (const [what, count] of counted) metrics.addMetric(what, "Count", count);
      counted.clear();
      metrics.publishStoredMetrics();
    },
  };
}

/** For the command line and the embedded AWS: counts nothing, prints nothing. */
export const noMetrics: Counter = { add: () => undefined, publish: () => undefined };
