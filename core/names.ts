/** What the deployed parts are called: the stacks, the handlers and the command line agree here. */
export const names = {
  table: "nightshift",
  topic: "nightshift",
  bus: "nightshift",
  failures: "nightshift-failures",
  /** One runtime parameter: `run`, `stop`, or `stop` and the ids it stops. */
  killSwitch: "/nightshift/kill-switch",
  function: (id: string) => `nightshift-${id}`,
  /** Of an automation's or report's own function. */
  role: (id: string) => `nightshift-${id}`,
  /** Assumed by the undo function alone. */
  undoRole: (id: string) => `nightshift-undo-${id}`,
  scheduleGroup: "nightshift",
  logGroup: (id: string) => `/aws/lambda/nightshift-${id}`,
  /** Of the key that the topic is encrypted with. */
  key: "alias/nightshift",
} as const;

/** The functions that belong to no single unit. */
export const shared = ["signals", "tell", "decide", "undo", "watchdog"] as const;
export type Shared = (typeof shared)[number];
