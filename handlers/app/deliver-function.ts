import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { Channel } from "../../channels/channel.ts";
import { type ChannelPorts, channelsOf } from "../../channels/channels.ts";
import { outside } from "../../channels/outside.ts";
import { awsVault, secrets } from "../../channels/secrets.ts";
import { sns } from "../../channels/sns/sns.ts";
import { sqsQueues } from "../../channels/sqs-queues.ts";
import { withRunbooks } from "../../channels/with-runbooks.ts";
import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import type { Store } from "../../ledger/store.ts";
import { type FamilyOf, fallbackOf } from "../../messages/routes.ts";
import { tellingLedger } from "../../messages/telling.ts";
import { arnsOf, type Deployed as Called } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { type Checked, type CheckOrder, checkAll, isCheck } from "./deliver/check.ts";
import { deliverHandler } from "./deliver.ts";
import { type DeployedUnits, familiesOf } from "./deployed.ts";
import { accountOf, type Invoked } from "./invocation.ts";
import type { Ports } from "./ports.ts";
import { textOptions } from "./text-options.ts";

type Delivered = SQSBatchResponse | { readonly checked: readonly Checked[] };

/** The part of the settings that channels go by. */
type Delivering = Called &
  Pick<ParsedSettings, "home" | "timeZone" | "channels" | "routes" | "people" | "runbooks">;

/** The embedded deployment alone: channels lead to servers on this machine. */
export type EmbeddedChannels = Required<Pick<ChannelPorts, "urls">>;

/**
 * Delivers what lies on the channels' queues: each channel of the settings with its secrets, and
 * the topic as the last. Takes an order to check the channels too.
 */
export function deliverFunction(
  ports: Ports,
  deployed: { readonly settings: Delivering } & Pick<DeployedUnits, "units">,
  embedded?: EmbeddedChannels,
): Invoked<Pick<SQSEvent, "Records"> | CheckOrder, Delivered> {
  const { clients, clock } = ports;
  const { settings } = deployed;
  const { home, routes } = settings;
  const families = familiesOf(deployed);
  const familyOf = (unit: string) => families[unit];
  const store = ledgerOf(clients, settings, clock, logLeftOut(ports.log));
  const queues = sqsQueues(clients.get(SQSClient, home) as SQSClient, settings);
  const fallback = fallbackOf(routes, familyOf);
  const telling = tellingLedger(store, clock);
  const channels = retried(() => directChannels(ports, { settings, familyOf }, store, embedded));

  return async (event, context) => {
    const account = accountOf(context);
    if (isCheck(event)) {
      const { channels: only } = event;
      const all = await channels();
      const names = all.map(({ name }) => name);
      const asked = all.filter(({ name }) => only === undefined || only.includes(name));
      const takes = (channel: string) =>
        telling.takes({ channel, channels: names, at: { account, home } });
      return { checked: await checkAll(asked, { account, home, now: clock.now() }, takes) };
    }
    const { topic } = arnsOf(settings, { account });
    const notify = clients.get(SNSClient, home) as SNSClient;
    const deliver = deliverHandler({
      ...ports,
      channels: await channels(),
      topic: withRunbooks(sns(notify, topic, textOptions(settings)), settings.runbooks),
      fallback,
      telling,
      post: queues.post,
      later: ({ eventSourceARN, receiptHandle }, span) =>
        queues.later(channelOf(eventSourceARN, settings), receiptHandle, span),
      account,
      home,
    });
    return deliver(event, context);
  };
}

/** @param queue ARN of a channel's queue */
const channelOf = (queue: string, deployed: Called): string =>
  queue.slice(queue.lastIndexOf(":") + 1 + namesOf(deployed).channelQueue("").length);

/** Made once a process; what fails while it is made fails the batch, which comes again. */
function retried<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    made.catch(() => {
      made = undefined;
    });
    return made;
  };
}

/** The channels of the settings as they send. */
async function directChannels(
  { clients, clock, log }: Ports,
  { settings, familyOf }: { readonly settings: Delivering; readonly familyOf: FamilyOf },
  store: Store,
  embedded: EmbeddedChannels | undefined,
): Promise<Channel[]> {
  const channels = await channelsOf(settings.channels, {
    secrets: secrets(awsVault(clients, settings.home), clock),
    outside: outside({ loopback: embedded !== undefined }),
    clock,
    log,
    text: textOptions(settings),
    familyOf,
    people: settings.people,
    store,
    clients,
    home: settings.home,
    ...embedded,
  });
  return channels.map((channel) => withRunbooks(channel, settings.runbooks));
}
