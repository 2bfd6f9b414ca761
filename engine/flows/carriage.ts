/** What the parts of carrying a flow hand on to one another. */
import type { ActionRecord } from "../../ledger/actions.ts";
import { type FlowUnderWay, keptFlow } from "../../ledger/flows.ts";
import type { Held } from "../../ledger/result.ts";
import { serialise } from "../../sdk/codec.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { AnyFlow } from "../../sdk/flow.ts";
import { after, hours, inWords } from "../../sdk/time.ts";
import type { Workplace } from "../run/attempt.ts";
import type { Steps } from "./steps.ts";

/** A flow in the hands of one carrier. */
export interface Carriage extends Workplace {
  /** As it is held: what is written in another's name is refused. */
  readonly underWay: FlowUnderWay;
  /** The action that it carries out. */
  readonly record: ActionRecord;
  readonly flow: AnyFlow;
  readonly steps: Steps;
  /** Whether the code and settings that run here are those that are deployed now. */
  isLive(): Promise<boolean>;
}

/** Why a flow goes no further: recorded like an answer, so that it stops there each time. */
export type FlowStop =
  | {
      readonly kind: "held";
      readonly held: Held;
      /** Because its target is not there any more. */
      readonly gone?: true;
    }
  | { readonly kind: "failed"; readonly error: string }
  /** Another execution carries it, or is to: this one does nothing more. */
  | { readonly kind: "superseded"; readonly redeployed: boolean };

/** What a step gives: what was asked, or why the flow stops. */
export type Answer<T> = { readonly answer: T } | { readonly stop: FlowStop };

export const heldStop = (by: string, why: string): { readonly stop: FlowStop } => ({
  stop: { kind: "held", held: { by, why } },
});
export const failedStop = (error: string): { readonly stop: FlowStop } => ({
  stop: { kind: "failed", error },
});
export const superseded: { readonly stop: FlowStop } = {
  stop: { kind: "superseded", redeployed: false },
};

/** Beyond a flow's longest: for executions that begin late, and for what is taken back. */
export const flowMargin = hours(6);

/** By when it has ended, whatever happens. */
export const endsBy = (since: Date, { longest }: Pick<AnyFlow, "longest">): Date =>
  after(since, longest);

/** Why it must not go on by now, where it has taken too long. */
export function tooLong({ flow, underWay, host }: Carriage): string | undefined {
  const { since } = underWay.begun;
  if (host.clock.now() <= endsBy(since, flow)) return undefined;
  return `it began at ${since.toISOString()} and was to end within ${inWords(flow.longest)}`;
}

/**
 * Lets nobody else take it up until then.
 * @returns false when another has it by now
 */
export async function keep({ host, underWay }: Carriage, until: Date): Promise<boolean> {
  const kept = keptFlow({ ...underWay, state: "carried", lease: until });
  return (await host.store.transact([kept])).length === 0;
}

/** An answer is remembered, and durable executions remember at most 256 KB. */
const mostRemembered = 100_000;

/**
 * @returns it, as it will be remembered
 * @throws {NotPossible} when it is too large, or no JSON
 */
export function rememberable<T>(name: string, value: T): T {
  const size = Buffer.byteLength(serialise(value));
  if (size > mostRemembered)
    throw new NotPossible(
      `what "${name}" gave is ${Math.ceil(size / 1000)} KB, and at most ${mostRemembered / 1000} KB of it can be remembered: give back only what decides`,
    );
  return value;
}
