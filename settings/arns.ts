/** The ARNs of what is deployed. */
import { arnOf } from "../sdk/arn.ts";
import { awsAlias, type Named, namesOf } from "./names.ts";

/** The part of the settings that says where a deployment lives, and what it is called. */
export interface Deployed extends Named {
  readonly home: string;
}

/** Whose account. */
export interface Holder {
  /** 12 digits; may be a CDK token. */
  readonly account: string;
  /** That of the home region where absent; may be a CDK token. */
  readonly partition?: string;
}

/** Of a deployment in an account. What has no region in its arguments lies in the home region. */
export function arnsOf(deployed: Deployed, { account, partition }: Holder) {
  const { home } = deployed;
  const names = namesOf(deployed);
  const arn = (service: string, region: string, resource: string): string =>
    arnOf({ service, region, account, resource, ...(partition && { partition }) }, home);
  const role = (name: string): string => arn("iam", "", `role/${name}`);
  return {
    table: arn("dynamodb", home, `table/${names.table}`),
    topic: arn("sns", home, names.topic),
    bus: arn("events", home, `event-bus/${names.bus}`),
    failures: (region: string) => arn("sqs", region, names.failures),
    channelQueue: (channel: string) => arn("sqs", home, names.channelQueue(channel)),
    killSwitch: arn("ssm", home, `parameter${names.killSwitch}`),
    function: (id: string) => arn("lambda", home, `function:${names.function(id)}`),
    /** What AWS's own services invoke of `signals`. */
    signalsForAws: arn("lambda", home, `function:${names.function("signals")}:${awsAlias}`),
    logGroup: (id: string) => arn("logs", home, `log-group:${names.logGroup(id)}`),
    role: (id: string) => role(names.role(id)),
    undoRole: (id: string) => role(names.undoRole(id)),
    /** Of every automation: whom each lets in, its own trust policy says. */
    undoRoles: role(names.undoRole("*")),
    flowTimerRole: role(names.flowTimerRole),
    timerRole: role(names.timerRole),
    scheduleGroup: arn("scheduler", home, `schedule-group/${names.scheduleGroup}`),
    /** All that begin so. */
    schedules: (beginning = "") =>
      arn("scheduler", home, `schedule/${names.scheduleGroup}/${beginning}*`),
    schedule: (name: string) => arn("scheduler", home, `schedule/${names.scheduleGroup}/${name}`),
    /** All of ours on the home bus. */
    homeRules: (region: string) => arn("events", region, `rule/${names.bus}/*`),
    /** All of ours on a region's default bus. */
    defaultRules: (region: string) => arn("events", region, `rule/${names.rules}*`),
  };
}
