/**
 * CodePipeline: executions that fail. The next that succeeds ends it, once CodePipeline says so
 * when it is asked.
 */
import * as z from "zod/mini";
import { listPipelineExecutions } from "../../../aws/codepipeline/pipeline.ts";
import { partitionOf } from "../../../sdk/arn.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  pipeline: z.string(),
  state: z.string(),
  "execution-id": text,
  "execution-trigger": fields({ "trigger-type": text, "trigger-detail": text }),
});

export default signal({
  id: "codepipeline",
  family: "signals",
  summary: "Tells of pipelines of CodePipeline that fail",
  on: [
    {
      source: "aws.codepipeline",
      detailType: "CodePipeline Pipeline Execution State Change",
      where: { state: ["FAILED", "SUCCEEDED"] },
    },
  ],
  config: z.strictObject({
    critical: namesInEvent(
      "Pipelines whose failure is critical, `prod-*` names all that begin so.",
    ),
    ignore: namesInEvent("Pipelines that are not told."),
  }),
  detail,

  tell(
    { pipeline, state, "execution-id": execution, "execution-trigger": trigger },
    { config, account, region, resources },
  ) {
    if (matchesName(config.ignore, pipeline) || (state !== "FAILED" && state !== "SUCCEEDED"))
      return undefined;
    const over = state === "SUCCEEDED";
    const page = consolePage(region);
    const arn =
      resources[0] ?? `arn:${partitionOf(region)}:codepipeline:${region}:${account}:${pipeline}`;
    return message({
      title: `The pipeline ${pipeline} has ${over ? "succeeded" : "failed"}`,
      severity: over ? "info" : matchesName(config.critical, pipeline) ? "critical" : "warning",
      affected: [arn],
      facts: {
        execution,
        "started by": trigger?.["trigger-type"],
        from: trigger?.["trigger-detail"],
      },
      link: execution
        ? page`codesuite/codepipeline/pipelines/${pipeline}/executions/${execution}/timeline?region=${region}`
        : page`codesuite/codepipeline/pipelines/${pipeline}/view?region=${region}`,
      key: arn,
      closes: over,
      quiet: over,
    });
  },

  reads: [listPipelineExecutions],
  async over({ pipeline }, { read }) {
    const { pipelineExecutionSummaries = [] } = await read(
      listPipelineExecutions({ pipelineName: pipeline, maxResults: 20 }),
    );
    const last = pipelineExecutionSummaries.find(
      ({ status }) => status === "Succeeded" || status === "Failed" || status === "Stopped",
    );
    return last?.status === "Succeeded";
  },
});
