/**
 * What the deployed parts are called: the stacks, the handlers and the command line agree here. All
 * names begin with the deployment's prefix, so that two can live in one account.
 */

/** Where the settings name none. */
export const defaultPrefix = "nightshift";

/** The part of the settings that names go by. */
export interface Named {
  readonly deployment: { readonly prefix: string };
}

/** Of a deployment with this prefix. */
export const namesOf = ({ deployment: { prefix } }: Named) => ({
  /** Of the ledger. */
  table: prefix,
  topic: prefix,
  bus: prefix,
  failures: `${prefix}-failures`,
  /** Of one channel of the settings. */
  channelQueue: (channel: string) => `${prefix}-channel-${channel}`,
  /** One runtime parameter: `run`, `stop`, or `stop` and the ids it stops. */
  killSwitch: `/${prefix}/kill-switch`,
  function: (id: string) => `${prefix}-${id}`,
  /** Of an automation's or report's own function. */
  role: (id: string) => `${prefix}-${id}`,
  /** Assumed by the undo function alone. */
  undoRole: (id: string) => `${prefix}-undo-${id}`,
  scheduleGroup: prefix,
  /** Of one sweep of a unit in one region, in the group. */
  schedule: (id: string, sweep: number, region: string) => `${id}-${sweep}-${region}`,
  /** Assumed by EventBridge Scheduler to go on with flows. */
  flowTimerRole: `${prefix}-flow-timer`,
  /** Assumed by EventBridge Scheduler to wake incidents. */
  timerRole: `${prefix}-timer`,
  logGroup: (id: string) => `/aws/lambda/${prefix}-${id}`,
  /** Of the key that the topic is encrypted with, where the settings name none. */
  key: `alias/${prefix}`,
  /** On what was given up in a region. */
  failuresAlarm: (region: string) => `${prefix}-failures-${region}`,
  watchdogAlarm: `${prefix}-watchdog-silent`,
  watchdogFailingAlarm: `${prefix}-watchdog-failing`,
  tellAlarm: `${prefix}-tell-failing`,
  /** The ledger's stream runs ahead of tell. */
  lateAlarm: `${prefix}-tell-late`,
  /** Messages lie untold, although tell does not fail. */
  untoldAlarm: `${prefix}-untold`,
  /** Nothing feeds a function any more. */
  unfedAlarm: `${prefix}-unfed`,
  incidentsAlarm: `${prefix}-incidents-failing`,
  /** A message waits in the queue of a channel. */
  channelAlarm: (channel: string) => `${prefix}-channel-${channel}-late`,
  homeStack: prefix,
  familyStack: (family: string) => `${prefix}-${family}`,
  forwardStack: (region: string) => `${prefix}-forward-${region}`,
  /**
   * How the rules on the default buses begin. CloudFormation names them, by the beginnings of the
   * stack's name and of their own in the template.
   */
  rules: `${prefix}-`,
  /** Of CloudWatch's metrics. */
  metrics: prefix === defaultPrefix ? "Nightshift" : `Nightshift/${prefix}`,
});
export type Names = ReturnType<typeof namesOf>;

/** What carries a unit's flows: a function of its own, with a role of its own. */
export const flowFunction = (id: string): string => `${id}-flow`;

/** The alias that flows are begun by: an execution goes on with the version that it began with. */
export const liveAlias = "live";

/**
 * The alias of `signals` through which AWS's own services invoke it, and nobody else: its
 * permissions name their rules, alarms and topics. Lambda says through which alias it was invoked,
 * which no payload can.
 */
export const awsAlias = "aws";

/** The functions that belong to no single unit, and that every deployment has. */
export const shared = ["signals", "tell", "decide", "undo", "watchdog"] as const;
export type Shared = (typeof shared)[number];
