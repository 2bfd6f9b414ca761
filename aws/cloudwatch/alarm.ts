import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { read } from "../../sdk/call.ts";

/** Composite alarms only where `AlarmTypes` names them. */
export const describeAlarms = read(
  "cloudwatch:DescribeAlarms",
  CloudWatchClient,
  DescribeAlarmsCommand,
  { on: "alarm:*" },
);
