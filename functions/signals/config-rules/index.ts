/**
 * AWS Config: resources that have stopped to comply with a rule, and that comply again. What was
 * all right before is not told.
 */
import * as z from "zod/mini";
import { partitionOf } from "../../../sdk/arn.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

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

export default signal({
  id: "config-rules",
  family: "signals",
  summary: "Tells of resources that break a rule of AWS Config",
  on: [{ source: "aws.config", detailType: "Config Rules Compliance Change" }],
  config: z.strictObject({
    critical: namesInEvent("Rules whose breach is critical, `s3-*` names all that begin so."),
    ignore: namesInEvent("Rules that are not told."),
  }),
  detail,

  tell(
    {
      configRuleName: rule,
      resourceId,
      resourceType,
      newEvaluationResult: now,
      oldEvaluationResult: before,
    },
    { config, account, region },
  ) {
    if (matchesName(config.ignore, rule)) return undefined;
    const broken = now.complianceType === "NON_COMPLIANT";
    // What did not break it before has nothing to end.
    if (
      !broken &&
      before?.complianceType !== undefined &&
      before.complianceType !== "NON_COMPLIANT"
    )
      return undefined;
    return message({
      title: `${resourceId} ${broken ? "breaks" : "no longer breaks"} the Config rule ${rule}`,
      severity: !broken ? "info" : matchesName(config.critical, rule) ? "critical" : "warning",
      affected: [resourceId],
      facts: {
        rule,
        resource: resourceType,
        "found out": now.annotation,
        now: now.complianceType,
        before: before?.complianceType,
        since: now.resultRecordedTime,
      },
      link: consolePage(region)`config/home?region=${region}#/rules/details?configRuleName=${rule}`,
      key: `arn:${partitionOf(region)}:config:${region}:${account}:config-rule/${rule}/${resourceType ?? "resource"}/${resourceId}`,
      closes: !broken,
      quiet: !broken,
    });
  },
});
