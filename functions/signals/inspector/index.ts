/**
 * Amazon Inspector: vulnerabilities in instances, images and functions. There are many: by default
 * only what is high or critical is told. A finding is over when Inspector has it as closed or
 * suppressed, or no more.
 */
import * as z from "zod/mini";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { atLeast } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, lenientList, number, tags, text } from "../../../sdk/signals/lenient.ts";
import { inAccount, nameIn, prefixed, together } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { tagsInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  findingArn: z.string(),
  awsAccountId: text,
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

type Finding = z.output<typeof detail>;

const severityOf = ({ detail: { severity: grade = "" } }: { readonly detail: Finding }): Severity =>
  grades[grade] ?? "warning";

const gradeIn = ({ severity: grade, inspectorScore: score }: Finding): string | undefined =>
  grade && `${grade}${prefixed(", ", score === undefined ? "" : `${score} of 10`)}`;

/** `openssl 1.1, fixed in 1.2` */
const packagesIn = ({ packageVulnerabilityDetails: found }: Finding): string =>
  (found?.vulnerablePackages ?? [])
    .map(
      ({ name, version, fixedInVersion }) =>
        `${name}${prefixed(" ", version)}${prefixed(", fixed in ", fixedInVersion)}`,
    )
    .slice(0, 5)
    .join("; ");

const ended = ({ status = "ACTIVE" }: Finding): string => status.toLowerCase();

export default stateSignal({
  id: "inspector",
  family: "signals",
  summary: "Tells of vulnerabilities that Amazon Inspector has found",
  on: [{ source: "aws.inspector2", detailType: "Inspector2 Finding" }],
  config: z.strictObject({ atLeast: atLeast("warning") }),
  detail,

  subject(finding, { region, account }) {
    const { findingArn, title, type, packageVulnerabilityDetails: found } = finding;
    const affected = finding.resources.map(({ id }) => id);
    const page = consolePage(region);
    const what = title ?? found?.vulnerabilityId ?? type ?? "a finding";
    return {
      name: `${what}${prefixed(", in ", together(affected.map(nameIn)))}${inAccount(finding.awsAccountId, account)}`,
      affected,
      tags: tagsInEvent(finding.resources.map((resource) => resource.tags)),
      link: page`inspector/v2/home?region=${region}#/findings/all?findingArn=${findingArn}`,
      key: findingArn,
    };
  },

  state: ({ detail: { status = "" } }) =>
    ["CLOSED", "SUPPRESSED"].includes(status) ? "over" : "active",
  states: {
    active: { severity: severityOf, title: ({ subject }) => `Inspector: ${subject.name}` },
    over: {
      over: "quietly",
      severity: severityOf,
      title: ({ subject, detail: finding }) => `Inspector: ${ended(finding)}: ${subject.name}`,
    },
  },

  facts: ({ detail: finding }) => ({
    severity: gradeIn(finding),
    account: finding.awsAccountId,
    vulnerability: finding.packageVulnerabilityDetails?.vulnerabilityId,
    packages: packagesIn(finding),
    "exploit available": finding.exploitAvailable,
    "fix available": finding.fixAvailable,
    type: finding.type,
    "Inspector says": finding.description && cut(finding.description, 700),
  }),

  confirmation: () => import("./confirmation.ts"),
});
