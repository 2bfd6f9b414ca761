/** Work that waits, as a call. What carries flows: `engine/flows/carry.ts`. */
import type { AskedOf, Remembered } from "./automation.ts";
import {
  type Back,
  type BackOf,
  backOf,
  type Described,
  type WayBack,
  type Write,
} from "./call.ts";
import type { Message } from "./message.ts";
import type { Span } from "./time.ts";
import type { OperationOf, Reader, Reads, Writes } from "./unit.ts";

/** How often something is asked, and for how long at most. */
export interface Pace {
  readonly every: Span;
  readonly atMost: Span;
  /**
   * Each time the guards are asked too, and the unit must still propose it: else the flow ends there,
   * and need not come to its next write.
   */
  readonly judged?: true;
}

/** What a unit last did to a target, unless that failed or was taken back: as the unit's `find` asks it. */
export type Remembering = (asked: AskedOf) => Promise<Remembered | undefined>;

/**
 * Asks AWS, at this moment, and the ledger. What decides a turn of the flow comes from here alone.
 * @param remembered of the units that its unit names in `remembers`
 */
export type FlowAsk<R extends Reads, T> = (
  read: Reader<R>,
  now: Date,
  remembered: Remembering,
) => Promise<T>;

/**
 * What speaks against a write, asked right before it.
 * @param mayBeDone it was sent before without an answer, and its target is gone or not proposed any more: that is what its effect looks like
 */
export type FlowObjection<R extends Reads> = (
  read: Reader<R>,
  now: Date,
  remembered: Remembering,
  mayBeDone: boolean,
) => Promise<string | undefined>;

/**
 * What a flow has of the world. It is awaited one thing at a time: the code runs again from the top
 * after each wait, and each answer is found again by its place.
 */
export interface Carrier<R extends Reads, W extends Writes> {
  /** When the flow began: the same however often it is resumed. */
  readonly began: Date;
  /** Ids of what it carries out, as history shows them: for a tag on what it makes. */
  readonly carries: { readonly action: string; readonly run: string };
  /**
   * Sent once, however often the flow is resumed. Guards are asked in the same step, and the unit
   * must still propose what this flow was proposed as.
   * @param objection asked in that step too, right before it is sent: why it must not be, or nothing
   */
  write<Op extends OperationOf<W>, O>(
    call: Described<Op, O, "write">,
    objection?: FlowObjection<R>,
  ): Promise<O>;
  /**
   * Takes back what it wrote by this call, when that has served its purpose. The kill switch alone is
   * asked: whatever the unit proposes by then.
   * @returns why it is left; `null`: it is taken back, or was never written
   */
  takeBack<Op extends OperationOf<W>, O>(call: Described<Op, O, "write">): Promise<string | null>;
  /**
   * Whether an execution before this one, which died or was replaced, came further than to the flow's
   * first so many writes: what they waited for is over then, and what came after may have had its effect.
   */
  cameBeyond(writes: number): Promise<boolean>;
  /** Looked at once; the answer is recorded, so that a resumed flow takes the same turn. */
  look<T>(name: string, ask: FlowAsk<R, T>): Promise<T>;
  /**
   * Looked at again and again, without running meanwhile.
   * @param ask gives `undefined` as long as there is no answer
   */
  until<T>(name: string, ask: FlowAsk<R, T | undefined>, pace: Pace): Promise<T>;
  /**
   * Tells something once, routed like any message: by the owner's tag to the owner's channel.
   * @returns when it was told
   */
  tell(message: Message): Promise<Date>;
}

/**
 * Ends a flow that is no longer right, which is no failure. What it wrote is taken back. Its message
 * says why, as a sentence.
 */
export class NoLonger extends Error {
  override readonly name = "NoLonger";
}

/** The owner keeps it: it ends like that, and is not proposed again for a while. */
export class OwnerKeeps extends NoLonger {}

export interface Flow<Op extends string, I, O, B extends Back> extends Write<Op, I, O, B> {
  readonly reads: Reads;
  readonly writes: Writes;
  /** The longest that it may take, all its waits together. */
  readonly longest: Span;
  // biome-ignore lint/suspicious/noExplicitAny: its input is checked where the call is described
  carry(input: any, aws: Carrier<any, any>): Promise<O>;
}

/** A flow as its carrier sees it, its type parameters forgotten. */
// biome-ignore lint/suspicious/noExplicitAny: what it takes and gives is its own business
export type AnyFlow = Flow<string, any, any, Back>;

export const isFlow = (write: Write): write is AnyFlow => "carry" in write;

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
    readonly longest: Span;
    /** Why its way back may lead nowhere: a person is asked before it begins. */
    readonly uncertain?: string;
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
      longest: definition.longest,
      carry: definition.carry,
      ...(definition.uncertain !== undefined && { uncertain: definition.uncertain }),
      grants: [],
      already: [],
      ...backOf(definition as never),
      send: () => Promise.reject(new Error(`flow:${definition.id} is carried, not sent`)),
    },
  ) as never;
