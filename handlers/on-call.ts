/**
 * On-call's parts as deployed: incidents with their timers, channels with their queues. Loaded only
 * where the settings ask for them.
 */
import { SNSClient } from "@aws-sdk/client-sns";
import type { Channel } from "../channels/channel.ts";
import { sns } from "../channels/sns/sns.ts";
import type { Queues } from "../channels/sqs-queues.ts";
import { arnsOf, type Deployed } from "../settings/arns.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { Parts, SharedSettings } from "./parts.ts";

/** How times and commands in texts are written. */
export const textOptions = ({ timeZone }: Pick<ParsedSettings, "timeZone">) => ({
  timeZone,
  command: "npx nightshift",
});

/** The folder that a unit lies in. */
export const families = (units: SharedSettings["units"]): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(units).map(([id, { family }]) => [id, family]));

export const topicChannel = (
  { clients }: Parts,
  { settings }: Pick<SharedSettings, "settings">,
  account: string,
): Channel =>
  sns(
    clients.get(SNSClient, settings.home) as SNSClient,
    arnsOf(settings, { account }).topic,
    textOptions(settings),
  );

export async function lazyQueues({ clients }: Parts, deployed: Deployed): Promise<Queues> {
  const [{ SQSClient }, { sqsQueues }] = await Promise.all([
    import("@aws-sdk/client-sqs"),
    import("../channels/sqs-queues.ts"),
  ]);
  return sqsQueues(
    clients.get(SQSClient, deployed.home) as InstanceType<typeof SQSClient>,
    deployed,
  );
}

/** What stands in tell for each channel of the settings. */
export async function lazyQueuedChannels(own: Parts, settings: ParsedSettings): Promise<Channel[]> {
  const all = Object.keys(settings.channels);
  if (!all.length) return [];
  const [{ post }, { queued }] = await Promise.all([
    lazyQueues(own, settings),
    import("../channels/queue.ts"),
  ]);
  return all.map((name) => queued(name, post, () => own.clock.now()));
}
