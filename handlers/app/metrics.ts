/** What is counted, under the namespace Nightshift, by service. */

/**
 * `found`, `applied`, `held`, `failed`: things of a run; `calls`: to AWS; `told`: messages;
 * `foreign`: events of accounts or regions that are not ours; `untaken`: messages that could not be
 * made incidents; `untold`: messages that the watchdog found still untold; `unfed`: functions that
 * nothing feeds any more.
 */
export type Counted =
  | "found"
  | "applied"
  | "held"
  | "failed"
  | "calls"
  | "told"
  | "foreign"
  | "untaken"
  | "untold"
  | "unfed";

export interface Counter {
  add(what: Counted, count: number): void;
  /** Sends what was counted, once an invocation; nothing counted sends nothing. */
  publish(): void;
}

/** For the command line and the embedded AWS: counts nothing, prints nothing. */
export const noMetrics: Counter = { add: () => undefined, publish: () => undefined };
