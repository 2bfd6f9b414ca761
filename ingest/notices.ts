/**
 * What AWS's services publish to topics in forms of their own, in EventBridge's shape of the same
 * matter, so that it is told in the same words and joins the same incident, whichever way it came.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html
 * @see https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-sns-event-notifications-json-format.html
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Subscribing.html
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Events.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stack.html
 */
import { digest } from "../sdk/codec.ts";
import { type Fields, fieldsOf, isFields } from "../sdk/fields.ts";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** Where something came through: it says what the shapes themselves leave out. */
export interface Through {
  /** ARN of the topic or queue. */
  readonly arn?: string | undefined;
  /** When the topic took it. */
  readonly at?: string | undefined;
  /** The account that this runs in. */
  readonly own?: string | undefined;
}

/** Account and region of the topic or queue, which lies where its publisher does. */
export const placeOfTopic = ({ arn, own }: Through) => {
  const [, , , region, account] = (arn ?? "").split(":");
  return { region, account: account || own };
};

/** What a service says, and where and when, in fields that EventBridge names so. */
interface Notice {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: Fields;
  /** What it is about, by its ARN. */
  readonly about?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly time?: string | undefined;
}

function asEvent({ about, ...notice }: Notice, given: unknown, through: Through): Fields {
  const [, , , region, account] = (about ?? "").split(":");
  const there = placeOfTopic(through);
  return {
    ...notice,
    id: digest(given).slice(0, 32),
    account: notice.account ?? (account || there.account),
    region: notice.region ?? (region || there.region),
    time: notice.time ?? through.at,
    resources: about ? [about] : [],
  };
}

/** RDS and DMS write times in UTC that do not say so. */
const utc = (time: string | undefined): string | undefined => time && `${time.replace(" ", "T")}Z`;

/** `RDS-EVENT-0089` of the address of the page that describes it. */
const eventId = (address: unknown): string => {
  const id = text(address) ?? "";
  return id.slice(id.lastIndexOf("#") + 1);
};

const activities: ReadonlyMap<unknown, string> = new Map([
  ["autoscaling:EC2_INSTANCE_LAUNCH", "EC2 Instance Launch Successful"],
  ["autoscaling:EC2_INSTANCE_LAUNCH_ERROR", "EC2 Instance Launch Unsuccessful"],
  ["autoscaling:EC2_INSTANCE_TERMINATE", "EC2 Instance Terminate Successful"],
  ["autoscaling:EC2_INSTANCE_TERMINATE_ERROR", "EC2 Instance Terminate Unsuccessful"],
]);

/** Its fields are those of the event, but for what says which event it is. */
function scalingNotice(given: Fields): Notice | undefined {
  const detailType = activities.get(given.Event);
  if (!detailType || !text(given.AutoScalingGroupName)) return undefined;
  return {
    source: "aws.autoscaling",
    "detail-type": detailType,
    about: text(given.AutoScalingGroupARN),
    account: text(given.AccountId),
    time: text(given.Time),
    detail: given,
  };
}

const deploymentStates: ReadonlyMap<unknown, string> = new Map([
  ["FAILED", "FAILURE"],
  ["SUCCEEDED", "SUCCESS"],
  ["STOPPED", "STOP"],
  ["CREATED", "START"],
]);

/** What a field holds that is an object, or one written as text. */
function nested(value: unknown): Fields {
  if (typeof value !== "string") return fieldsOf(value);
  try {
    return fieldsOf(JSON.parse(value));
  } catch {
    return {};
  }
}

function deploymentNotice(given: Fields): Notice | undefined {
  const application = text(given.applicationName);
  const status = text(given.status)?.toUpperCase();
  if (!application || !status || !text(given.deploymentId)) return undefined;
  const { ErrorMessage, ErrorCode } = nested(given.errorInformation);
  return {
    source: "aws.codedeploy",
    "detail-type": "CodeDeploy Deployment State-change Notification",
    account: text(given.accountId),
    region: text(given.region),
    detail: {
      application,
      deploymentGroup: given.deploymentGroupName,
      deploymentId: given.deploymentId,
      state: deploymentStates.get(status) ?? status,
      reason: text(ErrorMessage) ?? text(ErrorCode),
    },
  };
}

/** What DMS calls the kinds of its sources: to subscribers of a topic, and on the bus. */
const migrations: ReadonlyMap<unknown, string> = new Map([
  ["replication-task", "Task"],
  ["replication-instance", "Instance"],
]);

/** In some of them the source's name stands in the same text as the link to its page. */
function migrationNotice(given: Fields): Notice | undefined {
  const kind = migrations.get(given["Event Source"]);
  const message = text(given["Event Message"]);
  if (!kind || !message) return undefined;
  const [link, beside] = (text(given["Identifier Link"]) ?? "").split("\nSourceId:");
  return {
    source: "aws.dms",
    "detail-type": `DMS Replication ${kind} State Change`,
    time: utc(text(given["Event Time"])),
    detail: {
      [`replication${kind}Name`]: text(given.SourceId) ?? text(beside),
      detailMessage: message,
      eventId: eventId(given["Event ID"]),
      resourceLink: text(link),
    },
  };
}

