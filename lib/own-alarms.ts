/** The alarms on our own failure. They go straight to the topic: tell may be what is broken. */
import {
  aws_cloudwatch_actions as actions,
  aws_cloudwatch as cloudwatch,
  Duration,
  type aws_lambda as lambda,
  type aws_sns as sns,
} from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Pattern } from "../sdk/pattern.ts";
import { type Named, namesOf } from "../settings/names.ts";

/** Those on what was given up in other regions, as events. */
export const ownAlarms = (deployed: Named): Pattern => ({
  source: ["aws.cloudwatch"],
  "detail-type": ["CloudWatch Alarm State Change"],
  detail: { alarmName: [{ prefix: namesOf(deployed).failuresAlarm("") }] },
});

export interface OwnAlarmsProps {
  readonly deployed: Named;
  readonly topic: sns.ITopic;
  readonly watchdog: lambda.Function;
  readonly tell: lambda.Function;
  /** On what was given up at home. */
  readonly failures: cloudwatch.Alarm;
}

const quarterHour = Duration.minutes(15);

/** Tells through the topic when the watchdog or tell falls silent, or something was given up. */
export function addOwnAlarms(scope: Construct, props: OwnAlarmsProps): void {
  const { deployed, topic, watchdog, tell, failures } = props;
  const names = namesOf(deployed);
  const heartbeat = new cloudwatch.Alarm(scope, "Heartbeat", {
    alarmName: names.watchdogAlarm,
    alarmDescription: `The watchdog has not run for an hour: what died is not taken up, and what was not told stays untold. See the schedule ${names.scheduleGroup}/watchdog and the log of ${names.function("watchdog")}.`,
    metric: watchdog.metricInvocations({ period: quarterHour, statistic: "Sum" }),
    threshold: 1,
    evaluationPeriods: 4,
    comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    // No sign of life is the very thing this is about (rule: own-alarms).
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
  });
  const untold = new cloudwatch.Alarm(scope, "Untold", {
    alarmName: names.tellAlarm,
    alarmDescription: `Messages wait in the outbox and cannot be told. \`npx nightshift history\` shows what was done meanwhile; the log of ${names.function("tell")} says why.`,
    metric: tell.metricErrors({ period: quarterHour, statistic: "Sum" }),
    threshold: 1,
    evaluationPeriods: 2,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  for (const alarm of [failures, heartbeat, untold])
    alarm.addAlarmAction(new actions.SnsAction(topic));
}
