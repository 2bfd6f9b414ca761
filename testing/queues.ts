/**
 * The channels' queues in this process, as SQS keeps them: what was received is hidden for a while,
 * comes again, and after too many times is dead.
 */
import type { Context, SQSBatchResponse, SQSRecord } from "aws-lambda";
import { type Letter, writeLetter } from "../channels/queue.ts";
import { after, type Clock, milliseconds, minutes, type Span } from "../sdk/time.ts";

/** As it is deployed: longer than the function may take. */
const hidden = minutes(2);
const mostReceives = 100;
const batch = 10;

interface Lying {
  readonly id: string;
  readonly channel: string;
  readonly body: string;
  readonly sent: Date;
  visible: Date;
  receives: number;
}
export type Handler = (
  event: { readonly Records: SQSRecord[] },
  context: Pick<Context, "getRemainingTimeInMillis">,
) => Promise<SQSBatchResponse>;

export class LocalQueues {
  readonly #lying = new Map<string, Lying>();
  readonly #clock: Pick<Clock, "now">;
  #count = 0;
  /** What would lie in the failure queue. */
  readonly dead: string[] = [];

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  post = async (letter: Letter): Promise<void> => {
    this.#count += 1;
    const sent = this.#clock.now();
    this.#lying.set(`letter-${this.#count}`, {
      id: `letter-${this.#count}`,
      channel: letter.channel,
      body: writeLetter(letter),
      sent,
      visible: sent,
      receives: 0,
    });
  };

  /** @param receipt of the record */
  later = async (
    { receiptHandle }: Pick<SQSRecord, "receiptHandle">,
    span: Span,
  ): Promise<void> => {
    const one = this.#lying.get(receiptHandle);
    if (one) one.visible = after(this.#clock.now(), span);
  };

  /** How many wait, those that are hidden included. */
  waiting(channel?: string): number {
    return [...this.#lying.values()].filter(
      (one) => channel === undefined || one.channel === channel,
    ).length;
  }

  /** When the next letter can be received; `undefined`: none waits. */
  next(): Date | undefined {
    const times = [...this.#lying.values()].map(({ visible }) => visible.getTime());
    return times.length ? new Date(times.reduce((a, b) => Math.min(a, b))) : undefined;
  }

  /**
   * Hands over what can be received now: all queues at once, of each a batch after the other. A
   * handler that dies takes its batch with it: it comes again when its time is over.
   * @returns how many were handed over
   */
  async deliver(handle: Handler, remaining: Span = minutes(1)): Promise<number> {
    const now = this.#clock.now();
    const due = [...this.#lying.values()].filter(({ visible }) => visible <= now);
    const queues = Map.groupBy(due, ({ channel }) => channel).values();
    const emptied = async (letters: readonly Lying[]) => {
      for (let from = 0; from < letters.length; from += batch)
        await this.#hand(handle, letters.slice(from, from + batch), remaining);
    };
    await Promise.all([...queues].map(emptied));
    return due.length;
  }

  async #hand(handle: Handler, letters: readonly Lying[], remaining: Span): Promise<void> {
    const given: Lying[] = [];
    for (const one of letters) {
      one.receives += 1;
      one.visible = after(this.#clock.now(), hidden);
      if (one.receives <= mostReceives) given.push(one);
      else {
        this.#lying.delete(one.id);
        this.dead.push(one.body);
      }
    }
    const end = after(this.#clock.now(), remaining).getTime();
    const context = {
      getRemainingTimeInMillis: () =>
        Math.min(milliseconds(remaining), end - this.#clock.now().getTime()),
    };
    try {
      const { batchItemFailures } = await handle({ Records: given.map(recordOf) }, context);
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { id } of given) if (!failed.has(id)) this.#lying.delete(id);
    } catch {
      // The function died: its letters stay.
    }
  }
}

const recordOf = ({ id, channel, body, sent, receives }: Lying): SQSRecord => ({
  messageId: id,
  receiptHandle: id,
  body,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: String(sent.getTime()),
    SenderId: "nightshift",
    ApproximateFirstReceiveTimestamp: String(sent.getTime()),
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: `arn:aws:sqs:local:000000000000:nightshift-channel-${channel}`,
  awsRegion: "local",
});
