import { SNSClient } from "@aws-sdk/client-sns";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import type { Channel } from "../../channels/channel.ts";
import { sns } from "../../channels/sns/sns.ts";
import { withRunbooks } from "../../channels/with-runbooks.ts";
import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import { featuresAtRun } from "../../features.run.ts";
import { quietBy } from "../../messages/feature-at-run.ts";
import { handToIncidents } from "../../messages/incident-orders.ts";
import { expire, isPostedAt } from "../../messages/outbox.ts";
import { tellingLedger } from "../../messages/telling.ts";
import { untakenIn } from "../../messages/untaken.ts";
import { withholding } from "../../messages/withhold.ts";
import { arnsOf } from "../../settings/arns.ts";
import { keepsIncidents } from "../../settings/settings.ts";
import { type DeployedUnits, familiesOf } from "./deployed.ts";
import { accountOf, type Invoked } from "./invocation.ts";
import type { CallingPorts } from "./ports.ts";
import { tellHandler } from "./tell.ts";
import { textOptions } from "./text-options.ts";

type Told = Invoked<DynamoDBStreamEvent, DynamoDBBatchResponse>;

/**
 * Tells what comes into the outbox.
 * @param beside channels that are told directly, beside the topic and those of the settings
 */
export function tellFunction(
  ports: CallingPorts,
  deployed: Pick<DeployedUnits, "settings" | "units">,
  beside: readonly Channel[] = [],
): Told {
  const { clients, clock, ask } = ports;
  const { settings } = deployed;
  const store = ledgerOf(clients, settings, clock, logLeftOut(ports.log));
  const told = tellingLedger(store, clock);
  const families = familiesOf(deployed);
  const familyOf = (unit: string): string | undefined => families[unit];
  const queued = queuedChannels(ports, settings);
  /** Another function keeps them, with rights of its own. */
  const incidents = keepsIncidents(settings)
    ? {
        take: handToIncidents((order) => ask("incidents", order)),
        ...untakenIn(store),
      }
    : undefined;
  const quiet = quietBy(featuresAtRun, settings);
  const linked = (channel: Channel) => withRunbooks(channel, settings.runbooks);

  return async (event, context) => {
    const { topic } = arnsOf(settings, { account: accountOf(context) });
    const notify = clients.get(SNSClient, settings.home) as SNSClient;
    const tell = tellHandler({
      ...ports,
      told,
      settled: told.settled,
      channels: [
        ...[sns(notify, topic, textOptions(settings)), ...beside].map(linked),
        ...(await queued),
      ],
      routes: settings.routes,
      familyOf,
      withhold: withholding({ settings, quiet: await quiet, familyOf, store, clock }),
      incidents,
      posted: (at, message) => isPostedAt(store, at, message),
      expire: (key) => expire(store, key, clock.now()),
    });
    return tell(event);
  };
}

/**
 * What stands in tell for each channel of the settings: its queue. Loaded only where there are
 * some.
 */
async function queuedChannels(
  { clients, clock }: Pick<CallingPorts, "clients" | "clock">,
  settings: DeployedUnits["settings"],
): Promise<Channel[]> {
  const { channels, home } = settings;
  const all = Object.keys(channels);
  if (!all.length) return [];
  const [{ SQSClient }, { sqsQueues }, { queued }] = await Promise.all([
    import("@aws-sdk/client-sqs"),
    import("../../channels/sqs-queues.ts"),
    import("../../channels/queue.ts"),
  ]);
  const { post } = sqsQueues(
    clients.get(SQSClient, home) as InstanceType<typeof SQSClient>,
    settings,
  );
  return all.map((name) => queued(name, post, () => clock.now()));
}