/** What RDS calls the kinds of its sources: to subscribers of a topic, and on the bus. */
const databaseKinds: ReadonlyMap<unknown, readonly [name: string, sourceType: string]> = new Map([
  ["db-instance", ["Instance", "DB_INSTANCE"]],
  ["db-cluster", ["Cluster", "CLUSTER"]],
  ["db-snapshot", ["Snapshot", "SNAPSHOT"]],
  ["db-cluster-snapshot", ["Cluster Snapshot", "CLUSTER_SNAPSHOT"]],
  ["db-parameter-group", ["Parameter Group", "DB_PARAM"]],
  ["db-security-group", ["Security Group", "SECURITY_GROUP"]],
  ["db-proxy", ["Proxy", "DB_PROXY"]],
]);

function databaseNotice(given: Fields): Notice | undefined {
  const kind = databaseKinds.get(given["Event Source"]);
  if (!kind || !text(given["Event ID"]) || !text(given["Source ID"])) return undefined;
  const [name, sourceType] = kind;
  const arn = text(given["Source ARN"]);
  const time = utc(text(given["Event Time"]));
  return {
    source: "aws.rds",
    "detail-type": `RDS DB ${name} Event`,
    about: arn,
    time,
    detail: {
      SourceType: sourceType,
      SourceIdentifier: given["Source ID"],
      SourceArn: arn,
      EventID: eventId(given["Event ID"]),
      EventCategories: given["Event Categories"],
      Message: given["Event Message"],
      Date: time,
    },
  };
}

/** `{ "ElastiCache:FailoverComplete": "sessions" }`: the field is what happened, its value to what. */
function cacheNotice(given: Fields): Notice | undefined {
  const [name = "", cluster] = Object.entries(given)[0] ?? [];
  const event = name.startsWith("ElastiCache:") && text(cluster) && name.slice(12);
  return event
    ? { source: "aws.elasticache", "detail-type": "ElastiCache Event", detail: { event, cluster } }
    : undefined;
}

const notices = [scalingNotice, deploymentNotice, databaseNotice, migrationNotice, cacheNotice];

/** The event that the bus would have brought, of what a service publishes as JSON. */
export function serviceNotice(given: Fields, through: Through): Fields | undefined {
  for (const read of notices) {
    const notice = read(given);
    if (notice) return asEvent(notice, given, through);
  }
  return undefined;
}

/** What Auto Scaling sends when a group's notifications are set up. */
export const isScalingTest = (given: unknown): boolean =>
  isFields(given) && given.Event === "autoscaling:TEST_NOTIFICATION";

/** How AWS Backup says in its letters what became of a job, the longer before the shorter. */
const jobStates = [
  ["failed to complete in time", "EXPIRED"],
  ["failed", "FAILED"],
  ["stopped", "ABORTED"],
  ["aborted", "ABORTED"],
  ["expired", "EXPIRED"],
  ["partially", "PARTIAL"],
  ["completed", "COMPLETED"],
  ["successful", "COMPLETED"],
  ["started", "RUNNING"],
] as const;

/** `An AWS Backup job failed. Resource ARN : arn:… BackupJob ID : 1b2345b2-…` */
function jobLetter(message: string): Notice | undefined {
  const kind = /^An AWS (?:Backup )?(copy |restore )?(?:Backup )?job\b/i.exec(message);
  const [opening = "", ...rest] = message.split(". ");
  const state = jobStates.find(([words]) => opening.includes(words))?.[1];
  if (!kind || !state) return undefined;
  const named = new Map(
    rest.map((part): [string, string | undefined] => {
      const [name = "", value] = part.split(/ ?: /);
      return [name.toLowerCase(), text(value?.replace(/\.$/, ""))];
    }),
  );
  const job = kind[1]?.trim().toLowerCase() ?? "backup";
  return {
    source: "aws.backup",
    "detail-type": `${job.replace(/^./, (first) => first.toUpperCase())} Job State Change`,
    detail: {
      state,
      [`${job}JobId`]: named.get(`${job}job id`) ?? named.get(`${job} job id`),
      resourceArn: named.get("resource arn"),
      recoveryPointArn: named.get("recovery point arn"),
    },
  };
}

/** Lines of the form `ResourceStatus='CREATE_FAILED'`. */
function stackLetter(message: string): Notice | undefined {
  if (!message.startsWith("StackId='")) return undefined;
  const lines = new Map(
    message.split("'\n").map((line): [string, string] => {
      const [name = "", ...value] = line.split("='");
      return [name, value.join("='").replace(/'$/, "")];
    }),
  );
  const stack = text(lines.get("StackId"));
  const status = text(lines.get("ResourceStatus"));
  if (!stack || !status) return undefined;
  const details = { status, "status-reason": lines.get("ResourceStatusReason") };
  const isOfStack = lines.get("PhysicalResourceId") === stack;
  return {
    source: "aws.cloudformation",
    "detail-type": `CloudFormation ${isOfStack ? "Stack" : "Resource"} Status Change`,
    about: stack,
    time: text(lines.get("Timestamp")),
    detail: {
      "stack-id": stack,
      ...(!isOfStack && {
        "resource-name": lines.get("LogicalResourceId"),
        "physical-resource-id": lines.get("PhysicalResourceId"),
        "resource-type": lines.get("ResourceType"),
      }),
      "status-details": details,
    },
  };
}

/** The event that the bus would have brought, of what a service writes as a text. */
export function serviceLetter(message: string, through: Through): Fields | undefined {
  const notice = jobLetter(message) ?? stackLetter(message);
  return notice && asEvent(notice, message, through);
}
