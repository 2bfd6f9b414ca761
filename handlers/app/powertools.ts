/**
 * Logs and metrics as deployed; apart from their interfaces, because Powertools costs 40 ms of load
 * where nobody uses it.
 */
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { fieldsOf } from "../../sdk/fields.ts";
import { redact, redactText } from "../../sdk/redact.ts";
import type { InvocationLog } from "./log.ts";
import type { Counted, Counter } from "./metrics.ts";

/** Characters of one line: CloudWatch takes 256 KB, and nobody reads that. */
const longestLine = 30_000;

/** Fields without secrets. Errors are fields too: their messages quote what AWS or a payload said. */
const safe = (fields: object): Record<string, unknown> => ({
  ...fieldsOf(redact(fields, { text: 4_000, total: longestLine })),
});

/**
 * JSON lines for CloudWatch Logs, on stdout, without secrets. Level by `POWERTOOLS_LOG_LEVEL`.
 */
export function lambdaLog(service: string): InvocationLog {
  const logger = new Logger({ serviceName: service });
  return {
    info: (message, fields = {}) => logger.info(redactText(message), safe(fields)),
    warn: (message, fields = {}) => logger.warn(redactText(message), safe(fields)),
    error: (message, fields = {}) => logger.error(redactText(message), safe(fields)),
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
