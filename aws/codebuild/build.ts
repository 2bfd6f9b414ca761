import { BatchGetBuildsCommand, CodeBuildClient } from "@aws-sdk/client-codebuild";
import { read } from "../../sdk/call.ts";

/** Builds that it does not find it names in its answer, without an error: then the read fails. */
export const batchGetBuilds = read(
  "codebuild:BatchGetBuilds",
  CodeBuildClient,
  BatchGetBuildsCommand,
  { on: "project/*", failures: ({ buildsNotFound }) => buildsNotFound },
);
