/** The topic that is told through, and a queue that hears it, as a program of the team would. */
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { namesOf } from "../../settings/names.ts";
import type { SeededAccount } from "./thing.ts";

/** What came through the topic, in its structured form. */
export interface Heard {
  readonly id: string;
  readonly unit: string;
  readonly title: string;
}

export interface Inbox {
  readonly topic: string;
  /** Takes out what has come. */
  take(): Promise<readonly Heard[]>;
}

export async function openInbox(account: SeededAccount): Promise<Inbox> {
  const [home = ""] = account.regions;
  const [sns, sqs] = [account.client(SNSClient, home), account.client(SQSClient, home)];
  const names = namesOf(account);
  const { TopicArn: topic = "" } = await sns.send(new CreateTopicCommand({ Name: names.topic }));
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: `${names.topic}-inbox` }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  await sns.send(
    new SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint: Attributes?.QueueArn }),
  );
  return {
    topic,
    async take() {
      const heard: Heard[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
        );
        if (!Messages.length) return heard;
        heard.push(
          ...Messages.map(({ Body = "{}" }) => JSON.parse(JSON.parse(Body).Message) as Heard),
        );
        await sqs.send(
          new DeleteMessageBatchCommand({
            QueueUrl,
            Entries: Messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle })),
          }),
        );
      }
    },
  };
}
