/** The topic: text for people, JSON for programs, attributes for filter policies. */
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { asData } from "../../messages/render/data.ts";
import { asSubject, asText, type TextOptions } from "../../messages/render/text.ts";
import { cut } from "../../sdk/plain.ts";
import type { Channel } from "../channel.ts";

/** SNS takes 256 KB, all protocols' forms and the attributes together. */
const mostBytes = 250_000;
/** Of a run's actions so many are in the structured form, as long as they fit. */
const actionSteps = [200, 50, 10, 0] as const;

/**
 * What is published, by protocol: `default` is what mail and everything unknown gets.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
 */
export function envelope(message: Outgoing, options: TextOptions): string {
  const text = asText(message, options);
  const with_ = (data: object) => {
    const structured = JSON.stringify(data);
    return JSON.stringify({
      default: text,
      sms: cut(asSubject(message), 140),
      sqs: structured,
      lambda: structured,
      http: structured,
      https: structured,
    });
  };
  for (const most of actionSteps) {
    const body = with_(asData(message, most));
    if (Buffer.byteLength(body) <= mostBytes) return body;
  }
  const {
    facts: _,
    chart: __,
    table: _______,
    run: ___,
    key: ____,
    affected: _____,
    incidents: ______,
    ...head
  } = asData({ ...message, title: cut(message.title, 1_000) }, 0);
  return with_({
    ...head,
    leftOut:
      "facts, chart, table, run, incidents and what is affected: they are too long for a topic",
  });
}

/**
 * Filter policies go by these: a subscription with `{ "severity": ["critical"] }` gets only the
 * worst.
 */
const attributes = (message: Outgoing) => {
  const { severity, unit, kind, account, region } = message;
  const news = newsIn(message);
  const [worst] = news?.incidents ?? [];
  // Of a group the worst: a reader that follows one incident asks for its id.
  const named = {
    severity,
    unit,
    kind,
    account,
    region,
    ...(news && { why: news.why }),
    ...(worst && { incident: worst.id }),
  };
  return Object.fromEntries(
    Object.entries(named).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
  );
};

/**
 * @param client made once for each process
 * @param topic its ARN
 */
export const sns = (
  client: Pick<SNSClient, "send">,
  topic: string,
  options: TextOptions,
): Channel => ({
  name: "sns",
  async send(message) {
    await client.send(
      new PublishCommand({
        TopicArn: topic,
        Subject: asSubject(message),
        MessageStructure: "json",
        Message: envelope(message, options),
        MessageAttributes: attributes(message),
      }),
    );
  },
});
