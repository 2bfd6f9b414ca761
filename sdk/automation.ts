import type * as z from "zod/mini";
import type { Described, Write } from "./call.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { Grace } from "./grace.ts";
import type { Spelt } from "./spelt.ts";
import type { Span } from "./time.ts";
import type {
  Found,
  Here,
  OperationOf,
  Pages,
  Reader,
  Reads,
  Search,
  Tags,
  Target,
  Unit,
  Writes,
} from "./unit.ts";

/** In words where nothing is declared: the compiler prints it. */
type UndoneBy<U extends Writes> = U extends readonly []
  ? "one of `undoes`, and it is empty"
  : OperationOf<U>;
type Undo<U extends Writes> =
  // biome-ignore lint/suspicious/noExplicitAny: whatever the call answers
  | Described<UndoneBy<U>, any, "write">
  // biome-ignore lint/suspicious/noExplicitAny: whatever the call answers
  | readonly Described<UndoneBy<U>, any, "write">[];

export interface Reasoned {
  /** Why, in words that follow "… because": "it opens port 22 to the internet". */
  readonly because: string;
  /** In US dollars; `unknown`: it saves something, and a price that this takes is not known. */
  readonly savesPerMonth?: number | "unknown";
  /** Why a person is asked before it is done, also in mode `act`. */
  readonly asks?: string;
  /** One effect for this key, whatever triggered it. */
  readonly once?: string;
  /**
   * The automation's own last action on the target that this one ends, as `remembered` names it: a start
   * ends its own stop, and that one's cool-down does not hold it.
   */
  readonly ends?: string;
  /**
   * The automation's own action on the target that this one does again, as `remembered` names it:
   * something that is no person's doing ended it. Whoever was told of that one is not told again.
   */
  readonly again?: string;
  /**
   * When it must be done, as when a certificate ends: what failed before is tried again the sooner the
   * nearer that is.
   */
  readonly due?: Date;
}

/** What a call was about: ids as `target` gives them. */
export interface Restoring {
  readonly target: string;
  /** Its container, where it lies in one. */
  readonly within: string | undefined;
}

/** What an automation last did to a target. */
export interface Remembered {
  readonly unit: string;
  /** Ids, as history shows them. */
  readonly action: string;
  readonly run: string;
  readonly at: Date;
  readonly call: { readonly operation: string; readonly input: object };
  /** What AWS, or its flow, answered. */
  readonly output?: unknown;
  /** The target's state before and after, as the unit's `state` gives it. */
  readonly before: unknown;
  readonly after?: unknown;
}

/** About what is asked what was last done. */
export interface AskedOf {
  readonly unit: string;
  readonly target: string;
}

/** Where an automation looks, and what it may ask of the ledger. */
export interface AutomationSearch<C extends z.ZodMiniObject, R extends Reads> extends Search<C, R> {
  /** For the listing that everything is found by, where it may take longer than an invocation. */
  readonly pages: Pages<R>;
  /** Where the settings say that units look: this region, and the others. */
  readonly regions: readonly string[];
  /**
   * What a unit last did to a target, unless that failed or was taken back.
   * @param asked `unit`: one of those that `remembers` names
   */
  remembered(asked: AskedOf): Promise<Remembered | undefined>;
  /**
   * Whether a flow of a unit has made something, by what the ledger says that it wrote: whatever
   * became of the flow.
   * @param asked `unit`: one of those that `remembers` names; `action`, `run`: as a tag names them
   * @param id of what may have been made
   */
  madeBy(asked: ActionAsked, id: string): Promise<Maker | undefined>;
  /** What people asked to be kept on for longer, here, and had asked: those that are over too. */
  keptOn(): Promise<readonly KeptOn[]>;
  /**
   * Tells people something that is about no proposal: once, for as long as each look at everything
   * says it in the same words.
   */
  note(text: string): void;
}

/** A person's word that what a schedule says off is kept on: of a schedule by its name, or of a target. */
export interface KeptOn {
  readonly schedule?: string | undefined;
  readonly target?: string | undefined;
  readonly until: Date;
  /** Who wrote it, as AWS knows them. */
  readonly by: string;
  /** Set where its record cannot be read: why, and what to do. It is kept on then. */
  readonly unreadable?: string;
}

