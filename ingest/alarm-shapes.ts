/**
 * CloudWatch tells of an alarm in three shapes: to EventBridge, to SNS, and to a Lambda function
 * directly.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
 */

import { digest } from "../sdk/codec.ts";
import { type Fields, fieldsOf, isFields } from "../sdk/fields.ts";

const list = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter(isFields) : [];
/**
 * Without the fields that are absent: `undefined` would not survive JSON, and `null` stands for
 * "not set" in the SNS shape.
 */
const present = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );

const source = "aws.cloudwatch";
const detailType = "CloudWatch Alarm State Change";

export const isDirectAlarm = (given: Fields): boolean =>
  isFields(given.alarmData) && given.source === source && !("detail" in given);
export const isSnsAlarm = (given: Fields): boolean =>
  typeof given.AlarmName === "string" && typeof given.NewStateValue === "string";
export const isAlarmEvent = (event: {
  readonly source: string;
  readonly detailType: string;
}): boolean => event.source === source && event.detailType === detailType;

/** When the alarm's state changed, as all three shapes say it; their own times differ. */
export const changedAt = (detail: unknown): unknown => fieldsOf(fieldsOf(detail).state).timestamp;

/**
 * One id for one change of state, through whichever of the three ways it came, and however often.
 */
export const occurrence = ({
  account,
  region,
  detail,
  time,
}: {
  readonly account: string;
  readonly region: string;
  readonly detail: unknown;
  readonly time: Date;
}): string =>
  digest([
    account,
    region,
    fieldsOf(detail).alarmName,
    fieldsOf(fieldsOf(detail).state).value,
    time,
  ]).slice(0, 32);

/** What a Lambda action is given, as EventBridge would have told it. */
export const alarmOfDirect = ({
  alarmArn,
  accountId,
  time,
  region,
  alarmData,
}: Fields): Fields => ({
  version: "0",
  source,
  "detail-type": detailType,
  account: accountId,
  region,
  time,
  resources: [alarmArn],
  detail: alarmData,
});

/**
 * What CloudWatch publishes to a topic, as EventBridge would have told it. The alarm's ARN names
 * the region; `Region` is its name for people.
 */
export function alarmOfSns(given: Fields, topic = ""): Fields {
  const arn = typeof given.AlarmArn === "string" ? given.AlarmArn : undefined;
  const [, , , region, account] = (arn ?? topic).split(":");
  const trigger = fieldsOf(given.Trigger);
  const composite = typeof given.AlarmRule === "string";
  return {
    version: "0",
    source,
    "detail-type": detailType,
    account: given.AWSAccountId ?? account,
    region,
    time: given.StateChangeTime,
    resources: arn ? [arn] : [],
    detail: {
      alarmName: given.AlarmName,
      state: present({
        value: given.NewStateValue,
        reason: given.NewStateReason,
        reasonData: composite ? triggering(given.TriggeringChildren) : given.NewStateReasonData,
        timestamp: given.StateChangeTime,
        actionsSuppressedBy: given.ActionsSuppressedBy,
        actionsSuppressedReason: given.ActionsSuppressedReason,
      }),
      previousState: present({ value: given.OldStateValue }),
      configuration: composite
        ? present({
            description: given.AlarmDescription,
            alarmRule: given.AlarmRule,
            actionsSuppressor: given.ActionsSuppressor,
          })
        : present({
            description: given.AlarmDescription,
            metrics: metricsOf(trigger),
            threshold: trigger.Threshold,
            comparisonOperator: trigger.ComparisonOperator,
            evaluationPeriods: trigger.EvaluationPeriods,
          }),
    },
  };
}

const triggering = (children: unknown): string =>
  JSON.stringify({
    triggeringAlarms: list(children).map(({ Arn, State }) => ({
      arn: Arn,
      state: { value: fieldsOf(State).Value, timestamp: fieldsOf(State).Timestamp },
    })),
  });

function metricsOf(trigger: Fields): Fields[] {
  if (!Array.isArray(trigger.Metrics))
    return typeof trigger.MetricName === "string"
      ? [{ id: "m1", metricStat: statOf(trigger, trigger), returnData: true }]
      : [];
  return list(trigger.Metrics).map((metric) => {
    const stat = fieldsOf(metric.MetricStat);
    return present({
      id: metric.Id,
      expression: metric.Expression,
      label: metric.Label,
      metricStat: isFields(metric.MetricStat) ? statOf(fieldsOf(stat.Metric), stat) : undefined,
      returnData: metric.ReturnData,
    });
  });
}

/**
 * In SNS a plain alarm's statistic is shouted (`AVERAGE`, `SAMPLE_COUNT`); dimensions are a list of
 * `{ name, value }`.
 */
const statOf = (metric: Fields, stat: Fields): Fields =>
  present({
    metric: present({
      namespace: metric.Namespace,
      name: metric.MetricName,
      dimensions: Object.fromEntries(
        list(metric.Dimensions).map(({ name, Name, value, Value }) => [
          String(name ?? Name),
          String(value ?? Value),
        ]),
      ),
    }),
    period: stat.Period,
    stat:
      stat.Stat ??
      stat.ExtendedStatistic ??
      (typeof stat.Statistic === "string"
        ? stat.Statistic.toLowerCase().replace(/(?:^|_)(\w)/g, (_, first: string) =>
            first.toUpperCase(),
          )
        : undefined),
    unit: stat.Unit,
  });
