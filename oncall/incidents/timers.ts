/** Wakes the function of incidents at a time: one-shot schedules, no polling. */
import {
  ConflictException,
  CreateScheduleCommand,
  type SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { stamp } from "../../ledger/ids.ts";

export interface Timers {
  /** Wakes a group then, or within the minute after. The same twice is one. */
  set(group: string, at: Date): Promise<void>;
}

/** What a timer starts the function with. */
export interface Wake {
  readonly kind: "timer";
  readonly group: string;
}

export interface SchedulerTarget {
  /** Name of the group that the schedules lie in. */
  readonly scheduleGroup: string;
  /** ARN of the function of incidents. */
  readonly function: string;
  /** ARN of the role that EventBridge Scheduler assumes to start it. */
  readonly role: string;
  /** ARN of the queue that takes what could not be started. */
  readonly failures: string;
}

/** Later than that, the watchdog has looked at the group. */
const oldestSeconds = 3600;
/** Schedules are set by the second. */
const wholeSecond = (at: Date): Date => new Date(Math.ceil(at.getTime() / 1000) * 1000);

/**
 * A schedule deletes itself when it has run, and its name says group and time: a second attempt
 * finds that it is there.
 */
export const schedulerTimers = (
  client: Pick<SchedulerClient, "send">,
  target: SchedulerTarget,
): Timers => ({
  async set(group, at) {
    const time = wholeSecond(at);
    try {
      await client.send(
        new CreateScheduleCommand({
          Name: `${group}.${stamp(time)}`,
          GroupName: target.scheduleGroup,
          Description: "Looks at a group of incidents; deletes itself",
          ScheduleExpression: `at(${time.toISOString().slice(0, 19)})`,
          ScheduleExpressionTimezone: "UTC",
          FlexibleTimeWindow: { Mode: "OFF" },
          ActionAfterCompletion: "DELETE",
          Target: {
            Arn: target.function,
            RoleArn: target.role,
            Input: JSON.stringify({ kind: "timer", group } satisfies Wake),
            RetryPolicy: { MaximumEventAgeInSeconds: oldestSeconds, MaximumRetryAttempts: 3 },
            DeadLetterConfig: { Arn: target.failures },
          },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
    }
  },
});

/** In this process, for the embedded AWS and tests: whoever drives the clock asks what is due. */
export interface QueuedTimers extends Timers {
  /** The time that comes first, if any. */
  next(): Date | undefined;
  /** Takes out the groups whose time has come. */
  due(now: Date): string[];
}
export function queuedTimers(): QueuedTimers {
  const waiting = new Map<string, { readonly group: string; readonly at: Date }>();
  return {
    async set(group, at) {
      waiting.set(`${group} ${at.toISOString()}`, { group, at });
    },
    next: () =>
      [...waiting.values()].map(({ at }) => at).sort((a, b) => a.getTime() - b.getTime())[0],
    due(now) {
      const ready = [...waiting].filter(([, { at }]) => at <= now);
      for (const [key] of ready) waiting.delete(key);
      return [...new Set(ready.map(([, { group }]) => group))];
    },
  };
}
