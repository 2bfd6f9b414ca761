/** Work that waits, as a call: the types; what carries flows comes with the first of them. */
import {
  type Back,
  type BackOf,
  backOf,
  type Described,
  type WayBack,
  type Write,
} from "./call.ts";
import type { Span } from "./time.ts";
import type { OperationOf, Reader, Reads, Writes } from "./unit.ts";

export interface Carrier<R extends Reads, W extends Writes> {
  /** Sent once, however often the flow is resumed. */
  write<Op extends OperationOf<W>, O>(call: Described<Op, O, "write">): Promise<O>;
  /** Looked at once; the answer is recorded, so that a resumed flow takes the same turn. */
  look<T>(name: string, ask: (read: Reader<R>) => Promise<T>): Promise<T>;
  /** Looked at again and again, without running meanwhile. */
  until<T>(
    name: string,
    ask: (read: Reader<R>) => Promise<T | undefined>,
    pace: { readonly every: Span; readonly atMost: Span },
  ): Promise<T>;
}

export interface Flow<Op extends string, I, O, B extends Back> extends Write<Op, I, O, B> {
  readonly reads: Reads;
  readonly writes: Writes;
}

/** Declares a flow. An automation names it among its writes and proposes it like any call. */
/* @__NO_SIDE_EFFECTS__ */
export const flow = <
  const Id extends string,
  I extends object,
  const R extends Reads,
  const W extends Writes,
  O,
  B extends Write = never,
  const N extends string = never,
>(
  definition: {
    readonly id: Id;
    readonly reads: R;
    readonly writes: W;
    carry(input: I, aws: Carrier<NoInfer<R>, NoInfer<W>>): Promise<O>;
  } & WayBack<NoInfer<I>, NoInfer<O>, B, N>,
): Flow<`flow:${Id}`, I, O, BackOf<B, N>> =>
  Object.assign(
    (input: I) => ({ operation: `flow:${definition.id}`, kind: "write" as const, input }),
    {
      operation: `flow:${definition.id}` as const,
      kind: "write" as const,
      reads: definition.reads,
      writes: definition.writes,
      carry: definition.carry,
      grants: [...definition.reads, ...definition.writes].flatMap(({ grants }) => grants),
      already: [],
      ...backOf(definition as never),
      send: () =>
        Promise.reject(
          new Error(`flow:${definition.id} waits, and nothing here carries flows yet`),
        ),
    },
  ) as never;
