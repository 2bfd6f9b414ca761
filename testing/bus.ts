/**
 * The deployed event patterns on the embedded AWS's own bus: each unit has a queue there in place
 * of its function.
 */
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { concurrently } from "../sdk/concurrently.ts";
import type { Pattern } from "../sdk/pattern.ts";
import { type Credentials, embeddedCredentials } from "./environment.ts";

/**
 * What is put onto a bus: EventBridge's own payload. Id, account and region are given anew, as on
 * AWS.
 */
export interface BusEvent {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: unknown;
  readonly resources?: readonly string[];
  /** ISO 8601. */
  readonly time?: string;
  readonly region?: string;
}

/** A unit and the patterns that start it. */
export interface Listener {
  readonly unit: string;
  readonly patterns: readonly Pattern[];
}

export interface Delivered {
  /** Whose pattern matched; "sns": it came over the topic, which says nothing about units. */
  readonly unit: string | "sns";
  /** What the function is invoked with. */
  readonly payload: unknown;
}

export interface Bus {
  /**
   * Puts an event onto the default bus of a region; by then it lies in the queue of each unit whose
   * pattern matches.
   * @param region the event's own where absent
   */
  put(event: BusEvent, region?: string): Promise<void>;
  /** Sends a message to the topic of a region, as an alarm or a budget does. */
  publish(region: string, message: unknown, subject?: string): Promise<void>;
  /** Takes out what lies in a region's queues, unit by unit, each in the order in which it came. */
  receive(region: string): Promise<Delivered[]>;
  /** ARN of a region's topic. */
  topic(region: string): string;
  close(): void;
}

interface Queue {
  readonly unit: string;
  readonly url: string;
  readonly payload: (message: Message) => unknown;
}

interface Station {
  readonly events: EventBridgeClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly topic: string;
  readonly queues: readonly Queue[];
}

const parsed = (message: Message): unknown => JSON.parse(message.Body ?? "null");

/** Lambda gets an SNS message as a record, not as the envelope that a queue gets. */
const fromTopic = (message: Message): unknown => ({
  Records: [{ EventVersion: "1.0", EventSource: "aws:sns", Sns: parsed(message) }],
});

async function openQueue(sqs: SQSClient, name: string): Promise<{ url: string; arn: string }> {
  const { QueueUrl: url = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }),
  );
  return { url, arn: Attributes?.QueueArn ?? "" };
}

async function openStation(
  endpoint: string,
  region: string,
  credentials: Credentials,
  listeners: readonly Listener[],
): Promise<Station> {
  const config = { endpoint, region, credentials };
  const [events, sns, sqs] = [
    new EventBridgeClient(config),
    new SNSClient(config),
    new SQSClient(config),
  ];

  const queues = await concurrently(
    listeners.filter(({ patterns }) => patterns.length > 0),
    async ({ unit, patterns }): Promise<Queue> => {
      const { url, arn } = await openQueue(sqs, `nightshift-bus-${unit}`);
      for (const [index, pattern] of patterns.entries()) {
        // One target a rule: moto spoils the event's time for a second one.
        const Rule = `${unit}-${index}`;
        await events.send(
          new PutRuleCommand({ Name: Rule, EventPattern: JSON.stringify(pattern) }),
        );
        const put = await events.send(
          new PutTargetsCommand({ Rule, Targets: [{ Id: "queue", Arn: arn }] }),
        );
        if (put.FailedEntryCount)
          throw new Error(
            `The rule ${Rule} in ${region} got no target: ${JSON.stringify(put.FailedEntries)}`,
          );
      }
      const [, , , , account] = arn.split(":");
      // moto leaves the account out of what it delivers; AWS does not.
      return { unit, url, payload: (message) => ({ account, ...(parsed(message) as object) }) };
    },
    { concurrency: 4 },
  );

  const { TopicArn: topic = "" } = await sns.send(
    new CreateTopicCommand({ Name: "nightshift-bus" }),
  );
  const { url, arn } = await openQueue(sqs, "nightshift-bus-sns");
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint: arn }));
  return { events, sns, sqs, topic, queues: [...queues, { unit: "sns", url, payload: fromTopic }] };
}

/** A page at a time until it is empty. */
async function drain(sqs: SQSClient, { unit, url, payload }: Queue): Promise<Delivered[]> {
  const all: Delivered[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages.map((message) => ({ unit, payload: payload(message) })));
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle })),
      }),
    );
  }
}

/**
 * Lays the rules, queues and topic in each region. Doing it again changes nothing.
 * @param listeners each unit with the patterns that are deployed for it
 */
export async function createBus({
  endpoint,
  regions,
  listeners,
  credentials = embeddedCredentials,
}: {
  readonly endpoint: string;
  readonly regions: readonly string[];
  readonly listeners: readonly Listener[];
  readonly credentials?: Credentials;
}): Promise<Bus> {
  const stations = new Map(
    await Promise.all(
      regions.map(
        async (region) =>
          [region, await openStation(endpoint, region, credentials, listeners)] as const,
      ),
    ),
  );
  function stationOf(region: string | undefined): Station {
    const station = stations.get(region ?? "");
    if (!station)
      throw new Error(
        `There is no bus in ${region ?? "no region"}; there is one in ${regions.join(", ")}.`,
      );
    return station;
  }

  return {
    async put(event, region = event.region) {
      const { FailedEntryCount, Entries } = await stationOf(region).events.send(
        new PutEventsCommand({
          Entries: [
            {
              Source: event.source,
              DetailType: event["detail-type"],
              Detail: JSON.stringify(event.detail ?? {}),
              Resources: [...(event.resources ?? [])],
              ...(event.time && { Time: new Date(event.time) }),
            },
          ],
        }),
      );
      if (FailedEntryCount)
        throw new Error(
          `The bus in ${region} refused the event "${event["detail-type"]}" of ${event.source}: ${JSON.stringify(Entries)}`,
        );
    },
    async publish(region, message, subject) {
      const { sns, topic } = stationOf(region);
      await sns.send(
        new PublishCommand({
          TopicArn: topic,
          Message: typeof message === "string" ? message : JSON.stringify(message),
          Subject: subject,
        }),
      );
    },
    async receive(region) {
      const { sqs, queues } = stationOf(region);
      return (await concurrently(queues, (queue) => drain(sqs, queue), { concurrency: 4 })).flat();
    },
    topic: (region) => stationOf(region).topic,
    close() {
      for (const { events, sns, sqs } of stations.values())
        for (const client of [events, sns, sqs]) client.destroy();
    },
  };
}
