import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { read } from "../../sdk/call.ts";

/** What one starts: the listing names its target's ARN alone. */
export const getSchedule = read("scheduler:GetSchedule", SchedulerClient, GetScheduleCommand, {
  on: "schedule/*/*",
  absent: ["ResourceNotFoundException"],
});
