/** The channels' queues in SQS: `<prefix>-channel-<name>` in the home region. */
import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Span } from "../sdk/time.ts";
import { type Named, namesOf } from "../settings/names.ts";
import { type Post, writeLetter } from "./queue.ts";

const longest = 3600;

export interface Queues {
  readonly post: Post;
  /**
   * Makes what was received come again after so long, at most an hour. SQS takes twelve, counted
   * from when it was received.
   */
  later(channel: string, receipt: string, span: Span): Promise<void>;
}

export function sqsQueues(client: Pick<SQSClient, "send">, deployed: Named): Queues {
  const names = namesOf(deployed);
  const urls = new Map<string, Promise<string>>();
  const urlOf = (channel: string): Promise<string> => {
    const known = urls.get(channel);
    if (known) return known;
    const asked = (client as SQSClient)
      .send(new GetQueueUrlCommand({ QueueName: names.channelQueue(channel) }))
      .then(({ QueueUrl = "" }) => QueueUrl);
    urls.set(channel, asked);
    asked.catch(() => urls.delete(channel));
    return asked;
  };
  return {
    async post(letter) {
      await (client as SQSClient).send(
        new SendMessageCommand({
          QueueUrl: await urlOf(letter.channel),
          MessageBody: writeLetter(letter),
        }),
      );
    },
    async later(channel, receipt, { seconds }) {
      const VisibilityTimeout = Math.min(longest, Math.max(0, Math.round(seconds)));
      await (client as SQSClient).send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: await urlOf(channel),
          ReceiptHandle: receipt,
          VisibilityTimeout,
        }),
      );
    },
  };
}
