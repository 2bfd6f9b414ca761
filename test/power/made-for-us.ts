/**
 * What AWS itself asks IAM for in our roles' names: no request of ours shows it, and without it
 * what we ask for does not work.
 */
import { names } from "../../testing/deployed.ts";
import { withChannels } from "./channel-settings.ts";
import type { PowerCall } from "./recorder.ts";
import type { Asked, Need, Where } from "./requests.ts";

interface ForUs {
  /** Which service does it. */
  readonly by: string;
  /** When, for a reader. */
  readonly why: string;
  readonly see: string;
  /** What a call entails; nothing for most. */
  readonly entails?: (call: PowerCall, where: Where) => readonly Need[];
  /** What a function entails by being one; `id` is its own. */
  readonly always?: (id: string, home: string, where: Where) => readonly Need[];
}

const key = (region: string, account: string): string =>
  `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

const filling = "BatchWriteItem DeleteItem GetItem PutItem Query Scan UpdateItem".split(" ");
const keyUses =
  "CreateGrant Decrypt DescribeKey Encrypt GenerateDataKey ReEncryptFrom ReEncryptTo".split(" ");

export const forUs: readonly ForUs[] = [
  {
    by: "EC2, starting an instance whose volume is encrypted",
    why: "lets EBS use the volume's key; without it the instance stops again",
    see: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html",
    entails: ({ service, operation, region }, { account }) =>
      service === "ec2" && operation === "StartInstances"
        ? [
            {
              action: "kms:CreateGrant",
              resource: key(region, account),
              context: {
                "kms:GrantIsForAWSResource": "true",
                "kms:ViaService": `ec2.${region}.amazonaws.com`,
              },
            },
          ]
        : [],
  },
  {
    by: "EC2, making a volume that is encrypted",
    why: "lets EBS use the volume's key; without it the volume is not made",
    see: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html",
    entails: ({ service, operation, region }, { account }) =>
      service === "ec2" && operation === "CreateVolume"
        ? [
            {
              action: "kms:CreateGrant",
              resource: key(region, account),
              context: {
                "kms:GrantIsForAWSResource": "true",
                "kms:ViaService": `ec2.${region}.amazonaws.com`,
              },
            },
          ]
        : [],
  },
  {
    by: "Lambda, showing a function whose variables a key encrypts",
    why: "decrypts its environment; without it Lambda shows the function, and an error in place of the values",
    see: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
    // Whoever asks for other reasons needs no values.
    entails: ({ service, operation, region, role }, { account }) =>
      service === "lambda" && operation === "GetFunction" && role?.includes("file-backups")
        ? [
            {
              action: "kms:Decrypt",
              resource: key(region, account),
              context: { "kms:ViaService": `lambda.${region}.amazonaws.com` },
            },
          ]
        : [],
  },
  {
    by: "DynamoDB, restoring a table",
    why: "fills the new table in the caller's name; without it the restore is refused or broken off",
    see: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html",
    entails: ({ service, operation, region, parameters }, { account }) =>
      service === "dynamodb" && operation === "RestoreTableFromBackup"
        ? filling.map((action) => ({
            action: `dynamodb:${action}`,
            resource: `arn:aws:dynamodb:${region}:${account}:table/${(parameters as { TargetTableName: string }).TargetTableName}`,
          }))
        : [],
  },
  {
    by: "DynamoDB, restoring a table whose key is the account's own",
    why: "reads the backup and writes the table under the key",
    see: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    entails: ({ service, operation, region }, { account }) =>
      service === "dynamodb" && operation === "RestoreTableFromBackup"
        ? keyUses.map((action) => ({
            action: `kms:${action}`,
            resource: key(region, account),
            context: {
              "kms:ViaService": `dynamodb.${region}.amazonaws.com`,
              ...(action === "CreateGrant" && { "kms:GrantIsForAWSResource": "true" }),
            },
          }))
        : [],
  },
  {
    by: "SNS, publishing to a topic that is encrypted",
    why: "gets the key that the message is stored under",
    see: "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    entails: ({ service, operation, region, parameters }, { account }) =>
      service === "sns" && operation === "Publish"
        ? ["kms:Decrypt", "kms:GenerateDataKey"].map((action) => ({
            action,
            resource: key(region, account),
            context: {
              "kms:ResourceAliases": [names.key],
              "kms:EncryptionContext:aws:sns:topicArn": (parameters as { TopicArn: string })
                .TopicArn,
              "kms:ViaService": `sns.${region}.amazonaws.com`,
            },
          }))
        : [],
  },
  {
    by: "Lambda, for each invocation",
    why: "writes what the function prints to its own log",
    see: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
    always: (id, home, { account }) =>
      ["logs:CreateLogStream", "logs:PutLogEvents"].map((action) => ({
        action,
        resource: `arn:aws:logs:${home}:${account}:log-group:${names.logGroup(id)}:log-stream:2026/11/21/[$LATEST]1`,
      })),
  },
  {
    by: "Lambda's durable SDK, in an execution of a flow",
    why: "remembers what each step gave, and reads that after a wait",
    see: "https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html",
    always: (id, home, { account }) =>
      id.endsWith("-flow")
        ? ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"].map(
            (action) => ({
              action,
              resource: `arn:aws:lambda:${home}:${account}:function:${names.function(id)}:1/durable-execution/name/id`,
            }),
          )
        : [],
  },
  {
    by: "Lambda, for an invocation that failed for good",
    why: "leaves it in the failure queue",
    see: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    always: (_, home, { account }) => [
      { action: "sqs:SendMessage", resource: `arn:aws:sqs:${home}:${account}:${names.failures}` },
    ],
  },
  {
    by: "Lambda, reading the ledger's stream",
    why: "hands new messages to tell",
    see: "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
    always: (id, home, { account }) =>
      id === "tell"
        ? [
            ...["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"].map(
              (action) => ({
                action,
                resource: `arn:aws:dynamodb:${home}:${account}:table/${names.table}/stream/2026-11-21T00:00:00.000`,
              }),
            ),
            { action: "dynamodb:ListStreams", resource: "*" },
          ]
        : [],
  },
  {
    by: "Lambda, reading the queues of channels",
    why: "hands what waits there to deliver",
    see: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
    always: (id, home, { account }) =>
      id === "deliver"
        ? Object.keys(withChannels.channels).flatMap((channel) =>
            takes.map((call) => ({
              action: `sqs:${call}`,
              resource: `arn:aws:sqs:${home}:${account}:${names.channelQueue(channel)}`,
            })),
          )
        : [],
  },
];

/** What a queue's event source asks for. */
const takes = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"];

/** @param functions ids of all functions that are deployed */
export function askedForUs(
  calls: readonly PowerCall[],
  functions: readonly string[],
  home: string,
  where: Where,
): Asked[] {
  const asked = (
    by: string,
    role: string,
    region: string,
    { action, resource, context }: Need,
  ): Asked => ({
    role,
    action,
    resource,
    by,
    context: { ...context, "aws:RequestedRegion": region },
  });
  const entailed = (by: string, call: PowerCall, need: Need): Asked => ({
    ...asked(by, call.role ?? "", call.region, need),
    entailedBy: `${call.service}:${call.operation}`,
  });
  return forUs.flatMap(({ by, entails, always }) => [
    ...calls.flatMap(
      (call) => entails?.(call, where).map((need) => entailed(by, call, need)) ?? [],
    ),
    ...functions.flatMap(
      (id) => always?.(id, home, where).map((need) => asked(by, names.role(id), home, need)) ?? [],
    ),
  ]);
}
