/** Calls a function of ours at a time: a schedule that deletes itself when it has run. */
import { CreateScheduleCommand, type SchedulerClient } from "@aws-sdk/client-scheduler";
import { stamp } from "../../ledger/ids.ts";

export interface TimerTarget {
  /** Name of the group that the schedules lie in. */
  readonly scheduleGroup: string;
  /** ARN of the function that is called. */
  readonly function: string;
  /** ARN of the role that EventBridge Scheduler assumes to call it. */
  readonly role: string;
  /** ARN of the queue that takes what could not be called. */
  readonly failures: string;
}

export interface TimerCall {
  /** What it is about, in at most 48 characters: with the time it makes the schedule's name. */
  readonly name: string;
  readonly description: string;
  readonly input: object;
}

/** Later than that, the watchdog has looked for it. */
const oldestSeconds = 3600;
/** Schedules are set by the second. */
const wholeSecond = (at: Date): Date => new Date(Math.ceil(at.getTime() / 1000) * 1000);

/**
 * Its name says what it is about and when: a second attempt finds that it is there.
 * @returns sets a timer, which calls then, or within the minute after
 */
export const oneShotTimer =
  (client: Pick<SchedulerClient, "send">, target: TimerTarget) =>
  async ({ name, description, input }: TimerCall, at: Date): Promise<void> => {
    const time = wholeSecond(at);
    try {
      await client.send(
        new CreateScheduleCommand({
          Name: `${name}.${stamp(time)}`,
          GroupName: target.scheduleGroup,
          Description: `${description}; deletes itself`,
          ScheduleExpression: `at(${time.toISOString().slice(0, 19)})`,
          ScheduleExpressionTimezone: "UTC",
          FlexibleTimeWindow: { Mode: "OFF" },
          ActionAfterCompletion: "DELETE",
          Target: {
            Arn: target.function,
            RoleArn: target.role,
            Input: JSON.stringify(input),
            RetryPolicy: { MaximumEventAgeInSeconds: oldestSeconds, MaximumRetryAttempts: 3 },
            DeadLetterConfig: { Arn: target.failures },
          },
        }),
      );
    } catch (error) {
      // By its name: a bundle has no classes of errors.
      if (!(error instanceof Error && error.name === "ConflictException")) throw error;
    }
  };
