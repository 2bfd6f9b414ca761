/**
 * Logs and metrics as deployed; apart from their interfaces, because Powertools costs 40 ms of load
 * where nobody uses it.
 */
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import type { InvocationLog } from "./log.ts";
import type { Counted, Counter } from "./metrics.ts";

/** JSON lines for CloudWatch Logs, on stdout. Level by `POWERTOOLS_LOG_LEVEL`. */
export function lambdaLog(service: string): InvocationLog {
  const logger = new Logger({ serviceName: service });
  return {
    info: (message, fields = {}) => logger.info(message, { ...fields }),
    warn: (message, fields = {}) => logger.warn(message, { ...fields }),
    error: (message, fields = {}) => logger.error(message, { ...fields }),
    begin: (context) => logger.addContext(context),
  };
}

/** CloudWatch's embedded metric format: a JSON line on stdout, no call. */
export function lambdaMetrics(service: string): Counter {
  const metrics = new Metrics({ serviceName: service });
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
