/** What is to be done with an instance, by what is known of it. */
import type { Instance } from "@aws-sdk/client-ec2";
import { after } from "../../../sdk/time.ts";
import { leastOff } from "../schedules.ts";
import type { ScheduledInstance } from "./scheduled.ts";

/** When AWS says that it was stopped, where it does. */
export function stoppedAt({ StateTransitionReason = "" }: Instance): Date | undefined {
  const [, day, time] =
    /\((\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) (?:GMT|UTC)\)/.exec(StateTransitionReason) ?? [];
  const at = new Date(`${day}T${time}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/**
 * The schedule says off, and it has run since before it did. EC2's `LaunchTime` is that of the last
 * start: what was started within its time off was started by somebody who needs it.
 */
export function isToStop({ instance, hours, unclear }: ScheduledInstance, now: Date): boolean {
  const { State, LaunchTime } = instance;
  if (!hours || unclear !== undefined || !LaunchTime || State?.Name !== "running") return false;
  const { is, from, until } = hours.period;
  return is === "off" && LaunchTime < from && after(now, leastOff) <= until;
}

/** Somebody started it within its time off. */
export function isLeftRunning({ instance, hours, unclear }: ScheduledInstance): boolean {
  const { State, LaunchTime } = instance;
  if (!hours || unclear !== undefined || !LaunchTime || State?.Name !== "running") return false;
  return hours.period.is === "off" && LaunchTime >= hours.period.from;
}

/** The schedule says on, and this unit stopped it. */
export function isToStart({ instance, hours, unclear, stop }: ScheduledInstance): boolean {
  if (!hours || unclear !== undefined || instance.State?.Name !== "stopped") return false;
  return hours.starts && hours.period.is === "on" && stop !== undefined;
}

/**
 * Whether the ledger must say who stopped it: to start it, or because it stood before its time off
 * began. What was stopped since then is most likely our own doing, and asked about in the morning.
 */
export function asksLedger({ instance, hours, unclear }: ScheduledInstance): boolean {
  if (!hours || unclear !== undefined || instance.State?.Name !== "stopped") return false;
  if (hours.period.is === "on") return hours.starts;
  const stopped = stoppedAt(instance);
  return stopped === undefined || stopped < hours.period.from;
}
