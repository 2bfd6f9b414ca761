/**
 * Tells what the outbox takes in, through the deployed handler: moto has no stream that invokes, so
 * the outbox is looked at instead.
 */
import { SNSClient } from "@aws-sdk/client-sns";
import type { DynamoDBStreamEvent } from "aws-lambda";
import { sns } from "../../channels/sns/sns.ts";
import { terminal } from "../../channels/terminal/terminal.ts";
import { serve } from "../../handlers/app/stack.ts";
import { tellHandler } from "../../handlers/app/tell.ts";
import {
  alreadyTold,
  expire,
  type KeptMessage,
  markTold,
  outboxWriters,
  untold,
} from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { serialise } from "../../sdk/codec.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Functions } from "./functions.ts";

interface Options {
  readonly functions: Functions;
  readonly settings: Pick<ParsedSettings, "home" | "timeZone" | "routes">;
  /** Ids of all units: each writes an outbox of its own. */
  readonly units: readonly string[];
  /** ARN. */
  readonly topic: string;
  /** Where the terminal's channel prints; may be another each time. */
  print(text: string): void;
}

/** As the table's stream hands it over. */
const recordOf = ({ pk, sk, message }: KeptMessage): DynamoDBStreamEvent["Records"][number] => ({
  eventName: "INSERT",
  dynamodb: {
    SequenceNumber: message.id,
    NewImage: {
      pk: { S: pk },
      sk: { S: sk },
      type: { S: "message" },
      body: { S: serialise(message) },
    },
  },
});

/** @returns tells what is new, and says what that was; what became an incident is told as such */
export function nightTelling({
  functions: { store, clients, clock, log, incidents },
  settings,
  units,
  topic,
  print,
}: Options): () => Promise<readonly Outgoing[]> {
  const options = { timeZone: settings.timeZone, command: "npx nightshift" };
  const metrics = { add() {}, publish() {} };
  const handler = serve(
    { log, metrics },
    tellHandler({
      log,
      clock,
      metrics,
      told: {
        already: (message, channel) => alreadyTold(store, message, channel),
        mark: async (message, channel) =>
          void (await markTold(store, message, channel, clock.now())),
      },
      channels: [
        sns(clients.get(SNSClient, settings.home) as SNSClient, topic, options),
        terminal({ write: print }, options),
      ],
      routes: settings.routes,
      incidents,
      expire: (key) => expire(store, key, clock.now()),
    }),
  );
  const writers = outboxWriters(units);
  return async () => {
    const kept = (
      await Promise.all(
        writers.map((writer) => Array.fromAsync(untold(store, writer, new Date(0), clock.now()))),
      )
    ).flat();
    const inOrder = kept.toSorted((a, b) => a.message.at.getTime() - b.message.at.getTime());
    if (!inOrder.length) return [];
    // biome-ignore lint/suspicious/noExplicitAny: Lambda's context, which tell does not look at
    const { batchItemFailures } = await handler({ Records: inOrder.map(recordOf) }, {} as any);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    return inOrder.flatMap(({ message }) =>
      failed.has(message.id) || (incidents && message.kind === "signal") ? [] : [message],
    );
  };
}
