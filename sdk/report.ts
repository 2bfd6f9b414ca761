import type * as z from "zod/mini";
import type { AskedOf, Remembered } from "./automation.ts";
import type { Message } from "./message.ts";
import type { PastReader } from "./past.ts";
import type { Spelt } from "./spelt.ts";
import type { Found, Here, Reader, Reads, Search, Unit } from "./unit.ts";

/** What a unit's changes save, by the prices that they named when they were made. */
export interface SavedByUnit {
  readonly unit: string;
  /** In US dollars. */
  readonly perMonth: number;
  readonly changes: number;
  /** Of these, those that save what nobody knows, or left no word of it. */
  readonly unknown: number;
}

/** Where a report looks. */
export interface ReportSearch<C extends z.ZodMiniObject, R extends Reads> extends Search<C, R> {
  /** Where it may look: its own region alone, or, of one that looks `everywhere`, all. */
  readonly regions: readonly string[];
  /** @throws where the region is none of `regions` */
  readIn(region: string): Reader<R>;
  /**
   * What a unit last did to a target of a region, unless that failed or was taken back.
   * @param asked `unit`: one of those that `remembers` names
   */
  remembered(asked: AskedOf & { readonly region: string }): Promise<Remembered | undefined>;
  /**
   * What all units changed since then, and what that saves, the most first; what was taken back since
   * is in it. Absent: the report does not declare that it `readsSavings`.
   */
  readonly saved?: (since: Date) => Promise<readonly SavedByUnit[]>;
  /**
   * What all units did in some days that are over, and what waits for people now. Absent: the report
   * does not declare that it `readsPast`.
   */
  readonly past?: PastReader;
}

/** Finds and tells, changes nothing. */
export interface Report<
  Id extends string,
  C extends z.ZodMiniObject,
  R extends Reads,
  F,
  M = Message | undefined,
> extends Unit<Id, C> {
  readonly reads: R;
  /** Units whose last actions `find` asks for by `remembered`. */
  readonly remembers?: readonly string[];
  /** It asks the ledger what the changes of all units save. */
  readonly readsSavings?: true;
  /** It asks the ledger what all units did. */
  readonly readsPast?: true;
  find(search: ReportSearch<C, R>): Found<F>;
  /** What to tell of it, or nothing. */
  tell(found: readonly F[], context: Here & { readonly config: z.output<C> }): M;
}

/** Declares a report. A field that a message does not have is refused by its name. */
/* @__NO_SIDE_EFFECTS__ */
export const report = <
  const Id extends string,
  C extends z.ZodMiniObject,
  const R extends Reads,
  F,
  M extends Message | undefined = Message | undefined,
>(
  definition: Report<Id, C, R, F, M> & { tell: Spelt<M, keyof Message> },
): Report<Id, C, R, F> & { readonly kind: "report" } => ({ ...definition, kind: "report" });

// biome-ignore lint/suspicious/noExplicitAny: what is found is the report's own business
export type AnyReport = Report<string, z.ZodMiniObject, Reads, any> & { readonly kind: "report" };
