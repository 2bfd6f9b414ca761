/** The alarms on our own failure. They go straight to the topic: tell may be what is broken. */
import {
  aws_cloudwatch_actions as actions,
  aws_cloudwatch as cloudwatch,
  Duration,
  type aws_lambda as lambda,
  type aws_sns as sns,
  type aws_sqs as sqs,
} from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Pattern } from "../sdk/pattern.ts";
import { type Named, type Names, namesOf } from "../settings/names.ts";

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
  /** Where incidents are kept. */
  readonly incidents?: lambda.IFunction | undefined;
  /** On what was given up at home. */
  readonly failures: cloudwatch.Alarm;
}

const quarterHour = Duration.minutes(15);
const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;

/** As the functions call what they count. */
type OwnCount = "failed" | "untaken" | "untold" | "unfed";

/** What a function of ours counts itself: a batch that fails in part is no error of Lambda's. */
const counted = (names: Names, service: string, metricName: OwnCount): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: names.metrics,
    metricName,
    dimensionsMap: { service },
    period: quarterHour,
    statistic: "Sum",
  });

/** Lambda's errors and what the function counts itself, together; where neither is there, none. */
const failuresOf = (made: lambda.IFunction, own: cloudwatch.Metric): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    expression: "FILL(errors, 0) + FILL(own, 0)",
    usingMetrics: { errors: made.metricErrors({ period: quarterHour, statistic: "Sum" }), own },
    period: quarterHour,
  });

interface OwnAlarm {
  readonly id: string;
  readonly name: string;
  readonly says: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold?: number;
  readonly periods?: number;
}

/** Rings at so much or more; that nothing is measured is well. */
const ringing = (
  scope: Construct,
  { id, name, says, metric, threshold = 1, periods = 2 }: OwnAlarm,
): cloudwatch.Alarm =>
  new cloudwatch.Alarm(scope, id, {
    alarmName: name,
    alarmDescription: says,
    metric,
    threshold,
    evaluationPeriods: periods,
    comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });

/**
 * Tells through the topic when the watchdog or tell falls silent or behind, when nothing feeds what
 * tells, or when something was given up.
 */
export function addOwnAlarms(scope: Construct, props: OwnAlarmsProps): void {
  const { topic, failures } = props;
  for (const alarm of [failures, ...watchdogAlarms(scope, props), ...tellAlarms(scope, props)])
    alarm.addAlarmAction(new actions.SnsAction(topic));
}

function watchdogAlarms(
  scope: Construct,
  { deployed, watchdog }: OwnAlarmsProps,
): cloudwatch.Alarm[] {
  const names = namesOf(deployed);
  const log = `the log of ${names.function("watchdog")}`;
  const heartbeat = new cloudwatch.Alarm(scope, "Heartbeat", {
    alarmName: names.watchdogAlarm,
    alarmDescription: `The watchdog has not run for an hour: what died is not taken up, and what was not told stays untold. See the schedule ${names.scheduleGroup}/watchdog and ${log}.`,
    metric: watchdog.metricInvocations({ period: quarterHour, statistic: "Sum" }),
    threshold: 1,
    evaluationPeriods: 4,
    comparisonOperator: LESS_THAN_THRESHOLD,
    // No sign of life is the very thing this is about (rule: own-alarms).
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
  });
  const failing = ringing(scope, {
    id: "WatchdogFailing",
    name: names.watchdogFailingAlarm,
    says: `The watchdog fails at what it looks after: something is not taken up, not told or not looked at. ${log} says what.`,
    metric: watchdog.metricErrors({ period: quarterHour, statistic: "Sum" }),
    periods: 4,
  });
  const unfed = ringing(scope, {
    id: "Unfed",
    name: names.unfedAlarm,
    says: `An event source mapping is gone, disabled or failing: what should be told waits where nobody fetches it. ${log} names it.`,
    metric: counted(names, "watchdog", "unfed"),
    periods: 1,
  });
  const untold = ringing(scope, {
    id: "Undelivered",
    name: names.untoldAlarm,
    says: `Messages lie in the outbox that the stream did not bring to ${names.function("tell")}, again and again: see whether that function runs at all, its reserved concurrency and its event source mapping.`,
    metric: counted(names, "watchdog", "untold"),
  });
  return [heartbeat, failing, unfed, untold];
}

/** So long may a message be on its way to tell. */
const late = Duration.minutes(10);

function tellAlarms(
  scope: Construct,
  { deployed, tell, incidents }: OwnAlarmsProps,
): cloudwatch.Alarm[] {
  const names = namesOf(deployed);
  const failing = ringing(scope, {
    id: "Untold",
    name: names.tellAlarm,
    says: `Messages wait in the outbox and cannot be told. \`npx nightshift history\` shows what was done meanwhile; the log of ${names.function("tell")} says why.`,
    metric: failuresOf(tell, counted(names, "tell", "failed")),
  });
  const behind = ringing(scope, {
    id: "TellLate",
    name: names.lateAlarm,
    says: `Messages reach people more than ${late.toMinutes()} minutes late: the ledger's stream runs ahead of ${names.function("tell")}. Its log says what holds it up.`,
    metric: tell.metric("IteratorAge", { period: Duration.minutes(5), statistic: "Maximum" }),
    threshold: late.toMilliseconds(),
  });
  if (!incidents) return [failing, behind];
  const untaken = ringing(scope, {
    id: "Untaken",
    name: names.incidentsAlarm,
    says: `What happens does not become incidents, so that nobody is called: it is told as it comes, and kept until it is taken. The log of ${names.function("incidents")} says why.`,
    metric: failuresOf(incidents, counted(names, "tell", "untaken")),
  });
  return [failing, behind, untaken];
}

/** A `critical` message is tried for ten minutes, so that nothing grave waits for longer than this. */
const longestWait = Duration.minutes(15);

/** Tells through the topic that a message waits in the queue of a channel. */
export function addChannelAlarm(
  scope: Construct,
  { name, queue, topic }: { name: string; queue: sqs.IQueue; topic: sns.ITopic },
): void {
  const alarm = ringing(scope, {
    id: "Late",
    name,
    says: `A message has waited for more than ${longestWait.toMinutes()} minutes in the queue ${queue.queueName}: its channel does not take it, or nothing fetches it from there. See the function that delivers, its event source mappings and docs/channels.md.`,
    metric: queue.metricApproximateAgeOfOldestMessage({
      period: Duration.minutes(5),
      statistic: "Maximum",
    }),
    threshold: longestWait.toSeconds(),
    periods: 1,
  });
  alarm.addAlarmAction(new actions.SnsAction(topic));
}
