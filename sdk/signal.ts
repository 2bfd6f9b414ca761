import type * as z from "zod/mini";
import type { Message } from "./message.ts";
import type { Pattern } from "./pattern.ts";
import type { Spelt } from "./spelt.ts";
import type { Here, Reader, Reads, Unit } from "./unit.ts";

/**
 * Which events: all of a source, or of one detail type of it, or of those the ones whose detail
 * fits.
 */
export interface Occasion {
  readonly source: string;
  readonly detailType?: string;
  /**
   * What the detail must be like. Calls that CloudTrail tells of name their operations (rule:
   * named-operations).
   */
  readonly where?: Pattern;
}

/** Where an event comes from, and what its envelope says. */
export interface EventContext extends Here {
  readonly resources: readonly string[];
  readonly source: string;
  readonly detailType: string;
  /** When it happened, by the event's own time. */
  readonly at: Date;
}

export interface SignalContext<C extends z.ZodMiniObject> extends EventContext {
  readonly config: z.output<C>;
}

/** What is told of one event: a message, or one for each of the matters that it speaks of. */
export type ToldOfEvent = Message | readonly Message[] | undefined;

/** Turns an event into messages. */
export interface Signal<
  Id extends string,
  C extends z.ZodMiniObject,
  D extends z.ZodMiniType,
  M = ToldOfEvent,
> extends Omit<Unit<Id, C>, "on"> {
  readonly on: readonly Occasion[];
  /** `true`: takes every event that no other signal takes. */
  readonly fallback?: boolean;
  /** Lenient: requires only what `tell` uses. */
  readonly detail: D;
  /** What to tell of it, or nothing. Of several messages each has a key of its own. */
  tell(detail: z.output<D>, context: SignalContext<C>): M;
  /**
   * What confirms that a matter is over, by reading its state anew (rule: events-close-nothing).
   * Loaded when a message says that it `closes`, so that no start waits for SDK clients that are
   * not needed. Absent: there is no state to read, and what AWS itself says on the bus ends it.
   */
  confirmation?(): Promise<{ readonly default: Confirmation<z.output<D>> }>;
}

/**
 * Whether a matter is over by its state; that this event's matter has none to read; or why it cannot
 * be read in this account at all, so that AWS's own word has to do. What fails to be read for now is
 * thrown, and ends nothing.
 */
export type Over = boolean | "no state" | { readonly unread: string };

export interface MatterContext extends EventContext {
  readonly read: Reader<Reads>;
  /** Of the message: which matter is asked for, where an event speaks of several. */
  readonly key: string | undefined;
}

/** How the end of a matter is confirmed. */
export interface Confirmation<Detail> {
  /** What `over` reads. */
  readonly reads: Reads;
  readonly over: (detail: Detail, context: MatterContext) => Promise<Over>;
}

/**
 * Declares how the ends of a signal are confirmed: the default export of the file that its
 * `confirmation` loads. `over` reads by the declared calls alone.
 */
/* @__NO_SIDE_EFFECTS__ */
export const confirmation = <const R extends Reads, Detail>(given: {
  readonly reads: R;
  readonly over: (
    detail: Detail,
    context: Omit<MatterContext, "read"> & { readonly read: Reader<R> },
  ) => Promise<Over>;
}): Confirmation<Detail> => given;

type OneOf<M> = M extends readonly (infer One)[] ? One : M;

/** Declares a signal. A field that a message does not have is refused by its name. */
/* @__NO_SIDE_EFFECTS__ */
export const signal = <
  const Id extends string,
  C extends z.ZodMiniObject,
  D extends z.ZodMiniType,
  M extends ToldOfEvent = ToldOfEvent,
>(
  definition: Signal<Id, C, D, M> & { tell: Spelt<OneOf<M>, keyof Message> },
): Signal<Id, C, D, M> & { readonly kind: "signal" } => ({ ...definition, kind: "signal" });

// biome-ignore lint/suspicious/noExplicitAny: what the detail parses to is the signal's own business
export type AnySignal = Signal<string, z.ZodMiniObject, any> & { readonly kind: "signal" };
