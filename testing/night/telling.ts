/**
 * Tells what the outbox takes in, through the deployed function: moto has no stream that invokes,
 * so the outbox is looked at instead.
 */
import { asStream } from "../../handlers/app/stream.ts";
import { outboxWriters, untold } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import type { Functions } from "./functions.ts";

/**
 * @param units ids of all units: each writes an outbox of its own
 * @returns tells what is new, and says what that was; what became an incident is told as such
 */
export function nightTelling(
  { store, clock, incidents, tell }: Functions,
  units: readonly string[],
): () => Promise<readonly Outgoing[]> {
  const writers = outboxWriters(units);
  return async () => {
    const kept = (
      await Promise.all(
        writers.map((writer) => Array.fromAsync(untold(store, writer, new Date(0), clock.now()))),
      )
    ).flat();
    const inOrder = kept.toSorted((a, b) => a.message.at.getTime() - b.message.at.getTime());
    if (!inOrder.length) return [];
    const failed = await tell(asStream(inOrder));
    return inOrder.flatMap(({ message }) =>
      failed.has(message.id) || (incidents && message.kind === "signal") ? [] : [message],
    );
  };
}
