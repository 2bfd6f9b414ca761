/**
 * Flows on Lambda durable functions: what remembers, and waits without running. The only importer of
 * the SDK.
 */
import {
  type DurableContext,
  type Serdes,
  withDurableExecution,
} from "@aws/durable-execution-sdk-js";
import { type FlowUnderWay, flowOf, handedTo, keptFlow, passFlow } from "../../ledger/flows.ts";
import { parse, serialise } from "../../sdk/codec.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Pace } from "../../sdk/flow.ts";
import { minutes, type Span } from "../../sdk/time.ts";
import type { Workplace } from "../run/attempt.ts";
import { leaseFrom } from "../run/time-left.ts";
import { type CarryEnd, carry } from "./carry.ts";
import { handOverAgain } from "./hand-over.ts";
import type { FlowOrder } from "./order.ts";
import { pauseAfter, StepFailed, type Steps } from "./steps.ts";

/** Dates and bytes survive, as in the ledger. */
const throughCodec = <T>(): Serdes<T> => ({
  serialize: async (value) => (value === undefined ? undefined : serialise(value)),
  deserialize: async (text) => (text === undefined ? undefined : (parse(text) as T)),
});

/** Printable ASCII, at most 256. */
const named = (name: string): string => name.replace(/[^\x20-\x7e]/g, "?").slice(0, 256);

/** Whole seconds, and at least one. */
const delayOf = ({ seconds }: Span) => ({ seconds: Math.max(1, Math.ceil(seconds)) });

/** An execution that is called again may be slow to begin. */
const slowToBegin = minutes(15);

/** What a step gave, or how it failed for good. */
type Gave<T> = { readonly gave: T } | { readonly failed: string };

/** How far a question that is asked again has come. */
interface Asked<T> {
  readonly count: number;
  /** How often it has failed, since it was last answered. */
  readonly tries: number;
  readonly pause?: Span;
  readonly ended?: { readonly answer: T } | { readonly failed: string };
}

async function gaveOrFailed<T>(act: () => Promise<T>): Promise<Gave<T>> {
  try {
    return { gave: await act() };
  } catch (error) {
    // What may pass is for the execution to do again.
    if (pauseAfter(error, 1)) throw error;
    return { failed: inOneLine(error) };
  }
}

/** The SDK gives an error of its own, which says what the last one said. */
const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : inOneLine(error);

async function askedOnceMore<T>(
  { count, tries }: Asked<T>,
  ask: () => Promise<T | undefined>,
): Promise<Asked<T>> {
  const asked = { count: count + 1, tries: 0 };
  try {
    const answer = await ask();
    return answer === undefined ? asked : { ...asked, ended: { answer } };
  } catch (error) {
    const pause = pauseAfter(error, tries + 1);
    const failing = { ...asked, tries: tries + 1 };
    return pause ? { ...failing, pause } : { ...failing, ended: { failed: inOneLine(error) } };
  }
}

const durableSteps = (context: DurableContext): Steps => ({
  quietFor: ({ seconds }) => ({ seconds: seconds + slowToBegin.seconds }),

  async once<T>(name: string, act: () => Promise<T>): Promise<T> {
    const gave = await context
      .step(named(name), () => gaveOrFailed(act), {
        serdes: throughCodec<Gave<T>>(),
        retryStrategy(error, tries) {
          const pause = pauseAfter(error, tries);
          return pause ? { shouldRetry: true, delay: delayOf(pause) } : { shouldRetry: false };
        },
      })
      .catch((error: unknown) => ({ failed: wordsOf(error) }));
    if ("failed" in gave) throw new StepFailed(gave.failed);
    return gave.gave;
  },

  async until<T>(name: string, ask: () => Promise<T | undefined>, { every, atMost }: Pace) {
    const most = Math.ceil(atMost.seconds / every.seconds);
    const { ended } = await context.waitForCondition<Asked<T>>(
      named(name),
      (asked) => askedOnceMore(asked, ask),
      {
        serdes: throughCodec<Asked<T>>(),
        initialState: { count: 0, tries: 0 },
        waitStrategy: (asked) =>
          asked.ended || asked.count > most
            ? { shouldContinue: false }
            : { shouldContinue: true, delay: delayOf(asked.pause ?? every) },
      },
    );
    if (ended && "failed" in ended) throw new StepFailed(ended.failed);
    return ended?.answer;
  },
});

/** What carries the flows of a unit in one invocation. */
export interface DurableWorkplace extends Workplace {
  isLive(): Promise<boolean>;
}

/** `none`: it is over, or another execution has it. */
export type CarriedDurably = CarryEnd | "none";

/** Keeps the flow in this execution's hands, as long as it is in nobody else's. */
async function heldHere({ host, place }: Workplace, { action, attempt }: FlowOrder) {
  const found = await flowOf(host.store, place, action);
  if (!found || found.begun.attempt !== attempt) return undefined;
  const { until } = leaseFrom(host.clock.now(), host);
  const held: FlowUnderWay = {
    ...found,
    state: "carried",
    holder: handedTo(attempt),
    lease: until,
  };
  return (await host.store.transact([keptFlow(held)])).length ? undefined : held;
}

async function carryDurably(
  workplace: DurableWorkplace,
  order: FlowOrder,
  context: DurableContext,
): Promise<CarriedDurably> {
  const underWay = await heldHere(workplace, order);
  if (!underWay) return "none";
  const { host, unit, place, isLive } = workplace;
  const carried = await carry({
    ...{ host, unit, place, isLive },
    underWay,
    steps: durableSteps(context),
  });
  if (carried === "redeployed") await handOverAgain(workplace, underWay, passFlow);
  return carried;
}

/**
 * What Lambda calls: its code runs again from the top after each wait.
 * @param workplaceOf made anew in each invocation
 */
export const durableFlows = (
  workplaceOf: (order: FlowOrder, context: DurableContext["lambdaContext"]) => DurableWorkplace,
) =>
  withDurableExecution((order: FlowOrder, context: DurableContext) =>
    carryDurably(workplaceOf(order, context.lambdaContext), order, context),
  );
