/** What the deployed parts are called: the stacks, the handlers and the command line agree here. */
export const names = {
  table: "nightshift",
  topic: "nightshift",
  bus: "nightshift",
  failures: "nightshift-failures",
  /** Of one channel of the settings. */
  channelQueue: (channel: string) => `nightshift-channel-${channel}`,
  /** One runtime parameter: `run`, `stop`, or `stop` and the ids it stops. */
  killSwitch: "/nightshift/kill-switch",
  function: (id: string) => `nightshift-${id}`,
  /** Of an automation's or report's own function. */
  role: (id: string) => `nightshift-${id}`,
  /** Assumed by the undo function alone. */
  undoRole: (id: string) => `nightshift-undo-${id}`,
  scheduleGroup: "nightshift",
  /** Assumed by EventBridge Scheduler to wake incidents. */
  timerRole: "nightshift-timer",
  logGroup: (id: string) => `/aws/lambda/nightshift-${id}`,
  /** Of the key that the topic is encrypted with. */
  key: "alias/nightshift",
} as const;

/** The functions that belong to no single unit, and that every deployment has. */
export const shared = ["signals", "tell", "decide", "undo", "watchdog"] as const;
export type Shared = (typeof shared)[number];
