/** Wakes the function of incidents at a time: one-shot schedules, no polling. */
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import { oneShotTimer, type TimerTarget } from "../../handlers/app/one-shot-timer.ts";

export interface Timers {
  /** Wakes a group then, or within the minute after. The same twice is one. */
  set(group: string, at: Date): Promise<void>;
}

/** What a timer starts the function with. */
export interface Wake {
  readonly kind: "timer";
  readonly group: string;
}

/** Its name says group and time: a second attempt finds that it is there. */
export function schedulerTimers(
  client: Pick<SchedulerClient, "send">,
  target: TimerTarget,
): Timers {
  const timer = oneShotTimer(client, target);
  return {
    set: (group, at) =>
      timer(
        {
          name: group,
          description: "Looks at a group of incidents",
          input: { kind: "timer", group } satisfies Wake,
        },
        at,
      ),
  };
}

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
