/**
 * IAM Access Analyzer: what others may reach from outside, above all what everybody may, and access
 * that nobody uses.
 */
import * as z from "zod/mini";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { flag, text, texts } from "../../../sdk/signals/lenient.ts";
import {
  atLeast,
  matchesName,
  message,
  nameIn,
  namesInEvent,
  reaches,
} from "../../../sdk/signals/telling.ts";

const detail = z.object({
  id: z.string(),
  resource: text,
  resourceType: text,
  status: text,
  isPublic: flag,
  isDeleted: flag,
  action: texts,
  findingType: text,
  principal: z.catch(z.optional(z.record(z.string(), z.string())), undefined),
  createdAt: text,
});

export default signal({
  id: "access-analyzer",
  family: "signals",
  summary: "Tells of access from outside, and of unused access, that IAM Access Analyzer has found",
  on: [
    "Access Analyzer Finding",
    "Internal Access Finding",
    "Unused Access Finding for IAM entities",
  ].map((detailType) => ({
    source: "aws.access-analyzer",
    detailType,
  })),
  config: z.strictObject({
    atLeast: atLeast("warning"),
    ignore: namesInEvent("Resources that are not told, by ARN."),
  }),
  detail,

  tell(finding, { config, detailType, region, resources }) {
    const { id, resource, status = "ACTIVE", isPublic, principal } = finding;
    const unused = detailType.startsWith("Unused");
    const severity = isPublic ? "critical" : unused ? "info" : "warning";
    if (matchesName(config.ignore, resource) || !reaches(severity, config.atLeast))
      return undefined;
    const over = status !== "ACTIVE" || finding.isDeleted === true;
    const who = principal && Object.values(principal).join(", ");
    const what = resource ? nameIn(resource) : `a ${finding.resourceType ?? "resource"}`;
    const analyzer = resources.find((arn) => arn.includes(":analyzer/"));
    return message({
      title: over
        ? `Access Analyzer: the finding about ${what} is ${finding.isDeleted ? "gone" : status.toLowerCase()}`
        : unused
          ? `${what} has access that it does not use`
          : isPublic
            ? `${what} is open to everybody`
            : `${what} is open to ${who ? `others: ${cut(who, 120)}` : "others"}`,
      severity: over ? "info" : severity,
      affected: [resource],
      facts: {
        principal: who,
        actions: finding.action.join(", "),
        resource: finding.resourceType,
        finding: finding.findingType,
        status,
        since: finding.createdAt,
      },
      link: analyzer
        ? consolePage(
            region,
          )`access-analyzer/home?region=${region}#/findings/details/${id}?analyzer=${analyzer}`
        : consolePage(region)`access-analyzer/home?region=${region}#/findings`,
      key: `accessanalyzer/${region}/${id}`,
      closes: over,
      quiet: over,
    });
  },
});
