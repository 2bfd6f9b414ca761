/** Calls that differ in one list alone are sent as one. */

import type { CallData } from "../../ledger/actions.ts";
import type { Write } from "../../sdk/call.ts";
import { chunks } from "../../sdk/chunks.ts";
import { digest } from "../../sdk/codec.ts";

/** A call, and the changes that it makes. */
export interface Sending<T> {
  readonly write: Write;
  readonly input: object;
  readonly changes: readonly T[];
}

interface Sendable {
  readonly call: CallData;
  readonly write: Write;
}

type Batched = Readonly<Record<string, readonly string[] | undefined>>;

/** What calls that can be joined have in common; a call that cannot be has a key of its own. */
function batchKey({ call, write }: Sendable, at: number): string {
  const { batch } = write;
  if (!batch) return `${at}`;
  return digest([call.operation, { ...call.input, [batch.by]: null }]);
}

/** @returns the calls to send, each with what it stands for */
export function join<T extends Sendable>(changes: readonly T[]): Sending<T>[] {
  const groups = Map.groupBy(changes.entries(), ([at, change]) => batchKey(change, at));
  return [...groups.values()].flatMap((group) => joined(group.map(([, change]) => change)));
}

function joined<T extends Sendable>(group: readonly T[]): Sending<T>[] {
  const [first] = group;
  if (!first) return [];
  const { write, call } = first;
  if (!write.batch) return [{ write, input: call.input, changes: group }];
  const { by, max } = write.batch;
  const listOf = (change: T) => (change.call.input as Batched)[by] ?? [];
  return [...chunks(group, max)].map((changes) => ({
    write,
    input: { ...call.input, [by]: changes.flatMap(listOf) },
    changes,
  }));
}
