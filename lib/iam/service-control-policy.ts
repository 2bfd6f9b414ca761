/**
 * What an organisation denies to everybody in an account but Nightshift, those on call and the
 * deployment: administrators too. Made from the deployment's names, like the roles.
 *
 * It binds neither the management account nor services that act by themselves (their principals
 * and service-linked roles). It grants nothing.
 */
import type { Conditions } from "../../sdk/call.ts";
import { awsAlias, type Named, namesOf } from "../../settings/names.ts";
import type { PolicyDocument, Statement } from "../../settings/statements.ts";

/** AWS takes so many characters, white space included where it is not sent from the console. */
export const longestServiceControlPolicy = 5120;

/** Who is let through. */
export interface LetThrough extends Named {
  /** `aws`, `aws-cn`, `aws-us-gov` */
  readonly partition: string;
  /** ARNs, as patterns, of the roles and users of those on call, who also approve. */
  readonly people: readonly string[];
}

/** Where the settings name no approver that IAM knows: a role to be put in place of this. */
export const roleOnCall = (partition: string): string => `arn:${partition}:iam::*:role/OnCall`;

const sessions = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/(.+)\/[^/]+$/;

/** Those of the settings' approvers whom IAM knows, as it names them for a policy. */
export function peopleIn(approvers: readonly string[], partition: string): readonly string[] {
  const known = approvers.filter((approver) => approver.startsWith("arn:"));
  // A session's role may have a path, which the session's ARN leaves out.
  const named = known.flatMap((approver) => {
    const [, of, account, role] = sessions.exec(approver) ?? [];
    if (role === undefined) return [approver];
    return ["", "*/"].map((path) => `arn:${of}:iam::${account}:role/${path}${role}`);
  });
  return named.length ? [...new Set(named)] : [roleOnCall(partition)];
}

/** What changes functions, rules, schedules or the ledger's table, or gives one of our roles away. */
const changesParts: readonly string[] = [
  ...["Add", "Create", "Delete", "Publish", "Put", "Remove", "Send", "Stop", "Update"].map(
    (verb) => `lambda:${verb}*`,
  ),
  "iam:PassRole",
  ...["DeleteRule", "DisableRule", "EnableRule", "PutRule", "PutTargets", "RemoveTargets"].map(
    (call) => `events:${call}`,
  ),
  ...["Delete", "Update"].map((verb) => `events:${verb}EventBus`),
  // Who is told, and what waits to be: people may subscribe, and redrive a letter.
  ...["AddPermission", "DeleteTopic", "P", "RemovePermission", "SetTopicAttributes"].map(
    (beginning) => `sns:${beginning}*`,
  ),
  ...["Add", "DeleteQueue", "Purge", "Remove", "Set"].map((beginning) => `sqs:${beginning}*`),
  ...["Create", "Delete", "Update"].map((verb) => `scheduler:${verb}*`),
  ...["BatchWrite", "CreateTable", "Import", "PutResource", "Restore"].map(
    (beginning) => `dynamodb:${beginning}*`,
  ),
  ...["Delete", "Insert", "Update"].map((verb) => `dynamodb:PartiQL${verb}`),
  ...["DeleteTable", "DeleteResource", "UpdateC", "UpdateG", "UpdateT"].map(
    (beginning) => `dynamodb:${beginning}*`,
  ),
];
const changesItems = ["Delete", "Put", "Update"].map((verb) => `dynamodb:${verb}Item`);

const writtenByPeople = ["exempt#*", "unit#*#breaker", "watch#outbox"];

const nobodyBut = (...principals: readonly string[]): Conditions => ({
  ArnNotLike: { "aws:PrincipalArn": principals },
});

const deny = (Sid: string, statement: Omit<Statement, "Sid" | "Effect">): Statement => ({
  Sid,
  Effect: "Deny",
  ...statement,
});

/** The names that statements are about. */
function partsOf({ deployment, partition, people }: LetThrough) {
  const { prefix } = deployment;
  const arn = (service: string, resource: string): string =>
    `arn:${partition}:${service}:*:*:${resource}`;
  const role = (name: string): string => `arn:${partition}:iam::*:role/${name}`;
  return {
    ours: role(`${prefix}-*`),
    deploying: role("cdk-*-cfn-exec-role-*"),
    /** Hands a deployment over; it marks stacks as ours. */
    handing: role("cdk-*-deploy-role-*"),
    people,
    function: (name: string) => arn("lambda", `function:${prefix}-${name}*`),
    table: arn("dynamodb", `table/${namesOf({ deployment }).table}`),
    rules: arn("events", `rule/${prefix}*`),
    bus: arn("events", `event-bus/${prefix}`),
    schedules: [`schedule/${prefix}/*`, `schedule-group/${prefix}`].map((resource) =>
      arn("scheduler", resource),
    ),
    topic: arn("sns", prefix),
    queues: arn("sqs", `${prefix}-*`),
    stacks: arn("cloudformation", `stack/${prefix}*/*`),
    parameters: arn("ssm", `parameter/${prefix}/*`),
  };
}
type Parts = ReturnType<typeof partsOf>;

