/**
 * CodeDeploy: deployments that fail or are stopped. The next to the same deployment group that
 * succeeds ends it.
 */
import * as z from "zod/mini";
import { partitionOf } from "../../../sdk/arn.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  application: z.string(),
  state: z.string(),
  deploymentGroup: text,
  deploymentId: text,
});

export default signal({
  id: "codedeploy",
  family: "signals",
  summary: "Tells of deployments of CodeDeploy that fail",
  on: [
    {
      source: "aws.codedeploy",
      detailType: "CodeDeploy Deployment State-change Notification",
      where: { state: ["FAILURE", "SUCCESS", "STOP"] },
    },
  ],
  config: z.strictObject({
    critical: namesInEvent(
      "Applications whose failure is critical, `prod-*` names all that begin so.",
    ),
    ignore: namesInEvent("Applications that are not told."),
  }),
  detail,

  tell(
    { application, state, deploymentGroup: group, deploymentId: id },
    { config, account, region },
  ) {
    if (matchesName(config.ignore, application) || !["FAILURE", "SUCCESS", "STOP"].includes(state))
      return undefined;
    const over = state === "SUCCESS";
    return message({
      title: `The deployment of ${application}${group ? ` to ${group}` : ""} ${over ? "has succeeded" : state === "STOP" ? "was stopped" : "has failed"}`,
      severity: over
        ? "info"
        : state === "FAILURE" && matchesName(config.critical, application)
          ? "critical"
          : "warning",
      affected: [group ? `${application}/${group}` : application],
      facts: { deployment: id, state },
      link: id
        ? consolePage(region)`codesuite/codedeploy/deployments/${id}?region=${region}`
        : consolePage(region)`codesuite/codedeploy/applications/${application}?region=${region}`,
      key: `arn:${partitionOf(region)}:codedeploy:${region}:${account}:deploymentgroup:${application}/${group ?? "*"}`,
      closes: over,
      quiet: over,
    });
  },
});
