/** Findings of Security Hub in both of its formats, read as one. */
import * as z from "zod/mini";
import type { Message } from "../../../sdk/message.ts";
import { accessKey, breachKey, threatKey } from "../../../sdk/signals/joined-keys.ts";
import { fields, lenientList, number, tags, text } from "../../../sdk/signals/lenient.ts";
import { tagsInEvent } from "../../../sdk/signals/telling.ts";

const asff = z.object({
  Id: z.string(),
  Title: z.string(),
  Description: text,
  ProductName: text,
  GeneratorId: text,
  AwsAccountId: text,
  Severity: fields({ Label: text, Normalized: number }),
  Compliance: fields({ Status: text, SecurityControlId: text }),
  Workflow: fields({ Status: text }),
  RecordState: text,
  ProductFields: fields({
    PreviousComplianceStatus: text,
    "aws/config/ConfigRuleName": text,
    // Of a control: the rule that Security Hub has made for it.
    "RelatedAWSResources:0/name": text,
    "RelatedAWSResources:0/type": text,
  }),
  Resources: lenientList(
    z.object({
      Id: z.string(),
      Type: text,
      Tags: tags,
      Details: fields({
        Other: fields({ "External Principal": text, "Action Granted": text, Condition: text }),
      }),
    }),
  ),
});
const ocsf = z.object({
  finding_info: z.object({ uid: z.string(), title: z.string(), desc: text }),
  severity: text,
  status: text,
  activity_name: text,
  compliance: fields({ status: text, control: text }),
  metadata: fields({ product: fields({ name: text }) }),
  cloud: fields({ account: fields({ uid: text }) }),
  resources: lenientList(
    z.object({
      uid: z.string(),
      tags: lenientList(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
});

export interface Finding {
  readonly id: string;
  /** Of its matter: its id, or what the service's own event would have, where it is a copy. */
  readonly key: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly product: string | undefined;
  readonly control: string | undefined;
  /** Whose it is: of an organisation's findings not always the one that hears of them. */
  readonly account: string | undefined;
  readonly grade: string | undefined;
  readonly state: string | undefined;
  readonly affected: readonly string[];
  readonly tags: Message["tags"] | undefined;
  /** It is over, and since now. */
  readonly over: boolean;
  /** It has been all right before, or who owns it knows of it already. */
  readonly idle: boolean;
}

/** The grade of a finding that has a number only, from 0 to 100, as older products send it. */
function gradeOf({ Severity }: z.output<typeof asff>): string | undefined {
  const { Label: label, Normalized: normalized } = Severity ?? {};
  if (label !== undefined || normalized === undefined) return label;
  return gradesFrom.find(([from]) => normalized >= from)?.[1];
}
const gradesFrom = [
  [90, "CRITICAL"],
  [70, "HIGH"],
  [40, "MEDIUM"],
  [1, "LOW"],
  [0, "INFORMATIONAL"],
] as const;

const settled = /^(resolved|suppressed|archived|passed|pass|closed|deleted|not_available)$/i;

/** A list in a text: `s3:GetObject,s3:ListBucket`. */
const listedIn = (text: string): string[] => text.split(",").flatMap((part) => part.trim() || []);

/** The rule of AWS Config that has found it out. */
function ruleIn({ ProductName, ProductFields: known }: z.output<typeof asff>): string | undefined {
  if (ProductName === "Config") return known?.["aws/config/ConfigRuleName"];
  const isRule = known?.["RelatedAWSResources:0/type"] === "AWS::Config::ConfigRule";
  return isRule ? known["RelatedAWSResources:0/name"] : undefined;
}

/**
 * Access Analyzer, AWS Config and GuardDuty tell of what they find under other ids than the copies
 * in Security Hub have; Inspector under the same. Controls are rules of AWS Config, which tells of
 * them too.
 */
function keyOf(imported: z.output<typeof asff>): string {
  const { Id, ProductName, Resources } = imported;
  const [resource] = Resources;
  if (ProductName === "GuardDuty") return threatKey(Id);
  const rule = ruleIn(imported);
  if (rule && resource?.Type)
    return breachKey({ rule, type: resource.Type, resource: resource.Id });
  const access = resource?.Details?.Other;
  const { "External Principal": principals, "Action Granted": actions } = access ?? {};
  if (ProductName !== "IAM Access Analyzer" || !resource || !principals || !actions) return Id;
  return accessKey({
    resource: resource.Id,
    principals: listedIn(principals),
    actions: listedIn(actions),
    condition: access?.Condition === "none" ? undefined : access?.Condition,
  });
}

function ofAsff(imported: z.output<typeof asff>): Finding {
  const { Compliance, Workflow, RecordState, ProductFields, Resources } = imported;
  const over = [RecordState, Workflow?.Status, Compliance?.Status].find(
    (state) => state && settled.test(state),
  );
  const wasPassed =
    Compliance?.Status === "PASSED" && ProductFields?.PreviousComplianceStatus !== "FAILED";
  return {
    id: imported.Id,
    key: keyOf(imported),
    title: imported.Title,
    description: imported.Description,
    product: imported.ProductName,
    control: Compliance?.SecurityControlId ?? imported.GeneratorId,
    account: imported.AwsAccountId,
    grade: gradeOf(imported),
    state: over ?? Compliance?.Status ?? Workflow?.Status,
    affected: Resources.map(({ Id }) => Id),
    tags: tagsInEvent(Resources.map(({ Tags }) => Tags)),
    over: over !== undefined,
    idle: wasPassed || (over === undefined && Workflow?.Status === "NOTIFIED"),
  };
}

function ofOcsf(imported: z.output<typeof ocsf>): Finding {
  const { finding_info: info, compliance, status, activity_name: activity, resources } = imported;
  const closed = activity === "Close" ? "closed" : undefined;
  const over = [closed, status, compliance?.status].find((state) => state && settled.test(state));
  return {
    id: info.uid,
    key: info.uid,
    title: info.title,
    description: info.desc,
    product: imported.metadata?.product?.name,
    control: compliance?.control,
    account: imported.cloud?.account?.uid,
    grade: imported.severity,
    state: over ?? compliance?.status ?? status,
    affected: resources.map(({ uid }) => uid),
    tags: tagsInEvent(
      resources.map(({ tags: pairs }) =>
        Object.fromEntries(pairs.map(({ name, value }) => [name, value])),
      ),
    ),
    over: over !== undefined,
    idle: false,
  };
}

export const findingIn = z.union([
  z.pipe(asff, z.transform(ofAsff)),
  z.pipe(ocsf, z.transform(ofOcsf)),
]);
