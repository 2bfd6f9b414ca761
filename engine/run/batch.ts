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

type Batched = Readonly<Record<string, readonly unknown[] | undefined>>;

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

/** How many changes are locked, looked at again and sent together. */
const mostTogether = 100;

interface Placed extends Sendable {
  readonly target: string;
  readonly within: string | null;
}

/**
 * What is locked, looked at again and sent together: whole containers, so that what can be one call
 * is one. Containers come in the order of their first change.
 */
export function* sentTogether<T extends Placed>(changes: readonly T[]): Generator<T[]> {
  for (const layer of oncePerTarget(changes, ({ target }) => target)) {
    const containers = Map.groupBy(layer, ({ within, target }) => within ?? target);
    let chunk: T[] = [];
    for (const container of containers.values())
      for (const some of chunks(container, mostTogether)) {
        const isFull = chunk.length + some.length > mostTogether;
        if (isFull) yield chunk;
        chunk = isFull ? some : [...chunk, ...some];
      }
    if (chunk.length) yield chunk;
  }
}

/** Two changes of one target have one lock: the second comes after the first. */
export function oncePerTarget<T>(
  changes: readonly T[],
  targetOf: (change: T) => string,
): readonly T[][] {
  const counts = new Map<string, number>();
  const nth = (change: T): number => {
    const target = targetOf(change);
    const before = counts.get(target) ?? 0;
    counts.set(target, before + 1);
    return before;
  };
  return [...Map.groupBy(changes, nth).values()];
}
