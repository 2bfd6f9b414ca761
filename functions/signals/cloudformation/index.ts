/**
 * CloudFormation: stacks that fail, roll back, get stuck so that a person must mend them, or have
 * drifted from their template.
 */
import * as z from "zod/mini";
import { describeStacks } from "../../../aws/cloudformation/stack.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent, unshouted } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  "stack-id": z.string(),
  "status-details": z.object({ status: text, "status-reason": text, "stack-drift-status": text }),
  "drift-detection-details": fields({ "drifted-stack-resource-count": number }),
});

/** A person must mend it: nothing can be changed until then. */
const stuck = new Set(["ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"]);
const fine = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE"];
const failed = [
  "CREATE_FAILED",
  "UPDATE_FAILED",
  "ROLLBACK_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "IMPORT_ROLLBACK_COMPLETE",
  "IMPORT_ROLLBACK_FAILED",
  ...stuck,
];

export default signal({
  id: "cloudformation",
  family: "signals",
  summary: "Tells of CloudFormation stacks that fail, roll back or have drifted",
  on: [
    {
      source: "aws.cloudformation",
      detailType: "CloudFormation Stack Status Change",
      where: { "status-details": { status: [...fine, ...failed] } },
    },
    {
      source: "aws.cloudformation",
      detailType: "CloudFormation Drift Detection Status Change",
      where: { "status-details": { "stack-drift-status": ["DRIFTED", "IN_SYNC"] } },
    },
  ],
  config: z.strictObject({
    critical: namesInEvent("Stacks whose failure is critical, `prod-*` names all that begin so."),
    ignore: namesInEvent("Stacks that are not told."),
  }),
  detail,

  tell(
    { "stack-id": arn, "status-details": details, "drift-detection-details": drift },
    { config, detailType, region },
  ) {
    const stack = arn.split("/")[1] ?? arn;
    if (matchesName(config.ignore, stack)) return undefined;
    const drifting = detailType.includes("Drift");
    const status = (drifting ? details["stack-drift-status"] : details.status) ?? "";
    const over = drifting ? status === "IN_SYNC" : fine.includes(status);
    if (!over && !(drifting ? status === "DRIFTED" : failed.includes(status))) return undefined;
    const why = details["status-reason"];
    const many = drift?.["drifted-stack-resource-count"];
    const what = drifting
      ? over
        ? " is as its template says"
        : ` has drifted${many ? `: ${many} ${many === 1 ? "resource" : "resources"}` : ""}`
      : `: ${unshouted(status)}`;
    return message({
      title: `The stack ${stack}${what}${why && !over ? `: ${why}` : ""}`,
      severity: over
        ? "info"
        : drifting
          ? "info"
          : stuck.has(status) || matchesName(config.critical, stack)
            ? "critical"
            : "warning",
      affected: [arn],
      facts: { status, why, "drifted resources": many },
      link: consolePage(region)`cloudformation/home?region=${region}#/stacks/events?stackId=${arn}`,
      key: drifting ? `${arn}/drift` : arn,
      closes: over,
      quiet: over,
    });
  },

  reads: [describeStacks],
  async over({ "stack-id": StackName }, { detailType, read }) {
    const { Stacks = [] } = await read(describeStacks({ StackName }));
    if (detailType.includes("Drift"))
      return Stacks.some(
        ({ DriftInformation }) => DriftInformation?.StackDriftStatus === "IN_SYNC",
      );
    return Stacks.some(
      ({ StackStatus }) => StackStatus !== undefined && fine.includes(StackStatus),
    );
  },
});
