/**
 * What becomes of the alarms of the evening: nobody takes one in time, somebody takes the other,
 * and one is over.
 */
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import type { Outgoing } from "../../messages/outgoing.ts";
import {
  closedIncidents,
  type Entry,
  type Head,
  openIncidents,
  timelineOf,
} from "../../oncall/incidents/store.ts";
import { whoIsOn } from "../../oncall/rota/who-is-on.ts";
import { after, before, minutes, type Span } from "../../sdk/time.ts";
import type { SeededAccount } from "../seed/thing.ts";
import { alarmOver } from "./events.ts";
import type { Scene } from "./scene.ts";

export interface WatchedNight extends Head {
  readonly timeline: readonly Entry[];
}
export interface OnCallNight {
  /** What was told, in its order. */
  readonly messages: readonly Outgoing[];
  readonly incidents: readonly WatchedNight[];
}

/** As the sample events name them. */
export const [single, composite] = ["ServerCpuTooHigh", "ServiceAggregatedAlarm"] as const;
const rotation = "primary";

/** The alarm of which the events tell, in the region that they name, with a day of its metric. */
export async function seedAlarm(account: SeededAccount): Promise<void> {
  const cloudwatch = account.client(CloudWatchClient, "us-east-1");
  const metric = {
    Namespace: "AWS/EC2",
    MetricName: "CPUUtilization",
    Dimensions: [{ Name: "InstanceId", Value: "i-12345678901234567" }],
  };
  const at = (age: number) => before(account.now, minutes(age));
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      ...metric,
      AlarmName: single,
      Statistic: "Average",
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 50,
      ComparisonOperator: "GreaterThanThreshold",
    }),
  );
  const MetricData = Array.from({ length: 48 }, (_, index) => ({
    ...metric,
    Timestamp: at(index * 5),
    Value: index < 2 ? 99.5 : 8 + (index % 5),
  })).map(({ Namespace: _, ...datum }) => datum);
  await cloudwatch.send(new PutMetricDataCommand({ Namespace: metric.Namespace, MetricData }));
  await cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName: single, StateValue: "ALARM", StateReason: "seeded" }),
  );
}

/** @param tell tells what is new, and says what that was */
export async function beOnCall(
  { account, configured: { settings }, functions, say }: Scene,
  tell: () => Promise<readonly Outgoing[]>,
): Promise<OnCallNight> {
  const { incidents, timers, clock, store, signals } = functions;
  const messages: Outgoing[] = [];
  /** What incidents have to say comes into the outbox while messages are told. */
  async function tellAll(): Promise<void> {
    for (let some = await tell(); some.length; some = await tell()) messages.push(...some);
  }
  async function pass(span: Span): Promise<void> {
    const until = after(clock.now(), span);
    for (let next = timers.next(); next && next <= until; next = timers.next()) {
      clock.skipTo(next);
      for (const group of timers.due(clock.now())) await incidents?.wake(group);
      await tellAll();
    }
    clock.skipTo(until);
    await tellAll();
  }
  const named = async (name: string): Promise<string> =>
    (await openIncidents(store, 100)).heads.find(({ title }) => title.startsWith(name))?.id ?? name;

  await tellAll();
  if (!incidents) return { messages, incidents: [] };
  const [person = ""] = whoIsOn(settings)(rotation, clock.now());
  say(
    `On call: ${settings.people[person]?.name ?? person} takes one alarm; the other is escalated after ten minutes`,
  );
  await pass(minutes(3));
  await incidents.act({ verb: "ack", id: "night", incident: await named(composite), by: person });
  await pass(minutes(15));
  say("The load falls: an event says so, and the alarm's state is read");
  await account.client(CloudWatchClient, "us-east-1").send(
    new SetAlarmStateCommand({
      AlarmName: single,
      StateValue: "OK",
      StateReason: "the load fell",
    }),
  );
  for (const _ of ["once", "again"]) await signals(alarmOver(clock.now()));
  await tellAll();
  await pass(minutes(6));

  const all = [...(await openIncidents(store, 100)).heads, ...(await closedIncidents(store, 100))];
  const watched = await Promise.all(
    all.map(async (head) => ({ ...head, timeline: await timelineOf(store, head) })),
  );
  return {
    messages,
    incidents: watched.toSorted(
      (a, b) => a.openedAt.getTime() - b.openedAt.getTime() || (a.id < b.id ? -1 : 1),
    ),
  };
}
