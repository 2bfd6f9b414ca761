/** Which channels get a message. */
import type { Severity } from "../core/message.ts";
import type { Outgoing } from "../core/run/result.ts";
import type { Channel } from "./channel.ts";

/** The part of a route of the settings that matters here. */
export interface RouteTo {
  readonly channel: string;
  /** Absent: all. */
  readonly atLeast?: Severity | undefined;
}

const order: readonly Severity[] = ["info", "warning", "critical"];
const reaches = (severity: Severity, least: Severity = "info"): boolean => order.indexOf(severity) >= order.indexOf(least);

/** Takes what no route wants. */
const lastResort = "sns";

/**
 * The channels whose routes want the message, and those that no route names at all, like a terminal. What no route
 * wants goes to the topic, so that nothing is lost by a setting.
 */
export function routed(message: Pick<Outgoing, "severity">, routes: readonly RouteTo[], channels: readonly Channel[]): Channel[] {
  const named = new Set<string>(routes.map(({ channel }) => channel));
  const wanting = new Set<string>(routes.filter(({ atLeast }) => reaches(message.severity, atLeast)).map(({ channel }) => channel));
  if (wanting.size === 0) wanting.add(lastResort);
  return channels.filter(({ name }) => wanting.has(name) || !named.has(name));
}
