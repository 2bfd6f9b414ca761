import { paginateListSchedules, SchedulerClient } from "@aws-sdk/client-scheduler";
import { paged } from "../../core/call.ts";

export const listSchedules = paged(
  "scheduler:ListSchedules",
  SchedulerClient,
  paginateListSchedules,
  (page) => page.Schedules,
);
