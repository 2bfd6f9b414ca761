import { Aws, type aws_lambda as lambda, aws_scheduler as scheduler } from "aws-cdk-lib";
import { Construct } from "constructs";
import { useKey } from "../settings/grants.ts";
import { namesOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { scheduleRetries } from "./delivery.ts";
import { arnsHere } from "./place.ts";
import { GeneratedRole } from "./role.ts";

export interface SchedulesProps {
  readonly deployed: ParsedSettings;
  readonly to: lambda.Function;
  readonly slots: readonly Slot[];
}

export interface Slot {
  /** Unique in the account and region. */
  readonly name: string;
  readonly description: string;
  readonly schedule: string;
  readonly timeZone: string;
  /** `null`: on time. */
  readonly windowMinutes: number | null;
  /** The scheduler fills in its own `<aws.scheduler.…>` values. */
  readonly input: object;
}

/** What starts a function at a time, with the one right to do so. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { deployed, to, slots }: SchedulesProps) {
    super(scope, id);
    if (!slots.length) return;
    const arns = arnsHere(deployed);
    const failures = arns.failures(deployed.home);
    const role = new GeneratedRole(this, "Role", {
      description: `Starts ${to.node.scope?.node.id ?? id} on schedule`,
      trusts: { Service: "scheduler.amazonaws.com" },
      // AWS names the group of a schedule as the source; the schedule's own ARN is as much ours.
      when: {
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
        ArnLike: { "aws:SourceArn": [arns.scheduleGroup, arns.schedules()] },
      },
      policy: {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "Start",
            Effect: "Allow",
            Action: ["lambda:InvokeFunction"],
            Resource: [to.functionArn],
          },
          {
            Sid: "LeaveFailures",
            Effect: "Allow",
            Action: ["sqs:SendMessage"],
            Resource: [failures],
          },
          ...useKey(deployed),
        ],
      },
    });
    for (const { name, description, schedule, timeZone, windowMinutes, input } of slots)
      new scheduler.CfnSchedule(this, name, {
        name,
        description,
        groupName: namesOf(deployed).scheduleGroup,
        scheduleExpression: schedule,
        scheduleExpressionTimezone: timeZone,
        flexibleTimeWindow:
          windowMinutes === null
            ? { mode: "OFF" }
            : { mode: "FLEXIBLE", maximumWindowInMinutes: windowMinutes },
        target: {
          arn: to.functionArn,
          roleArn: role.arn,
          input: JSON.stringify(input),
          retryPolicy: scheduleRetries,
          deadLetterConfig: { arn: failures },
        },
      });
  }
}
