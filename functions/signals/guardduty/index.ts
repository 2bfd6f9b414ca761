/**
 * GuardDuty: findings of threats, each with what it is about. How grave one is GuardDuty says
 * itself, from 0 to 10. One is over when GuardDuty has it as archived, for
 * which CloudTrail tells when to look; without a trail nobody does.
 */
import * as z from "zod/mini";
import { count } from "../../../sdk/counted.ts";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { atLeast, namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { threatKey } from "../../../sdk/signals/joined-keys.ts";
import { fields, flag, lenientList, number, text } from "../../../sdk/signals/lenient.ts";
import { inAccount, prefixed, together, unstopped } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { tagsInEvent } from "../../../sdk/signals/telling.ts";

/** As GuardDuty lists tags. */
const pairs = lenientList(z.object({ key: z.string(), value: z.string() }));

const found = z.object({
  id: z.string(),
  arn: text,
  accountId: text,
  type: z.string(),
  title: text,
  description: text,
  severity: number,
  resource: fields({
    resourceType: text,
    instanceDetails: fields({ instanceId: text, tags: pairs }),
    accessKeyDetails: fields({ userName: text }),
    s3BucketDetails: lenientList(z.object({ name: z.string(), tags: pairs })),
    eksClusterDetails: fields({ name: text, tags: pairs }),
    ecsClusterDetails: fields({ name: text, tags: pairs }),
    lambdaDetails: fields({ functionName: text, tags: pairs }),
    rdsDbInstanceDetails: fields({ dbInstanceIdentifier: text, tags: pairs }),
  }),
  service: fields({
    count: number,
    eventFirstSeen: text,
    eventLastSeen: text,
    archived: flag,
    detectorId: text,
    action: fields({ actionType: text }),
    additionalInfo: fields({ sample: flag }),
  }),
});

interface Finding extends z.output<typeof found> {
  /** Of a call that archives findings: the ids of all of them, in place of one finding. */
  readonly archives?: readonly string[];
}

/** That findings are archived GuardDuty does not say itself; CloudTrail tells of the call. */
const archiveCall = z.object({
  eventName: z.literal("ArchiveFindings"),
  requestParameters: z.object({
    detectorId: z.string(),
    findingIds: z.array(z.string()).check(z.minLength(1)),
  }),
});
const archivedBy = ({ requestParameters }: z.output<typeof archiveCall>): Finding => {
  const { detectorId, findingIds } = requestParameters;
  const finding = found.parse({ id: "", type: "archived", service: { detectorId } });
  return { ...finding, archives: findingIds };
};
const detail = z.union([
  z.pipe(archiveCall, z.transform(archivedBy)),
  z.pipe(
    found,
    z.transform((finding): Finding => finding),
  ),
]);

/**
 * From 7 high, from 4 medium, as GuardDuty grades them. One without a grade is not taken lightly; a
 * sample, which somebody has made to see one, is.
 */
function graveness({ detail }: { readonly detail: Finding }): Severity {
  const { severity: grade = 4, service } = detail;
  if (service?.additionalInfo?.sample) return "info";
  if (grade >= 7) return "critical";
  return grade >= 4 ? "warning" : "info";
}

const affectedBy = ({ resource }: Finding): string[] =>
  [
    resource?.instanceDetails?.instanceId,
    resource?.lambdaDetails?.functionName,
    resource?.rdsDbInstanceDetails?.dbInstanceIdentifier,
    resource?.eksClusterDetails?.name,
    resource?.ecsClusterDetails?.name,
    ...(resource?.s3BucketDetails ?? []).map(({ name }) => name),
    resource?.accessKeyDetails?.userName,
  ].flatMap((name) => name ?? []);

const taggedAs = ({ resource }: Finding) =>
  tagsInEvent(
    [
      resource?.instanceDetails,
      resource?.lambdaDetails,
      resource?.rdsDbInstanceDetails,
      resource?.eksClusterDetails,
      resource?.ecsClusterDetails,
      ...(resource?.s3BucketDetails ?? []),
    ].map((tagged) =>
      Object.fromEntries((tagged?.tags ?? []).map(({ key, value }) => [key, value])),
    ),
  );

/** GuardDuty's own title names most of what is affected. */
function whatIn(finding: Finding): string {
  const what = finding.title ?? finding.type;
  const unnamed = affectedBy(finding).filter((name) => !what.includes(name));
  return `${unstopped(what)}${prefixed(", on ", together(unnamed))}`;
}

export default stateSignal({
  id: "guardduty",
  family: "signals",
  summary: "Tells of threats that GuardDuty has found",
  on: [
    { source: "aws.guardduty", detailType: "GuardDuty Finding" },
    {
      source: "aws.guardduty",
      detailType: "AWS API Call via CloudTrail",
      where: { eventName: ["ArchiveFindings"], errorCode: [{ exists: false }] },
    },
  ],
  config: z.strictObject({
    atLeast: atLeast("info"),
    ignore: namesInEvent("Finding types that are not told, `Recon:*` names all that begin so."),
  }),
  detail,

  subjects(finding, context) {
    const { type, archives } = finding;
    const page = consolePage(context.region);
    return (archives ?? [finding.id]).map((id) => ({
      id,
      name: type,
      affected: affectedBy(finding),
      tags: taggedAs(finding),
      link: page`guardduty/home?region=${context.region}#/findings?macros=current&fId=${id}`,
      key: threatKey(id),
      what: `${whatIn(finding)}${inAccount(finding.accountId, context.account)}`,
    }));
  },

  state({ detail: { service, archives } }) {
    if (archives) return "archived by a call";
    return service?.archived ? "archived" : "active";
  },
  states: {
    active: {
      severity: graveness,
      title: ({ subject }) => `GuardDuty: ${subject.what}`,
    },
    archived: {
      over: "told",
      severity: graveness,
      title: ({ subject }) => `GuardDuty: archived: ${subject.what}`,
    },
    "archived by a call": {
      over: "quietly",
      title: ({ subject }) => `GuardDuty: the finding ${subject.id} is archived`,
    },
  },

  facts: ({ detail: { type, severity: grade, service, resource, description, accountId } }) => ({
    type,
    account: accountId,
    severity: grade === undefined ? undefined : `${grade} of 10`,
    seen: service?.count === undefined ? undefined : count(service.count, "time"),
    first: service?.eventFirstSeen,
    last: service?.eventLastSeen,
    action: service?.action?.actionType,
    resource: resource?.resourceType,
    "GuardDuty says": description && cut(description, 700),
  }),

  confirmation: () => import("./confirmation.ts"),
});
