/** The failure queue of a region: everything that is in it, each message once. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { systemClock } from "../../sdk/time.ts";
import { type Named, namesOf } from "../../settings/names.ts";
import type { CallerAccount } from "../place/account.ts";

export interface Waiting {
  readonly region: string;
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  /** When it was given up; `null`: not said. */
  readonly at: Date | null;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Failed {
  readonly messages: readonly Waiting[];
  /** It is dealt with. */
  remove(message: Waiting): Promise<void>;
  /** Whoever looks next sees these again at once. */
  giveBack(messages: readonly Waiting[]): Promise<void>;
}

/** Longer than redriving a queue takes; then what was not dealt with is seen again. */
const hiddenSeconds = 15 * 60;
/** What SQS takes at once. */
const most = 10;
const missing = new Set(["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"]);

const waiting =
  (region: string) =>
  ({
    MessageId: id = "",
    ReceiptHandle: receipt = "",
    Body: body = "",
    Attributes = {},
    MessageAttributes = {},
  }: Message): Waiting => ({
    region,
    id,
    receipt,
    body,
    at: Attributes.SentTimestamp ? new Date(Number(Attributes.SentTimestamp)) : null,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue = "" }]) => [name, StringValue]),
    ),
  });

/** @returns nothing where there is no such queue */
export async function failuresIn(
  region: string,
  account: CallerAccount,
  deployed: Named,
): Promise<Failed | undefined> {
  const client = account.clients(systemClock).get(SQSClient, region) as SQSClient;
  let QueueUrl: string | undefined;
  try {
    ({ QueueUrl } = await client.send(
      new GetQueueUrlCommand({ QueueName: namesOf(deployed).failures }),
    ));
  } catch (error) {
    if (error instanceof Error && missing.has(error.name)) return undefined;
    throw error;
  }
  const found = new Map<string, Waiting>();
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: most,
        // SQS asks only some of its servers unless it may wait.
        WaitTimeSeconds: account.loopback ? 0 : 2,
        VisibilityTimeout: hiddenSeconds,
        MessageSystemAttributeNames: ["SentTimestamp"],
        MessageAttributeNames: ["All"],
      }),
    );
    const fresh = Messages.map(waiting(region)).filter(({ id }) => !found.has(id));
    if (!fresh.length) break;
    for (const one of fresh) found.set(one.id, one);
  }
  return {
    messages: [...found.values()].sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0)),
    async remove({ receipt }) {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receipt }));
    },
    async giveBack(messages) {
      for (let from = 0; from < messages.length; from += most)
        await client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl,
            Entries: messages.slice(from, from + most).map(({ receipt }, at) => ({
              Id: `${at}`,
              ReceiptHandle: receipt,
              VisibilityTimeout: 0,
            })),
          }),
        );
    },
  };
}
