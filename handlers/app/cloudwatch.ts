/**
 * Logs and metrics as the deployed functions write them: JSON lines on stdout, which Lambda hands to
 * CloudWatch as they are. The fields are those of Powertools, so that what people query by them
 * stays; Powertools itself was 9 KB (compressed) of each bundle and a third of its load.
 */
import type { Context } from "aws-lambda";
import { fieldsOf } from "../../sdk/fields.ts";
import { redact, redactText } from "../../sdk/redact.ts";
import type { Clock } from "../../sdk/time.ts";
import type { InvocationLog } from "./log.ts";
import type { Counted, Counter } from "./metrics.ts";

/** Takes one line, without its end. */
type Write = (line: string) => void;
const toStdout: Write = (line) => process.stdout.write(`${line}\n`);

/** Characters of one line: CloudWatch takes 256 KB, and nobody reads that. */
const longestLine = 30_000;

/** Fields without secrets. Errors are fields too: their messages quote what AWS or a payload said. */
const safe = (fields: object): Record<string, unknown> => ({
  ...fieldsOf(redact(fields, { text: 4_000, total: longestLine })),
});

/** What JSON leaves out or refuses: nothing is said of it, and a count has no size. */
function plainValue(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value === null || value === "" ? undefined : value;
}

const levels = ["INFO", "WARN", "ERROR", "SILENT"];

/** Whether this process writes lines of a level: `NIGHTSHIFT_LOG_LEVEL`, else all. */
const isWritten = (level: string): boolean =>
  levels.indexOf(level) >= levels.indexOf(process.env.NIGHTSHIFT_LOG_LEVEL?.toUpperCase() ?? "");

/** `Root=1-abc;Parent=…;Sampled=0`, of this invocation: what X-Ray and other logs know it by. */
const traceOf = (id = process.env._X_AMZN_TRACE_ID): string | undefined =>
  /^(?:Root=)?([^;]+)/.exec(id ?? "")?.[1];

/**
 * JSON lines for CloudWatch Logs, on stdout, without secrets.
 * @param service the function's name, in each line
 * @param write where they go, for tests
 */
export function lambdaLog(service: string, clock: Clock, write: Write = toStdout): InvocationLog {
  let invocation: object = {};
  let begun = 0;
  const at =
    (level: string) =>
    (message: string, fields: object = {}) => {
      if (!isWritten(level)) return;
      const own = {
        level,
        message: redactText(message),
        timestamp: clock.now().toISOString(),
        service,
        ...invocation,
        xray_trace_id: traceOf(),
      };
      // A field of the same name is not ours; ours come first, where people look.
      write(JSON.stringify({ ...own, ...safe(fields), ...own }, plainValue));
    };
  return {
    info: at("INFO"),
    warn: at("WARN"),
    error: at("ERROR"),
    begin(context: Context) {
      begun += 1;
      invocation = {
        cold_start: begun === 1,
        function_arn: context.invokedFunctionArn,
        function_memory_size: context.memoryLimitInMB,
        function_name: context.functionName,
        function_request_id: context.awsRequestId,
      };
    },
  };
}

/**
 * CloudWatch's embedded metric format: one JSON line on stdout, no call. The namespace comes from
 * the deployment.
 * @param service the dimension
 */
export function lambdaMetrics(service: string, clock: Clock, write: Write = toStdout): Counter {
  const counted = new Map<Counted, number>();
  return {
    add: (what, count) => void counted.set(what, (counted.get(what) ?? 0) + count),
    publish() {
      if (counted.size === 0) return;
      const values = Object.fromEntries(counted);
      const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: "Count" }));
      const Namespace = process.env.NIGHTSHIFT_METRICS_NAMESPACE ?? "Nightshift";
      const directive = { Namespace, Dimensions: [["service"]], Metrics };
      const _aws = { Timestamp: clock.now().getTime(), CloudWatchMetrics: [directive] };
      counted.clear();
      write(JSON.stringify({ _aws, service, ...values }));
    },
  };
}
