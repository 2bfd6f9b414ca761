/**
 * Flows carried by the ledger and a timer: the ledger remembers, and a one-shot timer calls the
 * carrier again when it is due. For regions without durable functions, and to hold those against.
 */
import { randomUUID } from "node:crypto";
import {
  type FlowUnderWay,
  flowOf,
  handedTo,
  memoOf,
  passFlow,
  remember,
  takeFlow,
} from "../../ledger/flows.ts";
import { inOneLine, TryAgain } from "../../sdk/errors.ts";
import type { Pace } from "../../sdk/flow.ts";
import { after, type Span, seconds } from "../../sdk/time.ts";
import type { Workplace } from "../run/attempt.ts";
import { leaseFrom } from "../run/time-left.ts";
import { type CarryEnd, carry } from "./carry.ts";
import type { FlowOrder } from "./order.ts";
import { pauseAfter, StepFailed, type Steps } from "./steps.ts";

/** Wakes a flow's carrier at a time, or within the minute after. The same twice is one. */
export type WakeFlow = (order: FlowOrder, at: Date) => Promise<void>;

/** `waiting`: it has been put down, and its timer is set. `busy`: another has it. */
export type CarriedOnce = CarryEnd | "waiting" | "none";

/** Never settles: what waits for it is left, with all that it holds. */
const never = new Promise<never>(() => {});

/** What is remembered of a step: what it gave, how it failed for good, or how often until now. */
type StepMemo =
  | { readonly gave?: unknown }
  | { readonly failed: string }
  | { readonly tries: number };

/** What is remembered of a question that is asked again. */
interface AskMemo {
  readonly since: Date;
  readonly tries: number;
  readonly ended?: { readonly answer?: unknown } | { readonly failed: string };
}

interface Suspending {
  readonly workplace: Workplace;
  readonly underWay: FlowUnderWay;
  /** Puts the flow down until then. */
  suspend(until: Date): void;
}

function ledgerSteps({ workplace: { host }, underWay, suspend }: Suspending): Steps {
  const { store, clock, log } = host;
  const keepMemo = (name: string, body: StepMemo | AskMemo) =>
    remember(store, underWay, { name, body, now: clock.now() });
  const putDown = (span: Span): Promise<never> => {
    suspend(after(clock.now(), span));
    return never;
  };
  const warn = (name: string, tries: number, error: unknown): void =>
    log.warn("a step of a flow is tried again", { name, tries, error: inOneLine(error) });

  return {
    // Nobody but a timer that is due takes it up; a process that dies is missed when its time is over.
    quietFor() {
      const { from, until } = leaseFrom(clock.now(), host);
      return seconds((until.getTime() - from.getTime()) / 1000);
    },

    async once<T>(name: string, act: () => Promise<T>): Promise<T> {
      const known = (await memoOf(store, underWay, name)) as StepMemo | undefined;
      if (known && "failed" in known) throw new StepFailed(known.failed);
      if (known && !("tries" in known)) return known.gave as T;
      const tries = (known?.tries ?? 0) + 1;
      let gave: T;
      try {
        gave = await act();
      } catch (error) {
        const pause = pauseAfter(error, tries);
        warn(name, tries, error);
        await keepMemo(name, pause ? { tries } : { failed: inOneLine(error) });
        if (pause) return putDown(pause);
        throw new StepFailed(inOneLine(error));
      }
      await keepMemo(name, { gave });
      return gave;
    },

    async until<T>(name: string, ask: () => Promise<T | undefined>, { every, atMost }: Pace) {
      const known = (await memoOf(store, underWay, name)) as AskMemo | undefined;
      const { since, tries, ended } = known ?? { since: clock.now(), tries: 0 };
      if (ended && "failed" in ended) throw new StepFailed(ended.failed);
      if (ended) return ended.answer as T | undefined;
      let answer: T | undefined;
      try {
        answer = await ask();
      } catch (error) {
        const pause = pauseAfter(error, tries + 1);
        warn(name, tries + 1, error);
        const failed = { ended: { failed: inOneLine(error) } };
        await keepMemo(name, { since, tries: tries + 1, ...(!pause && failed) });
        if (pause) return putDown(pause);
        throw new StepFailed(inOneLine(error));
      }
      const over = answer !== undefined || clock.now() >= after(since, atMost);
      await keepMemo(name, { since, tries: 0, ...(over && { ended: { answer } }) });
      return over ? answer : putDown(every);
    },
  };
}

/**
 * Takes the flow, unless another has it or it is not due.
 * @returns `undefined` where there is nothing to do
 * @throws {TryAgain} while another process is at it
 */
async function taken({ host, place }: Workplace, order: FlowOrder) {
  const { store, clock } = host;
  const found = await flowOf(store, place, order.action);
  if (!found || found.begun.attempt !== order.attempt) return undefined;
  const now = clock.now();
  const isHanded = found.state === "handed" && found.holder === handedTo(order.attempt);
  const isDue = isHanded || found.lease <= now;
  if (!isDue && found.state === "waiting") return undefined;
  if (!isDue)
    throw new TryAgain(
      `${order.action} is being carried elsewhere until ${found.lease.toISOString()}`,
    );
  const holder = `${order.attempt}#${randomUUID()}`;
  const { until } = leaseFrom(now, host);
  const mine = { state: "carried", holder, lease: until } as const;
  if (await takeFlow(store, found, mine)) return { ...found, ...mine } satisfies FlowUnderWay;
  throw new TryAgain(`${order.action} was taken up elsewhere at the same moment`);
}

/**
 * Carries a flow until it waits or is over.
 * @param wake calls this again
 */
export async function carryByLedger(
  workplace: Workplace,
  order: FlowOrder,
  wake: WakeFlow,
): Promise<CarriedOnce> {
  const underWay = await taken(workplace, order);
  if (!underWay) return "none";
  const waiting = Promise.withResolvers<Date>();
  const steps = ledgerSteps({ workplace, underWay, suspend: waiting.resolve });
  const carrying = carry({ ...workplace, underWay, steps, isLive: async () => true });
  const ended = await Promise.race([carrying, waiting.promise]);
  if (!(ended instanceof Date)) {
    return ended;
  }
  // The timer first: what is down without one is found by the watchdog alone.
  await wake(order, ended);
  await passFlow(workplace.host.store, underWay, {
    state: "waiting",
    holder: underWay.holder,
    lease: ended,
  });
  return "waiting";
}
