/** CloudWatch alarms: metric, metric math, anomaly and composite. */
import * as z from "zod/mini";
import { describeAlarms } from "../../../aws/cloudwatch/alarm.ts";
import { partitionOf } from "../../../sdk/arn.ts";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";

const optionalText = z.catch(z.optional(z.string()), undefined);
const state = z.object({
  value: z.string(),
  reason: optionalText,
  reasonData: optionalText,
  timestamp: optionalText,
  actionsSuppressedBy: optionalText,
});
const metric = z.object({
  expression: optionalText,
  label: optionalText,
  returnData: z.catch(z.optional(z.boolean()), undefined),
  metricStat: z.catch(
    z.optional(
      z.object({
        metric: z.object({
          namespace: optionalText,
          name: optionalText,
          dimensions: z.catch(z.optional(z.record(z.string(), z.string())), undefined),
        }),
      }),
    ),
    undefined,
  ),
});
const configuration = z.object({
  description: optionalText,
  metrics: z.catch(z.optional(z.array(metric)), undefined),
  alarmRule: optionalText,
});

const detail = z.object({
  alarmName: z.string(),
  state,
  previousState: z.catch(z.optional(state), undefined),
  configuration: z.catch(z.optional(configuration), undefined),
  muteDetail: z.catch(
    z.optional(z.object({ mutedByArn: z.string(), muteWindowEnd: optionalText })),
    undefined,
  ),
});
type Alarm = z.output<typeof detail>;

const last = (arn: string): string => arn.split(":").at(-1) ?? arn;
/** Alarm names, exactly, or their beginning before a `*`. */
const names = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );

/** `CPUUtilization of i-123`: the metric that the alarm watches, and of what. */
function watched({ metrics = [] }: Partial<z.output<typeof configuration>> = {}): {
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
  const of = own ? [own] : stats;
  const dimensions = [
    ...new Set(
      of.flatMap((one) =>
        Object.entries(one.dimensions ?? {}).map(([key, value]) => `${key}=${value}`),
      ),
    ),
  ];
  const values = [...new Set(of.flatMap((one) => Object.values(one.dimensions ?? {})))];
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
const rounded = (number: string): string =>
  Number.isFinite(Number(number)) ? String(Number(Number(number).toPrecision(4))) : number;

/**
 * CloudWatch's own sentence, in fewer words: `is 99.5, above 50 (1 of 1 datapoints)`. The reason is
 * all there is: the event does not carry the comparison.
 */
function crossing(reason: string): { happened: string; threshold: string } | undefined {
  const many = /(?:(\d+) out of the last )?(\d+) datapoints?/.exec(reason);
  const value = /\[(-?[\d.eE+-]+) \(/.exec(reason)?.[1];
  const count = many ? ` (${many[1] ?? many[2]} of ${many[2]} datapoints)` : "";
  const is = value === undefined ? "is" : `is ${rounded(value)},`;
  const band =
    /(not )?less than the lower thresholds? \[([^\],]+)[^\]]*\] or (?:not )?greater than the upper thresholds? \[([^\],]+)/.exec(
      reason,
    );
  if (band) {
    const threshold = `${rounded(band[2] ?? "")} to ${rounded(band[3] ?? "")}, as expected from the past`;
    return {
      threshold,
      happened: `${is} ${band[1] ? "inside" : "outside"} ${rounded(band[2] ?? "")} to ${rounded(band[3] ?? "")}${count}`,
    };
  }
  const single =
    /(not )?(greater than or equal to|greater than|less than or equal to|less than) the threshold \(([^)]+)\)/.exec(
      reason,
    );
  if (!single) return undefined;
  const threshold = `${beyond[single[2] ?? ""]} ${rounded(single[3] ?? "")}`;
  return { threshold, happened: `${is} ${single[1] ?? ""}${threshold}${count}` };
}

/** The alarms that made a composite one change, and their states. */
function triggering(reasonData: string | undefined): string[] {
  try {
    const { triggeringAlarms } = z
      .object({
        triggeringAlarms: z.array(
          z.object({ arn: z.string(), state: z.object({ value: z.string() }) }),
        ),
      })
      .parse(JSON.parse(reasonData ?? ""));
    return triggeringAlarms.map(
      ({ arn, state }) => `${last(arn)} is ${state.value === "ALARM" ? "in ALARM" : state.value}`,
    );
  } catch {
    return [];
  }
}

