/**
 * CodePipeline: executions that fail. The next that succeeds ends it, once CodePipeline says so
 * when it is asked.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, text } from "../../../sdk/signals/lenient.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  pipeline: z.string(),
  state: z.string(),
  "execution-id": text,
  "execution-trigger": fields({ "trigger-type": text, "trigger-detail": text }),
});

export default stateSignal({
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

  subject({ pipeline: name, "execution-id": execution }, { account, region, resources }) {
    const page = consolePage(region);
    const arn = resources[0] ?? arnOf({ service: "codepipeline", region, account, resource: name });
    return {
      name,
      affected: [arn],
      link: execution
        ? page`codesuite/codepipeline/pipelines/${name}/executions/${execution}/timeline?region=${region}`
        : page`codesuite/codepipeline/pipelines/${name}/view?region=${region}`,
      key: arn,
    };
  },

  state: ({ detail }) => detail.state,
  states: {
    FAILED: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject }) => `The pipeline ${subject.name} has failed`,
    },
    SUCCEEDED: {
      over: "quietly",
      title: ({ subject }) => `The pipeline ${subject.name} has succeeded`,
    },
  },

  facts: ({ detail: { "execution-id": execution, "execution-trigger": trigger } }) => ({
    execution,
    "started by": trigger?.["trigger-type"],
    from: trigger?.["trigger-detail"],
  }),

  confirmation: () => import("./confirmation.ts"),
});
