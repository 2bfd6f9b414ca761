/**
 * CloudWatch alarms: metric, metric math, anomaly and composite, the single series of those that
 * watch many, and alarms that are deleted. That an alarm which was OK has no data is told only
 * where the settings say so.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { matchesName, prefixed } from "../../../sdk/signals/names.ts";
import {
  alarmConfiguration,
  alarmNameIn,
  alarmState,
  alarmText,
  shownNumbers,
  thresholdCrossed,
  triggeringAlarms,
  watchedMetric,
} from "./reading.ts";

/** One of the series that an alarm watches: it is a matter of its own. */
const contributor = z.object({
  id: z.string(),
  attributes: z._default(z.catch(z.record(z.string(), z.string()), {}), {}),
});

const detail = z.object({
  alarmName: z.string(),
  operation: alarmText,
  alarmContributor: z.catch(z.optional(contributor), undefined),
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
  const crossed = thresholdCrossed(state.reason ?? "", shownNumbers(configuration));
  if (crossed) return `${subject ?? "its metric"} ${crossed.happened}`;
  const causes = triggeringAlarms(state.reasonData).slice(0, 3);
  return causes.length ? causes.join(", ") : (state.reason ?? subject);
}

const isDeleted = ({ operation }: Alarm): boolean => operation === "delete";

/** `TableName=orders` of one of many series. */
const seriesOf = ({ alarmContributor }: Alarm): string =>
  Object.entries(alarmContributor?.attributes ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");

function becameText(alarm: Alarm): string {
  const { state, previousState } = alarm;
  if (isDeleted(alarm))
    return state.value === "ALARM" ? "was deleted while in ALARM" : "was deleted";
  if (state.value === "OK" && previousState?.value === "INSUFFICIENT_DATA") return "is OK";
  return became.get(state.value) ?? `is ${state.value}`;
}

function severityOf(alarm: Alarm, warnings: readonly string[]): Severity {
  if (withheldBy(alarm) || isDeleted(alarm)) return "info";
  const severity = alarmSeverities.get(alarm.state.value) ?? "warning";
  const lesser = severity === "critical" && matchesName(warnings, alarm.alarmName);
  return lesser ? "warning" : severity;
}

/** It was OK and has no data: nothing is known to be wrong. */
const isOnlyMissing = ({ state, previousState, operation }: Alarm): boolean =>
  operation === undefined && state.value === "INSUFFICIENT_DATA" && previousState?.value === "OK";

/** There may be nothing that it ends: it was not told that data were missing. */
function endsQuietly(alarm: Alarm): boolean {
  const { state, previousState } = alarm;
  if (isDeleted(alarm)) return state.value !== "ALARM";
  return state.value === "OK" && previousState?.value === "INSUFFICIENT_DATA";
}

function factsOf(alarm: Alarm, at: Date): Record<string, string> {
  const { state, previousState, configuration } = alarm;
  const { metric, dimensions } = watchedMetric(configuration);
  const since = previousState?.timestamp ? ` since ${previousState.timestamp}` : "";
  const facts = {
    metric,
    of: dimensions,
    threshold: thresholdCrossed(state.reason ?? "", shownNumbers(configuration))?.threshold,
    rule: configuration?.alarmRule,
    "caused by": triggeringAlarms(state.reasonData).join(", "),
    reason: state.reason,
    since: state.timestamp ?? at.toISOString(),
    before: previousState && `${previousState.value}${since}`,
    "actions withheld": withheldBy(alarm),
    description: configuration?.description,
    series: seriesOf(alarm),
  };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value ? [[name, cut(value, 1_000)]] : [])),
  );
}

export default signal({
  id: "alarm",
  family: "signals",
  summary: "Tells of CloudWatch alarms, and when they are over",
  on: [
    { source: "aws.cloudwatch", detailType: "CloudWatch Alarm State Change" },
    { source: "aws.cloudwatch", detailType: "CloudWatch Alarm Contributor State Change" },
    { source: "aws.cloudwatch", detailType: "CloudWatch Alarm Configuration Change" },
  ],
  config: z.strictObject({
    warnings: z
      ._default(z.array(z.string()), [])
      .check(z.describe("Alarms whose ALARM is a warning only; `api-*` names all that begin so.")),
    ignore: z
      ._default(z.array(z.string()), [])
      .check(z.describe("Alarms that are not told at all.")),
    tellMissingData: z
      ._default(z.array(z.string()), [])
      .check(
        z.describe(
          'Alarms of which it is told that they have no data although all was well before, and have it again; `["*"]` names all.',
        ),
      ),
  }),
  detail,

  tell(alarm, { config, resources, account, region, at }) {
    const { alarmName, state } = alarm;
    if (matchesName(config.ignore, alarmName)) return undefined;
    const toldOfData = matchesName(config.tellMissingData, alarmName);
    if (isOnlyMissing(alarm) && !toldOfData) return undefined;
    // Alarms are made and changed by people and deployments, which need not be told.
    if (alarm.operation !== undefined && !isDeleted(alarm)) return undefined;
    const series = seriesOf(alarm);
    const why = isDeleted(alarm) ? undefined : reasonOf(alarm);
    const resource = `alarm:${alarmName}`;
    const arn = resources[0] ?? arnOf({ service: "cloudwatch", region, account, resource });
    return {
      title: cut(
        `${alarmName} ${becameText(alarm)}${prefixed(" for ", series)}${prefixed(": ", why)}`,
        300,
      ),
      severity: severityOf(alarm, config.warnings),
      facts: factsOf(alarm, at),
      affected: [arn],
      link: consolePage(region)`cloudwatch/home?region=${region}#alarmsV2:alarm/${alarmName}`,
      key: alarm.alarmContributor ? `${arn}/${alarm.alarmContributor.id}` : arn,
      closes: state.value === "OK" || isDeleted(alarm),
      ...(endsQuietly(alarm) && !toldOfData && { quiet: true }),
    };
  },

  confirmation: () => import("./confirmation.ts"),
});
