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
import { after, before, minutes, type Span } from "../../sdk/time.ts";
import type { SeededAccount } from "../seed/thing.ts";
import { alarmOver } from "./events.ts";
import type { NightIncident, NightIncidents } from "./feature.ts";
import type { Scene } from "./scene.ts";

export interface OnCallNight {
  /** What was told, in its order. */
  readonly messages: readonly Outgoing[];
  /** Nothing where none are kept. */
  readonly incidents: readonly NightIncident[] | undefined;
}

/** As the sample events name them. */
export const [single, composite] = ["ServerCpuTooHigh", "ServiceAggregatedAlarm"] as const;

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

interface Evening extends Scene {
  /** Tells what is in the outbox, by the clock that functions have. */
  tell(): Promise<readonly Outgoing[]>;
}

/** Tells all: what incidents have to say comes into the outbox while messages are told. */
async function tellAll({ tell }: Evening): Promise<Outgoing[]> {
  const messages: Outgoing[] = [];
  for (let some = await tell(); some.length; some = await tell()) messages.push(...some);
  return messages;
}

/** Lets time pass; what has a timer is woken at its time. */
async function pass(evening: Evening, incidents: NightIncidents, span: Span): Promise<Outgoing[]> {
  const { clock } = evening.functions;
  const messages: Outgoing[] = [];
  const until = after(clock.now(), span);
  const dueBy = (): Date | undefined => {
    const next = incidents.nextTimer();
    return next && next <= until ? next : undefined;
  };
  for (let next = dueBy(); next; next = dueBy()) {
    clock.skipTo(next);
    await incidents.wake(clock.now());
    messages.push(...(await tellAll(evening)));
  }
  clock.skipTo(until);
  return [...messages, ...(await tellAll(evening))];
}

/** The rest of the evening, where incidents are kept. */
async function keepIncidents(evening: Evening, incidents: NightIncidents): Promise<Outgoing[]> {
  const { account, functions, say } = evening;
  const { clock, signals } = functions;
  const messages: Outgoing[] = [];
  const person = incidents.personOn(clock.now());
  say(`On call: ${person} takes one alarm; the other is escalated after ten minutes`);
  messages.push(...(await pass(evening, incidents, minutes(3))));
  await incidents.acknowledge(composite, clock.now());
  messages.push(...(await pass(evening, incidents, minutes(15))));
  say("The load falls: an event says so, and the alarm's state is read");
  await account.client(CloudWatchClient, "us-east-1").send(
    new SetAlarmStateCommand({
      AlarmName: single,
      StateValue: "OK",
      StateReason: "the load fell",
    }),
  );
  for (const _ of ["once", "again"]) await signals(alarmOver(clock.now()));
  messages.push(...(await tellAll(evening)));
  return [...messages, ...(await pass(evening, incidents, minutes(6)))];
}

/** Without a feature that keeps incidents, what was heard is told, and that is all. */
export async function beOnCall(evening: Evening): Promise<OnCallNight> {
  const first = await tellAll(evening);
  const { incidents } = evening.functions;
  if (!incidents) return { messages: first, incidents: undefined };
  const rest = await keepIncidents(evening, incidents);
  return { messages: [...first, ...rest], incidents: await incidents.all() };
}
