/**
 * GuardDuty: findings of threats, each with what it is about. How grave one is GuardDuty says
 * itself, from 0 to 10.
 */
import * as z from "zod/mini";
import { partitionOf } from "../../../sdk/arn.ts";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, flag, lenientList, number, text } from "../../../sdk/signals/lenient.ts";
import {
  atLeast,
  matchesName,
  message,
  namesInEvent,
  reaches,
  tagsInEvent,
  together,
} from "../../../sdk/signals/telling.ts";

/** As GuardDuty lists tags. */
const pairs = lenientList(z.object({ key: z.string(), value: z.string() }));

const detail = z.object({
  id: z.string(),
  arn: text,
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
    action: fields({ actionType: text }),
  }),
});

/**
 * From 7 high, from 4 medium, as GuardDuty grades them. One without a grade is not taken lightly.
 */
const severityOf = (grade = 4): Severity =>
  grade >= 7 ? "critical" : grade >= 4 ? "warning" : "info";

const affectedBy = ({ resource }: z.output<typeof detail>): string[] =>
  [
    resource?.instanceDetails?.instanceId,
    resource?.lambdaDetails?.functionName,
    resource?.rdsDbInstanceDetails?.dbInstanceIdentifier,
    resource?.eksClusterDetails?.name,
    resource?.ecsClusterDetails?.name,
    ...(resource?.s3BucketDetails ?? []).map(({ name }) => name),
    resource?.accessKeyDetails?.userName,
  ].flatMap((name) => name ?? []);

const taggedAs = ({ resource }: z.output<typeof detail>) =>
  tagsInEvent(
    [
      resource?.instanceDetails,
      resource?.lambdaDetails,
      resource?.rdsDbInstanceDetails,
      resource?.eksClusterDetails,
      resource?.ecsClusterDetails,
      ...(resource?.s3BucketDetails ?? []),
    ].map((one) => Object.fromEntries((one?.tags ?? []).map(({ key, value }) => [key, value]))),
  );

export default signal({
  id: "guardduty",
  family: "signals",
  summary: "Tells of threats that GuardDuty has found",
  on: [{ source: "aws.guardduty", detailType: "GuardDuty Finding" }],
  config: z.strictObject({
    atLeast: atLeast("info"),
    ignore: namesInEvent("Finding types that are not told, `Recon:*` names all that begin so."),
  }),
  detail,

  tell(finding, { config, region, account }) {
    const { id, arn, type, title, description, severity: grade, service } = finding;
    const severity = severityOf(grade);
    if (matchesName(config.ignore, type) || !reaches(severity, config.atLeast)) return undefined;
    const affected = affectedBy(finding);
    const what = title ?? type;
    const named = affected.filter((name) => !what.includes(name));
    return message({
      title: `GuardDuty: ${what.replace(/\.$/, "")}${named.length ? `, on ${together(named)}` : ""}`,
      severity: service?.archived ? "info" : severity,
      affected,
      tags: taggedAs(finding),
      facts: {
        type,
        severity: grade === undefined ? undefined : `${grade} of 10`,
        seen:
          service?.count === undefined
            ? undefined
            : `${service.count} ${service.count === 1 ? "time" : "times"}`,
        first: service?.eventFirstSeen,
        last: service?.eventLastSeen,
        action: service?.action?.actionType,
        resource: finding.resource?.resourceType,
        "GuardDuty says": description && cut(description, 700),
      },
      link: consolePage(region)`guardduty/home?region=${region}#/findings?macros=current&fId=${id}`,
      key: arn ?? `arn:${partitionOf(region)}:guardduty:${region}:${account}:finding/${id}`,
      closes: service?.archived === true,
    });
  },
});