/** An action of a unit, by the ids that history shows. */
export interface ActionAsked {
  readonly unit: string;
  readonly run: string;
  readonly action: string;
}

/** A flow that has made something. */
export interface Maker {
  /** Nobody is at it any more. */
  readonly isOver: boolean;
}

/**
 * How a target is put back into the state that it was in, as today's code would: what undo does
 * where the writes declare no inverse (rule: state-and-undo).
 */
export interface Restore<S, V extends Writes> {
  /** The writes that it takes: what the undo role is granted. */
  readonly by: V;
  /**
   * From the state alone; nothing where the automation changes no such state. Pure.
   * @param before as `state` gave it
   */
  calls(before: S, about: Restoring): Undo<NoInfer<V>> | undefined;
}

type UndoOfProposal<B, U extends Writes> = B extends "given"
  ? { readonly undo: Undo<U> }
  : { readonly undo?: Undo<U> };
/** With `restore` no proposal carries a way back of its own. */
type WayBackOf<B, U extends Writes, V extends Writes> = V extends readonly []
  ? UndoOfProposal<B, U>
  : { readonly undo?: never };
type ProposalFor<W extends Write, U extends Writes, V extends Writes> =
  // biome-ignore lint/suspicious/noExplicitAny: its input is checked where the call is described
  W extends Write<infer Op, any, infer O, infer B>
    ? Reasoned & { readonly call: Described<Op, O, "write"> } & WayBackOf<B, U, V>
    : never;

/** One call on one target, because of something, with its way back. */
export type Proposal<W extends Writes, U extends Writes, V extends Writes = []> = ProposalFor<
  W[number],
  U,
  V
>;

/**
 * Finds things, says which resource each is and in what state, and proposes what would put it
 * right.
 */
export interface Automation<
  Id extends string,
  C extends z.ZodMiniObject,
  R extends Reads,
  W extends Writes,
  U extends Writes,
  F,
  P = Proposal<NoInfer<W>, NoInfer<U>> | undefined,
  S = unknown,
  V extends Writes = [],
