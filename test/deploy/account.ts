/**
 * What the deployment test does in the account: as its people and services would, with their own
 * SDK calls.
 */

import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetFunctionUrlConfigCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type SignedOrder, signOrder } from "../../ingest/sign-order.ts";
import { arnsOf } from "../../settings/arns.ts";
import { deployedIn, names } from "../../testing/deployed.ts";
import type { Credentials } from "../../testing/environment.ts";
import type { Deployed } from "./ministack.ts";

/** A message in its structured form, as far as the tests look at it. */
export interface Told {
  readonly unit: string;
  readonly kind: string;
  readonly title: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly run: {
    readonly id: string;
    readonly outcome: string;
    readonly plan: { readonly id: string } | null;
    readonly actions: readonly {
      readonly id: string;
      readonly target: string;
      readonly outcome: string;
    }[];
  } | null;
  readonly incidents: { readonly why: string; readonly incidents: readonly object[] } | null;
}

export interface Answer {
  /** Set when the function threw. */
  readonly failed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the function answers
  readonly body: any;
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** How long the slowest step may take: functions start cold, two at once. */
const patience = 60_000;

export async function accountOf({ endpoint, account, environment }: Deployed) {
  const region = "eu-central-1";
  const config = {
    endpoint,
    region,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? "",
    },
  };
  const [ec2, events, lambda, logs, sns, sqs, dynamo] = [
    new EC2Client(config),
    new EventBridgeClient(config),
    new LambdaClient(config),
    new CloudWatchLogsClient(config),
    new SNSClient(config),
    new SQSClient(config),
    new DynamoDBClient(config),
  ];
  const topic = `arn:aws:sns:${region}:${account}:${names.topic}`;
  const inbox = `arn:aws:sqs:${region}:${account}:inbox`;
  const fromTopic = {
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: inbox,
    Condition: { ArnEquals: { "aws:SourceArn": topic } },
  };
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({
      QueueName: "inbox",
      Attributes: { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [fromTopic] }) },
    }),
  );
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint: inbox }));

  const rules = async (group: string) =>
    (
      await ec2.send(
        new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [group] }] }),
      )
    ).SecurityGroupRules ?? [];
  const sessions = new Map<string, Promise<Required<Credentials>>>();
  async function assumed(role: string): Promise<Required<Credentials>> {
    const RoleArn = `arn:aws:iam::${account}:role/${role}`;
    const { Credentials: given } = await new STSClient(config).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "ann" }),
    );
    return {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      sessionToken: given?.SessionToken ?? "",
    };
  }
  /** A person's, once: before policies are evaluated anybody may take on any role. */
  const session = (role: string): Promise<Required<Credentials>> => {
    const kept = sessions.get(role) ?? assumed(role);
    sessions.set(role, kept);
    return kept;
  };
  /** An order as the command line signs it, with the credentials of a session of a role. */
  async function signed<O extends object>(
    to: string,
    order: O,
    role = "OnCall",
  ): Promise<SignedOrder<O>> {
    const credentials = await session(role);
    const signer = { credentials: async () => credentials, now: () => new Date() };
    return signOrder(signer, { deployed: deployedIn(region), account, to }, order);
  }
  async function invoke(name: string, payload: unknown): Promise<Answer> {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({
        FunctionName: names.function(name),
        Payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
    const text = Buffer.from(Payload ?? []).toString();
    return { failed: FunctionError !== undefined, body: text ? JSON.parse(text) : undefined };
  }
  /**
   * As a person takes it back: looks at what is shown, and confirms that by its digest, for there
   * is no CloudTrail to look at here.
   * @returns what was shown; what was answered to the undo alone; and to the same, confirmed
   */
  async function undoOf(id: string) {
    const asked = async (more: object) =>
      (await invoke("undo", await signed("undo", { id, key: randomUUID(), ...more }))).body;
    const shown = await asked({ show: true });
    const unconfirmed = await asked({});
    return { shown, unconfirmed, confirmed: await asked({ confirms: shown.confirm }) };
  }
  return {
    config,
    sts: new STSClient(config),

    /**
     * As the worker itself: the emulator makes its session's credentials from the two ARNs, once it
     * has been started.
     */
    as(id: string) {
      const digest = hash(
        `arn:aws:lambda:${region}:${account}:function:${names.function(id)}:arn:aws:iam::${account}:role/${names.role(id)}`,
      );
      const credentials = {
        accessKeyId: `ASIA${digest.slice(0, 16).toUpperCase()}`,
        secretAccessKey: hash(`secret:${digest}`),
        sessionToken: hash(`token:${digest}`),
      };
      return { ...config, credentials };
    },

    /** A security group that lets the world in on these ports. */
    async openGroup(name: string, ...ports: readonly number[]): Promise<string> {
      const { GroupId = "" } = await ec2.send(
        new CreateSecurityGroupCommand({ GroupName: name, Description: name }),
      );
      const IpPermissions = ports.map((port) => ({
        IpProtocol: "tcp",
        FromPort: port,
        ToPort: port,
        IpRanges: [{ CidrIp: "0.0.0.0/0", Description: `for ${name}` }],
      }));
      await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
      return GroupId;
    },
    openPorts: async (group: string) =>
      (await rules(group))
        .filter(({ IsEgress }) => !IsEgress)
        .map(({ FromPort, Description }) => `${FromPort} ${Description}`)
        .sort(),

    createLogGroup: (logGroupName: string, tags: Record<string, string> = {}) =>
      logs.send(new CreateLogGroupCommand({ logGroupName, tags })),
    retention: async (name: string) =>
      (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }))).logGroups?.find(
        ({ logGroupName }) => logGroupName === name,
      )?.retentionInDays,

    /** Puts an event on the account's default bus, as the service that it comes from would. */
    async happens(Source: string, DetailType: string, detail: object): Promise<void> {
      const { FailedEntryCount } = await events.send(
        new PutEventsCommand({ Entries: [{ Source, DetailType, Detail: JSON.stringify(detail) }] }),
      );
      if (FailedEntryCount) throw new Error(`the bus did not take ${Source}`);
    },

    /** What EventBridge Scheduler would hand over now. */
    slot: (unit: string, at = region) => ({
      kind: "slot",
      region: at,
      schedule: arnsOf(deployedIn(region), { account }).schedule(names.schedule(unit, 0, at)),
      slot: new Date().toISOString(),
      sweep: 0,
    }),

    invoke,
    signed,
    undoOf,

    /** The next message that fits; others are left out. Waits at the queue until it comes. */
    async told(fits: (message: Told) => boolean): Promise<Told> {
      const until = Date.now() + patience;
      while (Date.now() < until) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 }),
        );
        const read = Messages.map(
          ({ Body = "{}" }) => JSON.parse(JSON.parse(Body).Message) as Told,
        );
        for (const { ReceiptHandle } of Messages)
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        const found = read.find(fits);
        if (found) return found;
      }
      throw new Error("no such message was told");
    },

    /** One partition of the ledger. */
    async ledger(partition: string): Promise<
      {
        readonly sk: string;
        readonly type: string;
        readonly state: string | undefined;
        readonly ttl: string | undefined;
      }[]
    > {
      const { Items = [] } = await dynamo.send(
        new QueryCommand({
          TableName: names.table,
          ConsistentRead: true,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": { S: partition } },
        }),
      );
      return Items.map(({ sk, type, state, ttl }) => ({
        sk: sk?.S ?? "",
        type: type?.S ?? "",
        state: state?.S,
        ttl: ttl?.N,
      }));
    },

    /** How many lie in a queue, those that are hidden included. */
    async lyingIn(name: string): Promise<number> {
      const queue = `${endpoint}/${account}/${name}`;
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: queue,
          AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        }),
      );
      return (
        Number(Attributes?.ApproximateNumberOfMessages) +
        Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
      );
    },

    /** Posts to a function's own URL. @returns the status */
    async post(
      to: string,
      body: string,
      headers: Readonly<Record<string, string>>,
    ): Promise<number | undefined> {
      const { FunctionUrl = "" } = await lambda.send(
        new GetFunctionUrlConfigCommand({ FunctionName: names.function(to) }),
      );
      // Its name does not resolve here; the emulator goes by the header.
      const sent = request(endpoint, {
        method: "POST",
        headers: { ...headers, host: new URL(FunctionUrl).host },
      }).end(body);
      const [answer] = (await once(sent, "response")) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    },
  };
}
export type Account = Awaited<ReturnType<typeof accountOf>>;
