/**
 * CloudFormation: stacks that fail, roll back, get stuck so that a person must mend them, or have
 * drifted from their template.
 */
import * as z from "zod/mini";
import { count } from "../../../sdk/counted.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text } from "../../../sdk/signals/lenient.ts";
import { prefixed, unshouted } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { fine } from "./statuses.ts";

const detail = z.object({
  "stack-id": z.string(),
  "status-details": z.object({ status: text, "status-reason": text, "stack-drift-status": text }),
  "drift-detection-details": fields({ "drifted-stack-resource-count": number }),
});

/** A person must mend it: nothing can be changed until then. */
const stuck = new Set(["ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"]);
const failed = [
  "CREATE_FAILED",
  "UPDATE_FAILED",
  "ROLLBACK_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "IMPORT_ROLLBACK_COMPLETE",
  "IMPORT_ROLLBACK_FAILED",
  ...stuck,
];

type Event = z.output<typeof detail>;

function kindOf(status: string): "stuck" | "failed" | "fine" | undefined {
  if (stuck.has(status)) return "stuck";
  if (fine.includes(status)) return "fine";
  return failed.includes(status) ? "failed" : undefined;
}

const statusIn = (event: Event): string => unshouted(event["status-details"].status ?? "");
const because = (event: Event): string => prefixed(": ", event["status-details"]["status-reason"]);

const drifted = (event: Event): number | undefined =>
  event["drift-detection-details"]?.["drifted-stack-resource-count"];

function driftedResources(event: Event): string | undefined {
  const number = drifted(event);
  return number ? count(number, "resource") : undefined;
}

export default stateSignal({
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

  subject({ "stack-id": arn }, { detailType, region }) {
    const name = arn.split("/")[1] ?? arn;
    const page = consolePage(region);
    const drifts = detailType.includes("Drift");
    return {
      name,
      affected: [arn],
      link: page`cloudformation/home?region=${region}#/stacks/events?stackId=${arn}`,
      key: drifts ? `${arn}/drift` : arn,
      drifts,
    };
  },

  state({ subject, detail: { "status-details": details } }) {
    if (subject.drifts) return details["stack-drift-status"];
    return kindOf(details.status ?? "");
  },
  states: {
    stuck: {
      severity: "critical",
      title: ({ subject, detail: event }) =>
        `The stack ${subject.name}: ${statusIn(event)}${because(event)}`,
    },
    failed: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: event }) =>
        `The stack ${subject.name}: ${statusIn(event)}${because(event)}`,
    },
    fine: {
      over: "quietly",
      title: ({ subject, detail: event }) => `The stack ${subject.name}: ${statusIn(event)}`,
    },
    DRIFTED: {
      severity: "info",
      title: ({ subject, detail: event }) =>
        `The stack ${subject.name} has drifted${prefixed(": ", driftedResources(event))}${because(event)}`,
    },
    IN_SYNC: {
      over: "quietly",
      title: ({ subject }) => `The stack ${subject.name} is as its template says`,
    },
  },

  facts({ subject, detail: event }) {
    const details = event["status-details"];
    return {
      status: subject.drifts ? details["stack-drift-status"] : details.status,
      why: details["status-reason"],
      "drifted resources": drifted(event),
    };
  },

  confirmation: () => import("./confirmation.ts"),
});
