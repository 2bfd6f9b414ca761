/**
 * The function that delivers, put together: the channels of the settings, their queues, their
 * secrets, and the topic as the last.
 */
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Channel } from "../../channels/channel.ts";
import { type ChannelPorts, channelsOf } from "../../channels/channels.ts";
import { outside } from "../../channels/outside.ts";
import { queued } from "../../channels/queue.ts";
import { awsVault, secrets } from "../../channels/secrets.ts";
import { sns } from "../../channels/sns/sns.ts";
import { type Queues, sqsQueues } from "../../channels/sqs-queues.ts";
import type { Clients } from "../../engine/run/clients.ts";
import type { Store } from "../../ledger/store.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import type { TextOptions } from "../../messages/render/text.ts";
import { type FamilyOf, fallbackOf } from "../../messages/routes.ts";
import { tellingLedger } from "../../messages/telling.ts";
import type { Clock } from "../../sdk/time.ts";
import { arnsOf, type Deployed } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { deliverHandler, whyOf } from "./deliver.ts";
import type { Log } from "./log.ts";
import type { Counter } from "./metrics.ts";

export interface DeliverParts {
  readonly settings: Deployed &
    Pick<ParsedSettings, "home" | "timeZone" | "channels" | "routes" | "people">;
  readonly familyOf: FamilyOf;
  readonly store: Store;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Counter;
  /** How the command line is called here. */
  readonly command?: string;
  /** The embedded deployment alone: channels lead to servers on this machine. */
  readonly embedded?: Pick<ChannelPorts, "urls">;
}

const textOf = ({
  settings: { timeZone },
  command,
}: Pick<DeliverParts, "settings" | "command">): TextOptions => ({
  timeZone,
  ...(command !== undefined && { command }),
});

/** The queues of the channels, for whoever puts letters on them. */
export const channelQueues = (clients: Clients, deployed: Deployed): Queues =>
  sqsQueues(clients.get(SQSClient, deployed.home) as SQSClient, deployed);

/** For tell: each channel of the settings as its queue. */
export const queuedChannels = (
  settings: Pick<ParsedSettings, "channels">,
  { post }: Pick<Queues, "post">,
  clock: Pick<Clock, "now">,
): Channel[] => Object.keys(settings.channels).map((name) => queued(name, post, () => clock.now()));

/**
 * The channels of the settings as they send, for whoever does so at once: this function, and who
 * checks them.
 */
export function directChannels({
  settings,
  store,
  clients,
  clock,
  log,
  command,
  embedded,
}: Omit<DeliverParts, "familyOf" | "metrics">): Promise<Channel[]> {
  const { home, channels, people } = settings;
  return channelsOf(channels, {
    secrets: secrets(awsVault(clients, home), clock),
    outside: outside({ loopback: embedded !== undefined }),
    clock,
    log,
    text: textOf({ settings, ...(command !== undefined && { command }) }),
    people,
    store,
    clients,
    home,
    ...embedded,
  });
}

/**
 * What whoever checks the channels invokes the function with: a test message through every channel,
 * or those that it names.
 */
export interface CheckOrder {
  readonly kind: "check";
  readonly channels?: readonly string[];
}
export interface Checked {
  readonly channel: string;
  readonly taken: boolean;
  /** Why it was not; names no secret. */
  readonly why?: string;
}
const isCheck = (event: object): event is CheckOrder => "kind" in event && event.kind === "check";

/**
 * Through each by itself: one message that says what it is, and that it is over, so that nothing
 * stays open.
 */
export async function check(
  channels: readonly Channel[],
  at: { readonly account: string; readonly home: string; readonly now: Date },
): Promise<Checked[]> {
  const { account, home: region, now } = at;
  return Promise.all(
    channels.map(async ({ name, send }) => {
      const message: Outgoing = {
        id: `doctor.${name}.${now.toISOString()}`,
        at: now,
        account,
        region,
        unit: "doctor",
        kind: "watchdog",
        severity: "info",
        title: `A test of the channel ${name}: whoever reads this is reached by it`,
        facts: { "what now": "nothing: it only tries the channel" },
        key: `doctor/${name}`,
      };
      try {
        await send(message);
        await send({
          ...message,
          id: `${message.id}.over`,
          title: `The test of the channel ${name} is over`,
          closes: true,
          confirmed: true,
        });
        return { channel: name, taken: true };
      } catch (error) {
        return { channel: name, taken: false, why: whyOf(error) };
      }
    }),
  );
}

/** @returns what Lambda calls with what lies on the channels' queues, or with an order to check them */
export function deliverFunction(parts: DeliverParts) {
  const { settings, familyOf, store, clients, clock } = parts;
  const { home, routes } = settings;
  const beforeChannel = namesOf(settings).channelQueue("").length;
  const queues = channelQueues(clients, settings);
  // Made once a process; what fails while they are made fails the batch, which comes again.
  let made: Promise<Channel[]> | undefined;
  const channels = (): Promise<Channel[]> => {
    made ??= directChannels(parts);
    made.catch(() => {
      made = undefined;
    });
    return made;
  };
  type Deliver = ReturnType<typeof deliverHandler>;
  return async (
    event: Parameters<Deliver>[0] | CheckOrder,
    context: Parameters<Deliver>[1],
    account: string,
  ) => {
    if (isCheck(event)) {
      const { channels: only } = event;
      const asked = (await channels()).filter(
        ({ name }) => only === undefined || only.includes(name),
      );
      return { checked: await check(asked, { account, home, now: clock.now() }) };
    }
    const topic = arnsOf(settings, { account }).topic;
    const handle = deliverHandler({
      ...parts,
      channels: await channels(),
      topic: sns(clients.get(SNSClient, home) as SNSClient, topic, textOf(parts)),
      fallback: fallbackOf(routes, familyOf),
      telling: tellingLedger(store, clock),
      post: queues.post,
      later: ({ eventSourceARN, receiptHandle }, span) =>
        queues.later(
          eventSourceARN.slice(eventSourceARN.lastIndexOf(":") + 1 + beforeChannel),
          receiptHandle,
          span,
        ),
      account,
      home,
    });
    return handle(event, context);
  };
}
