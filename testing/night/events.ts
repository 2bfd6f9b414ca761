/**
 * The events of the night, as AWS writes them: the sample payloads, about what is seeded, at the
 * night's own time.
 */
import { sample } from "../../events/samples.ts";
import type { BusEvent } from "../bus.ts";

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => value as Fields;

/** As CloudWatch writes times. */
const stamp = (at: Date): string => at.toISOString().replace("Z", "+0000");

/** A CloudTrail event; by the samples' developer, or by a session of `role`. */
function call(path: string, at: Date, requestParameters: Fields, role?: string): BusEvent & Fields {
  const event = sample(path);
  const detail = fields(event.detail);
  const identity = fields(detail.userIdentity);
  const issued = role && {
    arn: `${role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/undo`,
    sessionContext: { sessionIssuer: { type: "Role", arn: role } },
  };
  return {
    ...event,
    time: at.toISOString(),
    detail: {
      ...detail,
      eventTime: at.toISOString(),
      userIdentity: { ...identity, ...issued },
      requestParameters,
      responseElements: null,
    },
  } as unknown as BusEvent & Fields;
}

export const ruleAdded = (at: Date, groupId: string, role?: string) =>
  call("open-ingress/authorize-security-group-ingress", at, { groupId, ipPermissions: {} }, role);
export const logGroupMade = (at: Date, logGroupName: string) =>
  call("log-retention/create-log-group", at, { logGroupName });

/** What nobody waits for. */
export const instanceStarts = (at: Date) =>
  ({ ...sample("ec2/instance-state-change"), time: at.toISOString() }) as unknown as BusEvent;

/** One alarm as CloudWatch publishes it to a topic, and as it invokes a function with it. */
export const alarmOverSns = (at: Date) => ({
  ...sample("alarm/metric-alarm-sns"),
  StateChangeTime: stamp(at),
});
export function alarmDirect(at: Date): Fields {
  const alarm = sample("alarm/metric-alarm-direct");
  const data = fields(alarm.alarmData);
  return {
    ...alarm,
    time: stamp(at),
    alarmData: { ...data, state: { ...fields(data.state), timestamp: stamp(at) } },
  };
}
/** The alarm is over, as EventBridge has it. */
export function alarmOver(at: Date): Fields {
  const alarm = sample("alarm/metric-ok");
  const detail = fields(alarm.detail);
  return {
    ...alarm,
    time: at.toISOString(),
    detail: { ...detail, state: { ...fields(detail.state), timestamp: stamp(at) } },
  };
}
export function compositeAlarm(at: Date): BusEvent {
  const alarm = sample("alarm/composite-alarm");
  const detail = fields(alarm.detail);
  return {
    ...alarm,
    time: at.toISOString(),
    detail: { ...detail, state: { ...fields(detail.state), timestamp: stamp(at) } },
  } as unknown as BusEvent;
}
export const healthIssue = (at: Date) =>
  ({ ...sample("health/instance-store-degraded"), time: at.toISOString() }) as unknown as BusEvent;
export const orderFailed = (at: Date) =>
  ({ ...sample("any-event/order-failed"), time: at.toISOString() }) as unknown as BusEvent;
