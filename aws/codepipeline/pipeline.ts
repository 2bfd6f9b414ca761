import { CodePipelineClient, ListPipelineExecutionsCommand } from "@aws-sdk/client-codepipeline";
import { read } from "../../sdk/call.ts";

/** The newest first. */
export const listPipelineExecutions = read(
  "codepipeline:ListPipelineExecutions",
  CodePipelineClient,
  ListPipelineExecutionsCommand,
  {
    on: "arn:{partition}:codepipeline:{region}:{account}:*",
  },
);
