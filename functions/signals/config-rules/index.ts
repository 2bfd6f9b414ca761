/**
 * AWS Config: resources that have stopped to comply with a rule, and that comply again, once Config
 * says so when it is asked. What was all right before is not told.
 */
import * as z from "zod/mini";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { breachKey } from "../../../sdk/signals/joined-keys.ts";
import { fields, text } from "../../../sdk/signals/lenient.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const result = fields({ complianceType: text, resultRecordedTime: text, annotation: text });
const detail = z.object({
  configRuleName: z.string(),
  resourceId: z.string(),
  resourceType: text,
  newEvaluationResult: z.object({
    complianceType: z.string(),
    resultRecordedTime: text,
    annotation: text,
  }),
  oldEvaluationResult: result,
});

const breaks = (evaluation: { complianceType?: string | undefined } | undefined): boolean =>
  evaluation?.complianceType === "NON_COMPLIANT";

export default stateSignal({
  id: "config-rules",
  family: "signals",
  summary: "Tells of resources that break a rule of AWS Config",
  on: [{ source: "aws.config", detailType: "Config Rules Compliance Change" }],
  config: z.strictObject({
    critical: namesInEvent("Rules whose breach is critical, `s3-*` names all that begin so."),
    ignore: namesInEvent("Rules that are not told."),
  }),
  detail,

  subject({ configRuleName: rule, resourceId, resourceType = "resource" }, { region }) {
    const page = consolePage(region);
    return {
      name: rule,
      affected: [resourceId],
      link: page`config/home?region=${region}#/rules/details?configRuleName=${rule}`,
      key: breachKey({ rule, type: resourceType, resource: resourceId }),
    };
  },

  state({ detail: { newEvaluationResult: now, oldEvaluationResult: before } }) {
    if (breaks(now)) return "broken";
    // What did not break it before has nothing to end.
    return before?.complianceType === undefined || breaks(before) ? "mended" : undefined;
  },
  states: {
    broken: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: { resourceId } }) =>
        `${resourceId} breaks the Config rule ${subject.name}`,
    },
    mended: {
      over: "quietly",
      title: ({ subject, detail: { resourceId } }) =>
        `${resourceId} no longer breaks the Config rule ${subject.name}`,
    },
  },

  facts: ({
    subject,
    detail: { resourceType, newEvaluationResult: now, oldEvaluationResult },
  }) => ({
    rule: subject.name,
    resource: resourceType,
    "found out": now.annotation,
    now: now.complianceType,
    before: oldEvaluationResult?.complianceType,
    since: now.resultRecordedTime,
  }),

  confirmation: () => import("./confirmation.ts"),
});
