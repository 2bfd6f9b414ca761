/**
 * A pipeline that failed is well again when the last execution that ended has succeeded, and was no
 * way back: a rollback leaves the pipeline with what it could not deploy.
 */
import { listPipelineExecutions } from "../../../aws/codepipeline/pipeline.ts";
import { confirmation } from "../../../sdk/signal.ts";

export default confirmation({
  reads: [listPipelineExecutions],
  async over({ pipeline }: { readonly pipeline: string }, { read }) {
    const { pipelineExecutionSummaries = [] } = await read(
      listPipelineExecutions({ pipelineName: pipeline, maxResults: 20 }),
    );
    const last = pipelineExecutionSummaries.find(
      ({ status }) => status === "Succeeded" || status === "Failed" || status === "Stopped",
    );
    return last?.status === "Succeeded" && last.executionType !== "ROLLBACK";
  },
});
