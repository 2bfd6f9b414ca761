/**
 * CodeDeploy: deployments that fail or are stopped. The next to the same deployment group that
 * succeeds and is no rollback ends it, once CodeDeploy says so when it is asked.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { prefixed, unstopped } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  application: z.string(),
  state: z.string(),
  deploymentGroup: text,
  deploymentId: text,
  // The topic of a trigger says it; the bus does not.
  reason: text,
});

export default stateSignal({
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

  subject({ application, deploymentGroup: group, deploymentId: id }, { account, region }) {
    const page = consolePage(region);
    const resource = `deploymentgroup:${application}/${group ?? "*"}`;
    return {
      name: application,
      affected: [group ? `${application}/${group}` : application],
      link: id
        ? page`codesuite/codedeploy/deployments/${id}?region=${region}`
        : page`codesuite/codedeploy/applications/${application}?region=${region}`,
      key: arnOf({ service: "codedeploy", region, account, resource }),
      what: `The deployment of ${application}${prefixed(" to ", group)}`,
    };
  },

  state: ({ detail }) => detail.state,
  states: {
    FAILURE: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: { reason } }) =>
        `${subject.what} has failed${prefixed(": ", reason && unstopped(reason))}`,
    },
    STOP: { severity: "warning", title: ({ subject }) => `${subject.what} was stopped` },
    SUCCESS: { over: "quietly", title: ({ subject }) => `${subject.what} has succeeded` },
  },

  facts: ({ detail: { deploymentId: deployment, state, reason: why } }) => ({
    deployment,
    state,
    why,
  }),

  confirmation: () => import("./confirmation.ts"),
});
