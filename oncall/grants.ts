/** What the function of incidents may do, and its timers. */

import { arnsOf } from "../settings/arns.ts";
import type { FeatureRole, Granting } from "../settings/feature.ts";
import {
  deleting,
  functions,
  getting,
  partitions,
  putting,
  querying,
  useKey,
} from "../settings/grants.ts";
import { namesOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { Owner, Statement } from "../settings/statements.ts";

/** Of the function that keeps incidents. */
export function mayKeepIncidents({
  manifest: { settings },
  owner,
}: Granting): readonly Statement[] {
  const arns = arnsOf(settings, owner);
  const own = [deleting, getting, putting, querying];
  return [
    partitions({ sid: "OwnLedger", actions: own, keys: ["incident#*"] }, settings, owner),
    // What would end an incident is looked up where it was written.
    partitions(
      {
        sid: "ReadOutboxes",
        actions: [getting],
        keys: ["unit#*#outbox", "watch#outbox", "deliver#outbox"],
      },
      settings,
      owner,
    ),
    {
      Sid: "SetTimers",
      Effect: "Allow",
      Action: ["scheduler:CreateSchedule"],
      Resource: [arns.schedules("grp.")],
    },
    {
      Sid: "LetTimersWake",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: [arns.timerRole],
      Condition: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
    },
  ];
}

/** The one right that a timer has: to wake the function of incidents. */
export function timerRole(settings: ParsedSettings, owner: Owner): FeatureRole {
  const arns = arnsOf(settings, owner);
  return {
    id: "Timers",
    name: namesOf(settings).timerRole,
    description: "Wakes incidents at their time",
    service: "scheduler.amazonaws.com",
    // AWS names the group of a schedule as the source; the schedule's own ARN is as much ours.
    when: {
      StringEquals: { "aws:SourceAccount": owner.account },
      ArnLike: {
        "aws:SourceArn": [arns.scheduleGroup, arns.schedules()],
      },
    },
    statements: [
      {
        Sid: "Wake",
        Effect: "Allow",
        Action: ["lambda:InvokeFunction"],
        Resource: functions(["incidents"], settings, owner),
      },
      {
        Sid: "LeaveFailures",
        Effect: "Allow",
        Action: ["sqs:SendMessage"],
        Resource: [arns.failures(settings.home)],
      },
      ...useKey(settings),
    ],
  };
}
