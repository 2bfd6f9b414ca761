import {
  BatchGetProjectsCommand,
  CodeBuildClient,
  paginateListProjects,
} from "@aws-sdk/client-codebuild";
import { paged, read } from "../../sdk/call.ts";

/** Their names. */
export const listProjects = paged("codebuild:ListProjects", CodeBuildClient, paginateListProjects, {
  items: ({ projects }) => projects,
});

/** At most 100; those that are gone meanwhile are left out. */
export const batchGetProjects = read(
  "codebuild:BatchGetProjects",
  CodeBuildClient,
  BatchGetProjectsCommand,
  { on: "project/*" },
);
