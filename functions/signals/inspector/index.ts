/**
 * Amazon Inspector: vulnerabilities in instances, images and functions. There are many: by default
 * only what is high or critical is told.
 */
import * as z from "zod/mini";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, lenientList, number, tags, text } from "../../../sdk/signals/lenient.ts";
import {
  atLeast,
  message,
  nameIn,
  reaches,
  tagsInEvent,
  together,
} from "../../../sdk/signals/telling.ts";

const detail = z.object({
  findingArn: z.string(),
  title: text,
  description: text,
  type: text,
  severity: text,
  status: text,
  inspectorScore: number,
  exploitAvailable: text,
  fixAvailable: text,
  resources: lenientList(z.object({ id: z.string(), type: text, tags })),
  packageVulnerabilityDetails: fields({
    vulnerabilityId: text,
    vulnerablePackages: lenientList(
      z.object({ name: z.string(), version: text, fixedInVersion: text }),
    ),
  }),
});

const grades: Readonly<Record<string, Severity>> = {
  CRITICAL: "critical",
  HIGH: "warning",
  MEDIUM: "info",
  LOW: "info",
  INFORMATIONAL: "info",
};

export default signal({
  id: "inspector",
  family: "signals",
  summary: "Tells of vulnerabilities that Amazon Inspector has found",
  on: [{ source: "aws.inspector2", detailType: "Inspector2 Finding" }],
  config: z.strictObject({ atLeast: atLeast("warning") }),
  detail,

  tell(finding, { config, region }) {
    const {
      findingArn,
      title,
      type,
      severity: grade,
      status = "ACTIVE",
      packageVulnerabilityDetails: found,
    } = finding;
    const severity = grades[grade ?? ""] ?? "warning";
    if (!reaches(severity, config.atLeast)) return undefined;
    const over = status === "CLOSED" || status === "SUPPRESSED";
    const affected = finding.resources.map(({ id }) => id);
    const packages = (found?.vulnerablePackages ?? []).map(
      ({ name, version, fixedInVersion }) =>
        `${name}${version ? ` ${version}` : ""}${fixedInVersion ? `, fixed in ${fixedInVersion}` : ""}`,
    );
    const what = title ?? found?.vulnerabilityId ?? type ?? "a finding";
    return message({
      title: `Inspector: ${what}${affected.length ? `, in ${together(affected.map(nameIn))}` : ""}${over ? `: ${status.toLowerCase()}` : ""}`,
      severity: over ? "info" : severity,
      affected,
      tags: tagsInEvent(finding.resources.map((one) => one.tags)),
      facts: {
        severity:
          grade === undefined
            ? undefined
            : `${grade}${finding.inspectorScore === undefined ? "" : `, ${finding.inspectorScore} of 10`}`,
        vulnerability: found?.vulnerabilityId,
        packages: packages.slice(0, 5).join("; "),
        "exploit available": finding.exploitAvailable,
        "fix available": finding.fixAvailable,
        type,
        "Inspector says": finding.description && cut(finding.description, 700),
      },
      link: consolePage(
        region,
      )`inspector/v2/home?region=${region}#/findings/all?findingArn=${findingArn}`,
      key: findingArn,
      closes: over,
      quiet: over,
    });
  },
});
