/**
 * IAM Access Analyzer: what others may reach from outside, above all what everybody may, and access
 * that nobody uses. A finding is over when Access Analyzer has it as resolved or archived.
 */
import * as z from "zod/mini";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { atLeast, namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { accessKey } from "../../../sdk/signals/joined-keys.ts";
import { flag, text, texts } from "../../../sdk/signals/lenient.ts";
import { inAccount, nameIn, prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  id: z.string(),
  resource: text,
  accountId: text,
  resourceOwnerAccount: text,
  resourceType: text,
  status: text,
  isPublic: flag,
  isDeleted: flag,
  action: texts,
  findingType: text,
  error: text,
  principal: z.catch(z.optional(z.record(z.string(), z.string())), undefined),
  condition: z.catch(z.optional(z.record(z.string(), z.unknown())), undefined),
  createdAt: text,
});

type Finding = z.output<typeof detail>;

const principalOf = ({ principal }: Finding): string | undefined =>
  principal && Object.values(principal).join(", ");

/**
 * Who may do what with the resource is one matter, whichever analyzer finds it. A finding that does
 * not say so is a matter of its own.
 */
function keyOf({ id, resource, principal, action, condition = {} }: Finding, region: string) {
  if (!resource || !principal || action.length === 0) return `accessanalyzer/${region}/${id}`;
  const conditions = Object.keys(condition).length > 0 ? JSON.stringify(condition) : undefined;
  const principals = Object.values(principal);
  return accessKey({ resource, principals, actions: action, condition: conditions });
}

type Says = "everybody" | "others" | "within" | "unused" | "not analysed";

/** What the finding says, while it is active. One with an error says nothing of any access. */
function access({ isPublic, error }: Finding, detailType: string): Says {
  if (error) return "not analysed";
  if (isPublic) return "everybody";
  if (detailType === "Internal Access Finding") return "within";
  return detailType.startsWith("Unused") ? "unused" : "others";
}
const severities = {
  everybody: "critical",
  others: "warning",
  within: "info",
  unused: "info",
  "not analysed": "warning",
} as const satisfies Record<Says, Severity>;

const isOver = ({ status = "ACTIVE", isDeleted }: Finding): boolean =>
  status !== "ACTIVE" || isDeleted === true;

function findingsPage(region: string, id: string, analyzer: string | undefined): string {
  const page = consolePage(region);
  if (!analyzer) return page`access-analyzer/home?region=${region}#/findings`;
  return page`access-analyzer/home?region=${region}#/findings/details/${id}?analyzer=${analyzer}`;
}

export default stateSignal({
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

  subject(finding, { detailType, region, account, resources }) {
    const { id, resource, resourceType = "resource" } = finding;
    const analyzer = resources.find((arn) => arn.includes(":analyzer/"));
    return {
      name: resource ? nameIn(resource) : `a ${resourceType}`,
      ignoredBy: [resource],
      affected: [resource],
      link: findingsPage(region, id, analyzer),
      key: keyOf(finding, region),
      access: access(finding, detailType),
      where: inAccount(finding.resourceOwnerAccount ?? finding.accountId, account),
    };
  },

  state: ({ detail: finding, subject }) => (isOver(finding) ? "over" : subject.access),
  states: {
    everybody: {
      severity: severities.everybody,
      title: ({ subject }) => `${subject.name} is open to everybody${subject.where}`,
    },
    others: {
      severity: severities.others,
      title: ({ subject, detail: finding }) =>
        `${subject.name} is open to others${prefixed(": ", cut(principalOf(finding) ?? "", 120))}${subject.where}`,
    },
    within: {
      severity: severities.within,
      title: ({ subject, detail: finding }) =>
        `${subject.name} can be reached from within the organisation${prefixed(": ", cut(principalOf(finding) ?? "", 120))}${subject.where}`,
    },
    unused: {
      severity: severities.unused,
      title: ({ subject }) => `${subject.name} has access that it does not use${subject.where}`,
    },
    "not analysed": {
      severity: severities["not analysed"],
      title: ({ subject, detail: { error = "an error" } }) =>
        `Access Analyzer could not analyse ${subject.name}: ${error}; whether it is open is not known${subject.where}`,
    },
    over: {
      over: "quietly",
      severity: ({ subject }) => severities[subject.access],
      title: ({ subject, detail: { isDeleted, status = "gone" } }) =>
        `Access Analyzer: the finding about ${subject.name} is ${isDeleted ? "gone" : status.toLowerCase()}`,
    },
  },

  facts: ({ detail: finding }) => ({
    principal: principalOf(finding),
    actions: finding.action.join(", "),
    resource: finding.resourceType,
    account: finding.resourceOwnerAccount ?? finding.accountId,
    finding: finding.findingType,
    error: finding.error,
    status: finding.status ?? "ACTIVE",
    since: finding.createdAt,
  }),

  confirmation: () => import("./confirmation.ts"),
});
