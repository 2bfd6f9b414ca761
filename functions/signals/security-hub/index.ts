/**
 * Security Hub, in both of its formats: ASFF of "Security Hub Findings - Imported", OCSF of
 * "Findings Imported V2". It sends every finding again and again, and those of other services too:
 * what has passed all along and what has a signal of its own is not told.
 */
import * as z from "zod/mini";
import type { Message, Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, lenientList, tags, text } from "../../../sdk/signals/lenient.ts";
import {
  atLeast,
  matchesName,
  message,
  nameIn,
  reaches,
  tagsInEvent,
  together,
} from "../../../sdk/signals/telling.ts";

const asff = z.object({
  Id: z.string(),
  Title: z.string(),
  Description: text,
  ProductName: text,
  GeneratorId: text,
  Severity: fields({ Label: text }),
  Compliance: fields({ Status: text, SecurityControlId: text }),
  Workflow: fields({ Status: text }),
  RecordState: text,
  ProductFields: fields({ PreviousComplianceStatus: text }),
  Resources: lenientList(z.object({ Id: z.string(), Tags: tags })),
});
const ocsf = z.object({
  finding_info: z.object({ uid: z.string(), title: z.string(), desc: text }),
  severity: text,
  status: text,
  activity_name: text,
  compliance: fields({ status: text, control: text }),
  metadata: fields({ product: fields({ name: text }) }),
  resources: lenientList(
    z.object({
      uid: z.string(),
      tags: lenientList(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
});

interface Finding {
  readonly id: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly product: string | undefined;
  readonly control: string | undefined;
  readonly grade: string | undefined;
  readonly state: string | undefined;
  readonly affected: readonly string[];
  readonly tags: Message["tags"] | undefined;
  /** It is over, and since now. */
  readonly over: boolean;
  /** It has been all right before. */
  readonly idle: boolean;
}

const isAsff = (one: z.output<typeof asff> | z.output<typeof ocsf>): one is z.output<typeof asff> =>
  "Id" in one;
const settled = /^(resolved|suppressed|archived|passed|pass|closed|deleted|not_available)$/i;

function read(one: z.output<typeof asff> | z.output<typeof ocsf>): Finding {
  if (isAsff(one)) {
    const states = [one.RecordState, one.Workflow?.Status, one.Compliance?.Status].flatMap(
      (state) => state ?? [],
    );
    const over = states.find((state) => settled.test(state));
    return {
      id: one.Id,
      title: one.Title,
      description: one.Description,
      product: one.ProductName,
      control: one.Compliance?.SecurityControlId ?? one.GeneratorId,
      grade: one.Severity?.Label,
      state: over ?? one.Compliance?.Status ?? one.Workflow?.Status,
      affected: one.Resources.map(({ Id }) => Id),
      tags: tagsInEvent(one.Resources.map(({ Tags }) => Tags)),
      over: over !== undefined,
      idle:
        one.Compliance?.Status === "PASSED" &&
        one.ProductFields?.PreviousComplianceStatus !== "FAILED",
    };
  }
  const over = [
    one.activity_name === "Close" ? "closed" : undefined,
    one.status,
    one.compliance?.status,
  ].find((state) => state && settled.test(state));
  return {
    id: one.finding_info.uid,
    title: one.finding_info.title,
    description: one.finding_info.desc,
    product: one.metadata?.product?.name,
    control: one.compliance?.control,
    grade: one.severity,
    state: over ?? one.compliance?.status ?? one.status,
    affected: one.resources.map(({ uid }) => uid),
    tags: tagsInEvent(
      one.resources.map(({ tags: pairs }) =>
        Object.fromEntries(pairs.map(({ name, value }) => [name, value])),
      ),
    ),
    over: over !== undefined,
    idle: false,
  };
}

const severityOf = (grade: string | undefined): Severity =>
  /^(critical|fatal)$/i.test(grade ?? "")
    ? "critical"
    : /^(informational|low|medium)$/i.test(grade ?? "")
      ? "info"
      : "warning";

export default signal({
  id: "security-hub",
  family: "signals",
  summary: "Tells of findings in Security Hub",
  on: [
    { source: "aws.securityhub", detailType: "Security Hub Findings - Imported" },
    { source: "aws.securityhub", detailType: "Findings Imported V2" },
  ],
  config: z.strictObject({
    atLeast: atLeast("warning"),
    except: z
      ._default(z.array(z.string()), [
        "GuardDuty",
        "Amazon GuardDuty",
        "Inspector",
        "Amazon Inspector",
        "IAM Access Analyzer",
        "Health",
        "AWS Health",
        "Config",
      ])
      .check(
        z.describe(
          "Products whose findings are not told: by default those that have a signal of their own.",
        ),
      ),
  }),
  detail: z.object({ findings: z.array(z.union([asff, ocsf])).check(z.minLength(1)) }),

  tell({ findings }, { config, region }) {
    const [finding, ...others] = findings.map(read);
    if (!finding || finding.idle || matchesName(config.except, finding.product)) return undefined;
    const severity = severityOf(finding.grade);
    // A control that passes again is graded informational.
    if (!finding.over && !reaches(severity, config.atLeast)) return undefined;
    const on = finding.affected.length ? `, on ${together(finding.affected.map(nameIn))}` : "";
    return message({
      title: `Security Hub: ${finding.title.replace(/\.$/, "")}${on}${finding.over ? `: ${finding.state?.toLowerCase()}` : ""}${others.length ? ` (and ${others.length} more)` : ""}`,
      severity: finding.over ? "info" : severity,
      affected: finding.affected,
      tags: finding.tags,
      facts: {
        severity: finding.grade,
        state: finding.state,
        "found by": finding.product,
        control: finding.control,
        "Security Hub says": finding.description && cut(finding.description, 700),
        others: others.map(({ title }) => title).join("; "),
      },
      link: consolePage(
        region,
      )`securityhub/home?region=${region}#/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253A${finding.id}`,
      key: finding.id,
      closes: finding.over,
      quiet: finding.over,
    });
  },
});
