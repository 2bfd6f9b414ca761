/**
 * An event of AWS Health is over when AWS says so if it is asked. It answers only accounts with a
 * support plan that includes the API (Business or higher); in any other its own event has to do.
 */
import { describeEvents } from "../../../aws/health/event.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface HealthEvent {
  readonly eventArn?: string | undefined;
}

export default confirmation({
  reads: [describeEvents],
  async over({ eventArn }: HealthEvent, { read }) {
    if (!eventArn) return "no state";
    const answer = await read(describeEvents({ filter: { eventArns: [eventArn] } }));
    if (!answer) return { unread: "the account's support plan has no API of AWS Health" };
    const event = answer.events?.find(({ arn }) => arn === eventArn);
    if (!event) throw new Error("AWS Health does not know the event");
    return event.statusCode === "closed";
  },
});