> extends Unit<Id, C> {
  /**
   * It keeps the account safe. Then whoever causes what it puts right must not be able to exempt it
   * for long: a tag exempts only with an end that is near (rule: unauthenticated-tags), and IAM does
   * not refuse a change because of one.
   */
  readonly protects?: boolean;
  /**
   * It only adds, and whoever leaves it out loses something: only an exemption that names it counts
   * (rule: tag-grammar).
   */
  readonly exemptByName?: boolean;
  /**
   * Units whose last actions `find` asks for by `remembered`, its own id among them where it asks
   * for its own.
   */
  readonly remembers?: readonly string[];
  /**
   * What it proposes comes and goes by the clock, as by a schedule: what is held again so soon after
   * it was held has been told.
   */
  readonly recursWithin?: Span;
  /**
   * What it may change in a day, in place of the settings' `caps`: for what was approved once as a
   * whole, as a plan of backups (rule: caps).
   */
  caps?(config: z.output<C>): { readonly changes: number; readonly percent: number };
  /**
   * The time that a target's owner has: it is marked, the owner told, and it is changed only when
   * that time is over and nobody has kept it.
   */
  readonly grace?: Grace;
  /**
   * Names that its settings give, by the placeholder that they stand for in the ARN templates of its
   * calls: `{ validator: ["check-orders"] }` for `function:{named_validator}`. What no name is given
   * for is granted on nothing, and what `allOfThem` is given for, on whatever there is of it.
   */
  named?(config: z.output<C>): Readonly<Record<string, readonly string[]>>;
  /** Where its calls elsewhere may go: regions that its settings name. */
  readonly elsewhere?: Elsewhere<z.output<C>>;
  readonly reads: R;
  readonly writes: W;
  /** What may take the writes back, beside their own inverses. */
  readonly undoes?: U;
  /**
   * One thing for each target, in whatever state it is; whether something is wrong is for `propose`
   * to say.
   */
  find(search: AutomationSearch<C, R>): Found<F>;
  /** Which resource it is, and its tags: what guards, verification and undo go by. */
  target(found: F): Target;
  /**
   * The part of the target that the calls change: recorded before and after, compared and restored
   * by undo (rule: state-and-undo).
   */
  state(found: F): S;
  /**
   * Without it, and without an inverse, each proposal carries its own `undo`, and a person confirms
   * each.
   */
  readonly restore?: Restore<NoInfer<S>, V>;
  /** What people call the target, where that is not its id. Absent: its tag `Name`. */
  name?(found: F): string | undefined;
  /**
   * The state once what is proposed is done, for people to read; `null`: it is gone then. Absent:
   * what the input of the call says of the fields that `state` has.
   */
  becomes?(found: F): unknown;
  /**
   * By what it is known again when somebody brings it back under another id: its state without what a
   * person may word anew. Where it differs under the same id, that is another thing, made anew under
   * the same name. Absent: its state, and a name is always the same thing's.
   */
  recognise?(found: F): unknown;
  /** Fetches what the listing lacks, only for what is proposed (rule: tags-of-proposals). */
  tags?(found: F, context: { readonly read: Reader<R> }): Promise<Tags>;
  /**
   * Whether what `since` measures is so now (rule: measured-since); where it can be so in several ways,
   * a word that names the way: each is measured from when it began.
   */
  counts?(found: F): boolean | string;
  /**
   * Pure. What would put it right, or nothing.
   * @throws {CannotJudge} where that cannot be known: the thing is held and told, the others go on
   */
  propose(
    found: F,
    context: Here & { readonly config: z.output<C>; readonly since: Date | undefined },
  ): P;
  /**
   * How bad what is proposed is, beside others: the larger, the worse. What protects acts on the
   * worst first, where the cap does not let it act on all (rule: caps).
   */
  danger?(found: F, context: { readonly config: z.output<C> }): number;
  /**
   * What undo cannot bring back, one sentence each: rule ids, creation dates (rule:
   * what-cannot-come-back).
   */
  readonly lost?: readonly string[];
}

type ProposalField = keyof Reasoned | "call" | "undo";

/** Declares an automation. A field that a proposal does not have is refused by its name. */
/* @__NO_SIDE_EFFECTS__ */
export const automation = <
  const Id extends string,
  C extends z.ZodMiniObject,
  const R extends Reads,
  const W extends Writes,
  F,
  S,
  const U extends Writes = [],
  const V extends Writes = [],
  P extends Proposal<NoInfer<W>, NoInfer<U>, NoInfer<V>> | undefined =
    | Proposal<NoInfer<W>, NoInfer<U>, NoInfer<V>>
    | undefined,
>(
  definition: Automation<Id, C, R, W, U, F, P, S, V> & { propose: Spelt<P, ProposalField> },
): Automation<Id, C, R, W, [...U, ...V], F, Proposal<W, U, V> | undefined, S, V> & {
  readonly kind: "automation";
} => ({
  ...(definition.grace ? withGrace(definition as never, definition.grace) : definition),
  undoes: [...(definition.undoes ?? []), ...(definition.restore?.by ?? [])] as never,
  kind: "automation",
});

/** All its writes as flows that give their owner time first. */
const withGrace = (unit: AnyAutomation, grace: Grace): never =>
  ({
    ...unit,
    writes: unit.writes.map(grace.around),
    propose(found, context) {
      const proposal = unit.propose(found, context);
      const target = unit.target(found).id;
      return proposal && target
        ? grace.proposed(proposal, { target, config: context.config })
        : proposal;
    },
  }) satisfies Pick<AnyAutomation, "writes" | "propose"> as never;

/** An automation as the run sees it, its type parameters forgotten. */
// biome-ignore-start lint/suspicious/noExplicitAny: what is found is the automation's own business
export type AnyAutomation = Automation<
  string,
  z.ZodMiniObject,
  Reads,
  Writes,
  Writes,
  any,
  Proposal<Writes, Writes> | undefined,
  any,
  Writes
> & { readonly kind: "automation" };
// biome-ignore-end lint/suspicious/noExplicitAny: see above