const became = new Map([
  ["ALARM", "is in ALARM"],
  ["OK", "is OK again"],
  ["INSUFFICIENT_DATA", "has too little data"],
]);
const severities = new Map<string, Severity>([
  ["ALARM", "critical"],
  ["INSUFFICIENT_DATA", "warning"],
  ["OK", "info"],
]);

/**
 * CloudWatch itself withholds the alarm's actions: a suppressor alarm, its waiting period, a mute
 * rule.
 */
const withheld = ({ state: { actionsSuppressedBy }, muteDetail }: Alarm): string | undefined =>
  muteDetail
    ? `by the mute rule ${last(muteDetail.mutedByArn)}${muteDetail.muteWindowEnd ? ` until ${muteDetail.muteWindowEnd}` : ""}`
    : actionsSuppressedBy && `by ${actionsSuppressedBy}`;

export default signal({
  id: "alarm",
  family: "signals",
  summary: "Tells of CloudWatch alarms, and when they are over",
  on: [{ source: "aws.cloudwatch", detailType: "CloudWatch Alarm State Change" }],
  config: z.strictObject({
    warnings: z
      ._default(z.array(z.string()), [])
      .check(z.describe("Alarms whose ALARM is a warning only; `api-*` names all that begin so.")),
    ignore: z
      ._default(z.array(z.string()), [])
      .check(z.describe("Alarms that are not told at all.")),
  }),
  detail,

  tell(alarm, { config, resources, account, region, at }) {
    const { alarmName, state, previousState } = alarm;
    if (names(config.ignore, alarmName)) return undefined;
    const { metric, dimensions, subject } = watched(alarm.configuration);
    const crossed = crossing(state.reason ?? "");
    const children = triggering(state.reasonData);
    const lacking = /^Insufficient Data: (.*?)\.?$/.exec(state.reason ?? "")?.[1];
    const why = lacking
      ? [subject, lacking].filter(Boolean).join(", ")
      : crossed
        ? `${subject ?? "its metric"} ${crossed.happened}`
        : children.length
          ? children.slice(0, 3).join(", ")
          : (state.reason ?? subject);
    const quiet = withheld(alarm);
    const now =
      state.value === "OK" && previousState?.value === "INSUFFICIENT_DATA"
        ? "is OK"
        : (became.get(state.value) ?? `is ${state.value}`);
    const severity = severities.get(state.value) ?? "warning";
    const facts = {
      metric,
      of: dimensions,
      threshold: crossed?.threshold,
      rule: alarm.configuration?.alarmRule,
      "caused by": children.join(", ") || undefined,
      reason: state.reason,
      since: state.timestamp ?? at.toISOString(),
      before:
        previousState &&
        `${previousState.value}${previousState.timestamp ? ` since ${previousState.timestamp}` : ""}`,
      "actions withheld": quiet,
      description: alarm.configuration?.description,
    };
    const arn =
      resources[0] ??
      `arn:${partitionOf(region)}:cloudwatch:${region}:${account}:alarm:${alarmName}`;
    return {
      title: cut(`${alarmName} ${now}${why ? `: ${why}` : ""}`, 300),
      severity: quiet
        ? "info"
        : severity === "critical" && names(config.warnings, alarmName)
          ? "warning"
          : severity,
      facts: Object.fromEntries(
        Object.entries(facts).flatMap(([name, value]) =>
          value ? [[name, cut(value, 1_000)]] : [],
        ),
      ),
      affected: [arn],
      link: consolePage(region)`cloudwatch/home?region=${region}#alarmsV2:alarm/${alarmName}`,
      key: arn,
      closes: state.value === "OK",
    };
  },

  reads: [describeAlarms],
  async over({ alarmName }, { read }) {
    const { MetricAlarms = [], CompositeAlarms = [] } = await read(
      describeAlarms({ AlarmNames: [alarmName], AlarmTypes: ["MetricAlarm", "CompositeAlarm"] }),
    );
    const [alarm] = [...MetricAlarms, ...CompositeAlarms];
    if (!alarm) throw new Error(`there is no alarm ${alarmName} any more`);
    return alarm.StateValue === "OK";
  },
});
