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

export interface SignalContext<C extends z.ZodMiniObject> extends Here {
  readonly config: z.output<C>;
  readonly resources: readonly string[];
  readonly source: string;
  readonly detailType: string;
  /** When it happened, by the event's own time. */
  readonly at: Date;
}

/** Turns an event into a message. */
export interface Signal<
  Id extends string,
  C extends z.ZodMiniObject,
  D extends z.ZodMiniType,
  M = Message | undefined,
> extends Omit<Unit<Id, C>, "on"> {
  readonly on: readonly Occasion[];
  /** `true`: takes every event that no other signal takes. */
  readonly fallback?: boolean;
  /** Lenient: requires only what `tell` uses. */
  readonly detail: D;
  /** What to tell of it, or nothing. */
  tell(detail: z.output<D>, context: SignalContext<C>): M;
  /** What `over` reads. */
  readonly reads?: Reads;
  /**
   * Asked when a message says that it `closes`: whether the matter is over, by reading the state
   * anew (rule: events-close-nothing). Absent: there is no state to read, and what AWS itself says
   * on the bus ends it.
   */
  over?(
    detail: z.output<D>,
    context: SignalContext<C> & { readonly read: Reader<Reads> },
  ): Promise<Over>;
}

/** Whether a matter is over by its state; or that this event's matter has none to read. */
export type Over = boolean | "no state";

/** Declares a signal. A field that a message does not have is refused by its name. */
/* @__NO_SIDE_EFFECTS__ */
export const signal = <
  const Id extends string,
  C extends z.ZodMiniObject,
  D extends z.ZodMiniType,
  M extends Message | undefined = Message | undefined,
>(
  definition: Signal<Id, C, D, M> & { tell: Spelt<M, keyof Message> },
): Signal<Id, C, D> & { readonly kind: "signal" } => ({ ...definition, kind: "signal" });

// biome-ignore lint/suspicious/noExplicitAny: what the detail parses to is the signal's own business
export type AnySignal = Signal<string, z.ZodMiniObject, any> & { readonly kind: "signal" };
