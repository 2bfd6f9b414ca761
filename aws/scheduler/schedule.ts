import { paginateListSchedules, SchedulerClient } from "@aws-sdk/client-scheduler";
import { paged } from "../../sdk/call.ts";

export const listSchedules = paged(
  "scheduler:ListSchedules",
  SchedulerClient,
  paginateListSchedules,
  { items: (page) => page.Schedules },
);
