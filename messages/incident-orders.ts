/** What is handed to the function that keeps incidents, where a deployment has one. */
import { encode } from "../sdk/codec.ts";
import { fieldsOf } from "../sdk/fields.ts";
import type { Outgoing } from "./outgoing.ts";

/** Messages that may become incidents, in the codec's form. */
export interface SignalsOrder {
  readonly kind: "signals";
  readonly messages: readonly unknown[];
  /** Ids of those that were told by themselves already. */
  readonly told?: readonly string[] | undefined;
}

/** Lambda takes 6 MB; a message may have 400 KB. */
const mostBytes = 4_000_000;

/** As many as fit into one order each. */
function batched(messages: readonly Outgoing[], told: ReadonlySet<string>): SignalsOrder[] {
  const batches: { readonly messages: unknown[]; readonly told: string[] }[] = [];
  let bytes = mostBytes;
  for (const message of messages) {
    const encoded = encode(message);
    bytes += Buffer.byteLength(JSON.stringify(encoded));
    if (bytes > mostBytes) {
      batches.push({ messages: [], told: [] });
      bytes = Buffer.byteLength(JSON.stringify(encoded));
    }
    batches.at(-1)?.messages.push(encoded);
    if (told.has(message.id)) batches.at(-1)?.told.push(message.id);
  }
  return batches.map((batch) => ({ kind: "signals", ...batch }));
}

/**
 * Hands messages to the function of incidents.
 * @param invoke invokes it and waits for its answer
 * @returns takes messages; asks again for the ids of those that it could not take
 */
export const handToIncidents =
  (invoke: (order: SignalsOrder) => Promise<unknown>) =>
  async (
    messages: readonly Outgoing[],
    told: ReadonlySet<string> = new Set(),
  ): Promise<ReadonlySet<string>> => {
    const failed = new Set<string>();
    for (const order of batched(messages, told)) {
      const answer = fieldsOf(await invoke(order)).failed;
      if (!Array.isArray(answer))
        throw new Error("the function of incidents does not say which messages it could not take");
      for (const id of answer) failed.add(String(id));
    }
    return failed;
  };
