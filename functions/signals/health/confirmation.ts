/**
 * An event of AWS Health is over when AWS says so if it is asked. It answers only accounts with a
 * support plan that includes the API (Business or higher), and each only of itself; for any other
 * its own event has to do.
 */
import { describeEvents } from "../../../aws/health/event.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface HealthEvent {
  readonly eventArn?: string | undefined;
  /** Of an organisation's events not always the one that hears of them. */
  readonly affectedAccount?: string | undefined;
}

export default confirmation({
  reads: [describeEvents],
  async over({ eventArn, affectedAccount }: HealthEvent, { read, account }) {
    if (!eventArn) return "no state";
    if (affectedAccount !== undefined && affectedAccount !== account)
      return { unread: "AWS Health tells other accounts nothing of this one's events" };
    const answer = await read(describeEvents({ filter: { eventArns: [eventArn] } }));
    if (!answer) return { unread: "the account's support plan has no API of AWS Health" };
    const event = answer.events?.find(({ arn }) => arn === eventArn);
    if (!event) throw new Error("AWS Health does not know the event");
    return event.statusCode === "closed";
  },
});
