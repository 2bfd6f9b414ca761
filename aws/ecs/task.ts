/** What runs in clusters of ECS, and what it is made from. */
import {
  DescribeServiceRevisionsCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  paginateListTaskDefinitionFamilies,
  paginateListTasks,
} from "@aws-sdk/client-ecs";
import { paged, read } from "../../sdk/call.ts";

/** The ARNs of one cluster's. */
export const listTasks = paged("ecs:ListTasks", ECSClient, paginateListTasks, {
  items: ({ taskArns }) => taskArns,
  // Of a cluster IAM asks for all container instances of it.
  on: "container-instance/*/*",
  pageSize: 100,
});

/** Tasks that ECS tells of at once. */
export const tasksAtOnce = 100;

/** One that has ended meanwhile is left out. */
export const describeTasks = read("ecs:DescribeTasks", ECSClient, DescribeTasksCommand, {
  on: "task/*/*",
  failures: ({ failures }) => failures?.filter(({ reason }) => reason !== "MISSING"),
});

/** The names of those that have an active revision. */
export const listTaskDefinitionFamilies = paged(
  "ecs:ListTaskDefinitionFamilies",
  ECSClient,
  paginateListTaskDefinitionFamilies,
  { items: ({ families }) => families, pageSize: 100 },
);

/** By a family's name its latest active revision. */
export const describeTaskDefinition = read(
  "ecs:DescribeTaskDefinition",
  ECSClient,
  DescribeTaskDefinitionCommand,
);

/** Revisions that ECS tells of at once. */
export const revisionsAtOnce = 20;

/** With the digests that a deployment has pinned, also while none of its tasks runs. */
export const describeServiceRevisions = read(
  "ecs:DescribeServiceRevisions",
  ECSClient,
  DescribeServiceRevisionsCommand,
  {
    on: ["service/*/*", "service-revision/*/*/*"],
    failures: ({ failures }) => failures?.filter(({ reason }) => reason !== "MISSING"),
  },
);
