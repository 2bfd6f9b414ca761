/** CloudWatch alarms: metric, metric math, anomaly and composite. */
import * as z from "zod/mini";
import { describeAlarms } from "../../../aws/cloudwatch/alarm.ts";
import { arnOf } from "../../../sdk/arn.ts";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { matchesName } from "../../../sdk/signals/names.ts";
import {
  alarmConfiguration,
  alarmNameIn,
  alarmState,
  alarmText,
  thresholdCrossed,
  triggeringAlarms,
  watchedMetric,
} from "./reading.ts";

const detail = z.object({
  alarmName: z.string(),
  state: alarmState,
  previousState: z.catch(z.optional(alarmState), undefined),
  configuration: z.catch(z.optional(alarmConfiguration), undefined),
  muteDetail: z.catch(
    z.optional(z.object({ mutedByArn: z.string(), muteWindowEnd: alarmText })),
    undefined,
  ),
});
type Alarm = z.output<typeof detail>;

const became = new Map([
  ["ALARM", "is in ALARM"],
  ["OK", "is OK again"],
  ["INSUFFICIENT_DATA", "has too little data"],
]);
const alarmSeverities = new Map<string, Severity>([
  ["ALARM", "critical"],
  ["INSUFFICIENT_DATA", "warning"],
  ["OK", "info"],
]);

/**
 * CloudWatch itself withholds the alarm's actions: a suppressor alarm, its waiting period, a mute
 * rule.
 */
function withheldBy({ state: { actionsSuppressedBy }, muteDetail }: Alarm): string | undefined {
  if (!muteDetail) return actionsSuppressedBy && `by ${actionsSuppressedBy}`;
  const end = muteDetail.muteWindowEnd ? ` until ${muteDetail.muteWindowEnd}` : "";
  return `by the mute rule ${alarmNameIn(muteDetail.mutedByArn)}${end}`;
}

/** Why it changed: what is lacking, what was crossed, which alarms caused it, or CloudWatch's word. */
function reasonOf({ state, configuration }: Alarm): string | undefined {
  const { subject } = watchedMetric(configuration);
  const lacking = /^Insufficient Data: (.*?)\.?$/.exec(state.reason ?? "")?.[1];
  if (lacking) return [subject, lacking].filter(Boolean).join(", ");
  const crossed = thresholdCrossed(state.reason ?? "");
  if (crossed) return `${subject ?? "its metric"} ${crossed.happened}`;
  const causes = triggeringAlarms(state.reasonData).slice(0, 3);
  return causes.length ? causes.join(", ") : (state.reason ?? subject);
}

function becameText({ state, previousState }: Alarm): string {
  if (state.value === "OK" && previousState?.value === "INSUFFICIENT_DATA") return "is OK";
  return became.get(state.value) ?? `is ${state.value}`;
}

function severityOf(alarm: Alarm, warnings: readonly string[]): Severity {
  if (withheldBy(alarm)) return "info";
  const severity = alarmSeverities.get(alarm.state.value) ?? "warning";
  const lesser = severity === "critical" && matchesName(warnings, alarm.alarmName);
  return lesser ? "warning" : severity;
}

function factsOf(alarm: Alarm, at: Date): Record<string, string> {
  const { state, previousState, configuration } = alarm;
  const { metric, dimensions } = watchedMetric(configuration);
  const since = previousState?.timestamp ? ` since ${previousState.timestamp}` : "";
  const facts = {
    metric,
    of: dimensions,
    threshold: thresholdCrossed(state.reason ?? "")?.threshold,
    rule: configuration?.alarmRule,
    "caused by": triggeringAlarms(state.reasonData).join(", "),
    reason: state.reason,
    since: state.timestamp ?? at.toISOString(),
    before: previousState && `${previousState.value}${since}`,
    "actions withheld": withheldBy(alarm),
    description: configuration?.description,
  };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value ? [[name, cut(value, 1_000)]] : [])),
  );
}

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
    const { alarmName, state } = alarm;
    if (matchesName(config.ignore, alarmName)) return undefined;
    const why = reasonOf(alarm);
    const resource = `alarm:${alarmName}`;
    const arn = resources[0] ?? arnOf({ service: "cloudwatch", region, account, resource });
    return {
      title: cut(`${alarmName} ${becameText(alarm)}${why ? `: ${why}` : ""}`, 300),
      severity: severityOf(alarm, config.warnings),
      facts: factsOf(alarm, at),
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
