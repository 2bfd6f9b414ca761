import {
  CloudWatchClient,
  DescribeAlarmContributorsCommand,
  DescribeAlarmsCommand,
} from "@aws-sdk/client-cloudwatch";
import { read } from "../../sdk/call.ts";

/** Composite alarms only where `AlarmTypes` names them. */
export const describeAlarms = read(
  "cloudwatch:DescribeAlarms",
  CloudWatchClient,
  DescribeAlarmsCommand,
  { on: "alarm:*" },
);

/** The series of an alarm that are in ALARM, a page of them. Absent where there is no such alarm. */
export const describeAlarmContributors = read(
  "cloudwatch:DescribeAlarmContributors",
  CloudWatchClient,
  DescribeAlarmContributorsCommand,
  { on: "alarm:*", absent: ["ResourceNotFoundException"] },
);