/** Nobody else changes what acts: its code, its roles, what starts it, where it remembers. */
function changing(parts: Parts): Statement[] {
  const { ours, deploying, handing, people } = parts;
  const functions = parts.function("");
  return [
    deny("Tags", {
      Action: ["*"],
      Resource: ["*"],
      Condition: {
        "ForAnyValue:StringLike": { "aws:TagKeys": ["nightshift:*"] },
        ...nobodyBut(ours, deploying, handing, ...people),
      },
    }),
    deny("Roles", {
      Action: ["Attach", "Create", "Delete", "Detach", "Put", "Update"].map(
        (verb) => `iam:${verb}*`,
      ),
      Resource: [ours, deploying],
      Condition: nobodyBut(deploying),
    }),
    deny("Parts", {
      Action: changesParts,
      Resource: [
        ...[functions, ours, parts.rules, parts.bus, ...parts.schedules],
        ...[parts.table, parts.topic, parts.queues],
      ],
      Condition: nobodyBut(ours, deploying),
    }),
    // Whoever changes a stack does so with the role that it was deployed with, which needs no
    // permission to pass it.
    deny("Stacks", {
      Action: ["Continue", "CreateChange", "Delete", "Execute", "Rollback", "Set", "Update"].map(
        (beginning) => `cloudformation:${beginning}*`,
      ),
      Resource: [parts.stacks],
      Condition: nobodyBut(deploying, handing),
    }),
    deny("Targets", {
      Action: ["events:PutTargets"],
      Resource: ["*"],
      Condition: {
        "ForAnyValue:ArnLike": { "events:TargetArn": [functions] },
        ...nobodyBut(ours, deploying),
      },
    }),
    deny("Mappings", {
      Action: ["Create", "Delete", "Update"].map((verb) => `lambda:${verb}EventSourceMapping`),
      Resource: ["*"],
      Condition: {
        ArnLike: { "lambda:FunctionArn": [functions, `${functions}:*`] },
        ...nobodyBut(ours, deploying),
      },
    }),
  ];
}

/** People on call give orders and write what is theirs to write; nobody else does. */
function ordering(parts: Parts): Statement[] {
  const { ours, deploying, people } = parts;
  return [
    // In one statement, as AWS takes few characters: each action is of one kind of these resources.
    deny("Orders", {
      Action: [
        "lambda:Invoke*",
        ...changesItems,
        ...["Delete*", "LabelParameterVersion", "Put*"].map((call) => `ssm:${call}`),
      ],
      Resource: [parts.function(""), parts.table, parts.parameters],
      Condition: nobodyBut(ours, deploying, ...people),
    }),
    // Approvers reach decide through its address; what Slack or AWS signs for is nobody's to give.
    deny("Direct", {
      Action: ["lambda:InvokeAsync", "lambda:InvokeFunction"],
      Resource: ["decide", "slack", `signals:${awsAlias}`].map(parts.function),
      Condition: {
        BoolIfExists: { "lambda:InvokedViaFunctionUrl": "false" },
        ...nobodyBut(ours, deploying),
      },
    }),
    // What people write themselves: `exempt`, `resume` for a breaker, `doctor --fire`.
    deny("LedgerOfPeople", {
      Action: changesItems,
      Resource: [parts.table],
      Condition: {
        "ForAnyValue:StringNotLike": { "dynamodb:LeadingKeys": writtenByPeople },
        ...nobodyBut(ours, deploying),
      },
    }),
  ];
}

export function serviceControlPolicy(through: LetThrough): PolicyDocument {
  const parts = partsOf(through);
  return { Version: "2012-10-17", Statement: [...changing(parts), ...ordering(parts)] };
}

/** As it is shipped and printed: short enough for AWS, a field a line. */
export function serviceControlPolicyText(policy: PolicyDocument): string {
  const statements = policy.Statement.map((statement) => {
    const fields = Object.entries(statement).map(
      ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
    );
    return `{\n${fields.join(",\n")}\n}`;
  });
  return `{\n"Version": ${JSON.stringify(policy.Version)},\n"Statement": [\n${statements.join(",\n")}\n]\n}\n`;
}
