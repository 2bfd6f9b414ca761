/** Calls that differ in one list alone are sent as one. */

import type { CallData } from "../../ledger/actions.ts";
import type { Write } from "../../sdk/call.ts";
import { digest } from "../../sdk/codec.ts";

export interface Sending<T> {
  readonly write: Write;
  readonly input: object;
  readonly of: readonly T[];
}

type Batched = Readonly<Record<string, readonly string[] | undefined>>;

/** @returns the calls to send, each with what it stands for */
export function join<T extends { readonly call: CallData; readonly write: Write }>(
  work: readonly T[],
): Sending<T>[] {
  const groups = new Map<string, T[]>();
  for (const one of work) {
    const { batch } = one.write;
    const key = batch
      ? digest([one.call.operation, { ...one.call.input, [batch.by]: null }])
      : `${groups.size}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { write, call } = first;
    if (!write.batch) return [{ write, input: call.input, of: group }];
    const { by, max } = write.batch;
    return Array.from({ length: Math.ceil(group.length / max) }, (_, at) => {
      const of = group.slice(at * max, (at + 1) * max);
      return {
        write,
        input: { ...call.input, [by]: of.flatMap((one) => (one.call.input as Batched)[by] ?? []) },
        of,
      };
    });
  });
}
