/**
 * Incidents as the command line shows them, and what else is known of one: what was done to what it
 * affects, what its metric did.
 */
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricAlarm,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import { utcText } from "../../cli/io/words.ts";
import { loadUnit, unitIds } from "../../cli/place/units.ts";
import type { Clients } from "../../engine/run/clients.ts";
import type { ActionRecord } from "../../ledger/actions.ts";
import type { Store } from "../../ledger/store.ts";
import { story } from "../../ledger/story.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Chart } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { after, before, hours, minutes } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Entry, Head } from "../incidents/store.ts";

export const incidentJson = ({
  id,
  state,
  labels,
  title,
  openedAt,
  resolvedAt,
  count,
  by,
  snoozedUntil,
  all,
  facts,
  link,
  runbook,
}: Head): object => ({
  id,
  state,
  severity: labels.severity,
  title,
  unit: labels.unit,
  account: labels.account,
  region: labels.region,
  openedAt: openedAt.toISOString(),
  resolvedAt: resolvedAt?.toISOString() ?? null,
  snoozedUntil: state === "snoozed" ? (snoozedUntil?.toISOString() ?? null) : null,
  count,
  by: by ?? null,
  affected: all,
  facts,
  link: link ?? null,
  runbook: runbook ?? null,
});
export const entryJson = ({ at, what, text, by }: Entry): object => ({
  at: at.toISOString(),
  what,
  text,
  by: by ?? null,
});
export const doneJson = ({
  id,
  run,
  unit,
  region,
  at,
  target,
  because,
  call,
  outcome,
  verified,
  undoes,
}: ActionRecord): object => ({
  id,
  run,
  automation: unit,
  region,
  at: at.toISOString(),
  target,
  because,
  operation: call.operation,
  outcome,
  verified,
  undoes: undoes ?? null,
});

/** What it is, in a few words. */
export const stateText = ({ state, by, snoozedUntil, resolvedAt }: Head): string =>
  [
    state,
    state === "snoozed" && snoozedUntil ? `until ${utcText(snoozedUntil)}` : "",
    state === "resolved" && resolvedAt ? utcText(resolvedAt) : "",
    by ? `by ${plain(by)}` : "",
  ]
    .filter(Boolean)
    .join(" ");

/** Done shortly before it may be the cause, shortly after may be the cure. */
const around = hours(1);
/** So many of what is affected are looked up. */
const mostAffected = 20;

/** What automations did to what is affected, oldest first. */
export async function actionsAround(
  store: Store,
  head: Head,
  { regions, home }: ParsedSettings,
  now: Date,
): Promise<ActionRecord[]> {
  const [from, until] = [before(head.openedAt, around), after(head.resolvedAt ?? now, around)];
  // Events name resources by ARN or id, automations by id.
  const targets = [
    ...new Set(
      head.all.slice(0, mostAffected).flatMap((one) => [one, one.split(/[/:]/).at(-1) ?? one]),
    ),
  ].filter(Boolean);
  const units = (await Promise.all(unitIds.map(loadUnit))).filter(
    ({ kind }) => kind === "automation",
  );
  const places = units.flatMap(({ id: unit }) =>
    [...new Set([...regions, home])].map((region) => ({
      unit,
      account: head.labels.account,
      region,
    })),
  );
  const asked = places.flatMap((place) =>
    targets.flatMap((target) =>
      (["unit", "undo"] as const).map((writer) => ({ place, target, writer })),
    ),
  );
  const found = await concurrently(
    asked,
    ({ place, target, writer }) => Array.fromAsync(story(store, writer, { ...place, target })),
    { concurrency: 8 },
  );
  const actions = new Map(found.flat().map((action) => [action.id, action]));
  return [...actions.values()]
    .filter(({ at }) => at >= from && at <= until)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

const alarmArn = /^arn:[\w-]+:cloudwatch:([\w-]+):\d{12}:alarm:(.+)$/;

/** The alarm's own metric, as it is asked for. */
function queries({
  Metrics,
  MetricName,
  Namespace,
  Dimensions,
  Period,
  Statistic,
  ExtendedStatistic,
}: MetricAlarm): MetricDataQuery[] {
  if (Metrics?.length) return Metrics;
  if (!MetricName || !Namespace) return [];
  const stat = ExtendedStatistic ?? Statistic ?? "Average";
  return [
    {
      Id: "m1",
      MetricStat: {
        Metric: { Namespace, MetricName, ...(Dimensions && { Dimensions }) },
        Period: Period ?? 300,
        Stat: stat,
      },
    },
  ];
}

/**
 * The metric of an alarm's incident, from well before it began until shortly after it was over; or
 * why there is none.
 */
export async function chartOf(
  head: Head,
  clients: Clients,
  now: Date,
): Promise<Chart | { readonly none: string }> {
  if (head.chart) return head.chart;
  const [, region, name] = alarmArn.exec(head.labels.key) ?? [];
  if (!region || !name) return { none: "It is no CloudWatch alarm: there is no metric to draw." };
  const ended = head.resolvedAt ?? now;
  const lasted = ended.getTime() - head.openedAt.getTime();
  const StartTime = new Date(head.openedAt.getTime() - Math.max(lasted, 2 * 3_600_000));
  const EndTime = new Date(Math.min(now.getTime(), after(ended, minutes(30)).getTime()));
  try {
    const client = clients.get(CloudWatchClient, region) as CloudWatchClient;
    const { MetricAlarms = [] } = await client.send(
      new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ["MetricAlarm"] }),
    );
    const alarm = MetricAlarms[0];
    if (!alarm)
      return {
        none: `The alarm ${name} is not there any more, or is a composite one: there is no metric to draw.`,
      };
    const MetricDataQueries = queries(alarm);
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        MetricDataQueries,
        StartTime,
        EndTime,
        ScanBy: "TimestampAscending",
      }),
    );
    const told = MetricDataQueries.find(({ ReturnData }) => ReturnData !== false)?.Id;
    const { Timestamps = [], Values = [] } = MetricDataResults.find(({ Id }) => Id === told) ?? {};
    const points = Timestamps.flatMap((at, index) =>
      Values[index] === undefined ? [] : [[at, Values[index]] as const],
    );
    if (!points.length)
      return {
        none: `The metric of ${name} has no data from ${StartTime.toISOString()} to ${EndTime.toISOString()}.`,
      };
    const threshold = alarm.Threshold === undefined ? "" : `, threshold ${alarm.Threshold}`;
    return {
      title: `${alarm.MetricName ?? name}${threshold}`,
      ...(alarm.Unit && { unit: alarm.Unit }),
      points,
    };
  } catch (error) {
    return { none: `The metric of ${name} could not be read: ${inOneLine(error)}` };
  }
}
