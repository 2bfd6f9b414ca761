/** What CloudWatch's event of an alarm says, in fewer words. */
import * as z from "zod/mini";
import { bytesText } from "../../../sdk/bytes.ts";

/** A name may hold slashes: it is what follows the last colon. */
export const alarmNameIn = (arn: string): string => arn.split(":").at(-1) ?? arn;

export const alarmText = z.catch(z.optional(z.string()), undefined);
export const alarmState = z.object({
  value: z.string(),
  reason: alarmText,
  reasonData: alarmText,
  timestamp: alarmText,
  actionsSuppressedBy: alarmText,
});
const metric = z.object({
  expression: alarmText,
  label: alarmText,
  returnData: z.catch(z.optional(z.boolean()), undefined),
  metricStat: z.catch(
    z.optional(
      z.object({
        unit: alarmText,
        stat: alarmText,
        metric: z.object({
          namespace: alarmText,
          name: alarmText,
          dimensions: z.catch(z.optional(z.record(z.string(), z.string())), undefined),
        }),
      }),
    ),
    undefined,
  ),
});
export const alarmConfiguration = z.object({
  description: alarmText,
  metrics: z.catch(z.optional(z.array(metric)), undefined),
  alarmRule: alarmText,
});

/** `CPUUtilization of i-123`: the metric that the alarm watches, and of what. */
export function watchedMetric({
  metrics = [],
}: Partial<z.output<typeof alarmConfiguration>> = {}): {
  metric: string | undefined;
  dimensions: string | undefined;
  subject: string | undefined;
} {
  const stats = metrics.flatMap(({ metricStat }) => metricStat?.metric ?? []);
  const told =
    metrics.find(
      ({ returnData, metricStat, expression }) =>
        returnData !== false && (metricStat || !expression?.startsWith("ANOMALY_DETECTION_BAND")),
    ) ?? metrics[0];
  const own = told?.metricStat?.metric;
  const name = told?.label ?? own?.name ?? told?.expression;
  const measured = (own ? [own] : stats).flatMap(({ dimensions = {} }) =>
    Object.entries(dimensions),
  );
  const dimensions = [...new Set(measured.map(([key, value]) => `${key}=${value}`))];
  const values = [...new Set(measured.map(([, value]) => value))];
  return {
    metric: own?.namespace && own.name ? `${own.namespace} ${own.name}` : name,
    dimensions: dimensions.join(", ") || undefined,
    subject: name && [name, values.slice(0, 2).join(" ")].filter(Boolean).join(" of "),
  };
}

const beyond: Readonly<Record<string, string>> = {
  "greater than or equal to": "at or above",
  "greater than": "above",
  "less than or equal to": "at or below",
  "less than": "below",
};
type Shown = (number: string) => string;

const rounded: Shown = (number) =>
  Number.isFinite(Number(number)) ? String(Number(Number(number).toPrecision(4))) : number;

/** `16 GiB` */
const inBytes: Shown = (number) =>
  Number.isFinite(Number(number)) ? bytesText(Number(number)) : number;

/**
 * Metrics in bytes whose name does not say so. OpenSearch's `FreeStorageSpace` is in megabytes:
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html
 */
const databases = ["AWS/RDS", "AWS/DocDB", "AWS/Neptune"];
const bytesOf: ReadonlyMap<string, readonly string[]> = new Map([
  ["FreeStorageSpace", databases],
  ["FreeLocalStorage", databases],
  ["FreeableMemory", [...databases, "AWS/ElastiCache"]],
  ["SwapUsage", [...databases, "AWS/ElastiCache"]],
  ["BinLogDiskUsage", databases],
  ["TransactionLogsDiskUsage", databases],
  ["NetworkIn", ["AWS/EC2"]],
  ["NetworkOut", ["AWS/EC2"]],
]);

/** How an alarm's numbers are shown: those of a metric in bytes in units that people read. */
export function shownNumbers({
  metrics = [],
}: Partial<z.output<typeof alarmConfiguration>> = {}): Shown {
  const shown = metrics.filter(({ returnData }) => returnData !== false);
  const measured = shown.flatMap(({ metricStat }) => metricStat ?? []);
  const counts = (stat: string | undefined): boolean => /^(SampleCount|PR\()/.test(stat ?? "");
  const bytes = measured.filter(({ unit, stat, metric: { name = "", namespace = "" } }) => {
    if (counts(stat)) return false;
    if (unit !== undefined) return unit === "Bytes";
    return /Bytes$/.test(name) || bytesOf.get(name)?.includes(namespace) === true;
  });
  return bytes.length > 0 && bytes.length === shown.length ? inBytes : rounded;
}

const lower = /(not )?less than the lower thresholds? \[([^\],]{1,40})/;
const upper = /greater than the upper thresholds? \[([^\],]{1,40})/;

/** The two sides of what is expected, where a reason names a band. */
function bandIn(reason: string, shown: Shown) {
  const [under, over] = [lower.exec(reason), upper.exec(reason)];
  if (!under || !over) return undefined;
  return {
    inside: under[1] !== undefined,
    lower: shown(under[2] ?? ""),
    upper: shown(over[1] ?? ""),
  };
}

/** CloudWatch's own has at most 1,023 characters. */
const longestReason = 2_000;

/**
 * CloudWatch's own sentence, in fewer words: `is 99.5, above 50 (1 of 1 datapoints)`. The reason is
 * all there is: the event does not carry the comparison.
 */
export function thresholdCrossed(
  given: string,
  shown: Shown = rounded,
): { happened: string; threshold: string } | undefined {
  const reason = given.slice(0, longestReason);
  const many = /(?:(\d{1,9}) out of the last )?\b(\d{1,9}) datapoints?/.exec(reason);
  const value = /\[(-?[\d.eE+-]{1,40}) \(/.exec(reason)?.[1];
  const count = many ? ` (${many[1] ?? many[2]} of ${many[2]} datapoints)` : "";
  const is = value === undefined ? "is" : `is ${shown(value)},`;
  const band = bandIn(reason, shown);
  if (band) {
    const threshold = `${band.lower} to ${band.upper}, as expected from the past`;
    return {
      threshold,
      happened: `${is} ${band.inside ? "inside" : "outside"} ${band.lower} to ${band.upper}${count}`,
    };
  }
  const single =
    /(not )?(greater than or equal to|greater than|less than or equal to|less than) the threshold \(([^)]{1,40})\)/.exec(
      reason,
    );
  if (!single) return undefined;
  const threshold = `${beyond[single[2] ?? ""]} ${shown(single[3] ?? "")}`;
  return { threshold, happened: `${is} ${single[1] ?? ""}${threshold}${count}` };
}

/** The alarms that made a composite one change, and their states. */
export function triggeringAlarms(reasonData: string | undefined): string[] {
  try {
    const parsed = z
      .object({
        triggeringAlarms: z.array(
          z.object({ arn: z.string(), state: z.object({ value: z.string() }) }),
        ),
      })
      .parse(JSON.parse(reasonData ?? ""));
    return parsed.triggeringAlarms.map(
      ({ arn, state }) =>
        `${alarmNameIn(arn)} is ${state.value === "ALARM" ? "in ALARM" : state.value}`,
    );
  } catch {
    return [];
  }
}
