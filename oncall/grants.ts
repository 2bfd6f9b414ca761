/** What the function of incidents may do, and its timers. */
import type { FeatureRole, Granting } from "../settings/feature.ts";
import { deleting, functions, getting, partitions, putting, querying } from "../settings/grants.ts";
import { names } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { Owner, Statement } from "../settings/statements.ts";

/** Of the function that keeps incidents. */
export function mayKeepIncidents({
  manifest: { settings },
  owner,
}: Granting): readonly Statement[] {
  const { partition, account } = owner;
  const group = `schedule/${names.scheduleGroup}`;
  const own = [deleting, getting, putting, querying];
  return [
    partitions("OwnLedger", own, ["incident#*"], settings, owner),
    {
      Sid: "SetTimers",
      Effect: "Allow",
      Action: ["scheduler:CreateSchedule"],
      Resource: [`arn:${partition}:scheduler:${settings.home}:${account}:${group}/grp.*`],
    },
    {
      Sid: "LetTimersWake",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: [`arn:${partition}:iam::${account}:role/${names.timerRole}`],
      Condition: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
    },
  ];
}

/** The one right that a timer has: to wake the function of incidents. */
export function timerRole(settings: ParsedSettings, owner: Owner): FeatureRole {
  const { home } = settings;
  const { partition, account } = owner;
  const scheduler = `arn:${partition}:scheduler:${home}:${account}`;
  return {
    id: "Timers",
    name: names.timerRole,
    description: "Wakes incidents at their time",
    service: "scheduler.amazonaws.com",
    // AWS names the group of a schedule as the source; the schedule's own ARN is as much ours.
    when: {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: {
        "aws:SourceArn": [
          `${scheduler}:schedule-group/${names.scheduleGroup}`,
          `${scheduler}:schedule/${names.scheduleGroup}/*`,
        ],
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
        Resource: [`arn:${partition}:sqs:${home}:${account}:${names.failures}`],
      },
    ],
  };
}
