/** Flows in this process: begun ones are carried by the ledger, and their timers go by the test's clock. */
import { carryByLedger } from "../engine/flows/ledger-steps.ts";
import type { FlowOrder } from "../engine/flows/order.ts";
import { takeUpFlow, uncarried } from "../engine/flows/take-up.ts";
import { workplaceOf } from "../engine/run/attempt.ts";
import type { Host } from "../engine/run/host.ts";
import { flowsUnderWay } from "../ledger/flows.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import { type Clock, minutes, seconds } from "../sdk/time.ts";

interface DueFlow {
  readonly order: FlowOrder;
  readonly at: Date;
}

/** Carries a flow once: until it waits, or to its end. */
export type CarryOnce = (
  order: FlowOrder,
  wake: (order: FlowOrder, at: Date) => Promise<void>,
) => Promise<unknown>;

export interface TestFlows {
  /** As a host's `begin`. */
  begin(order: FlowOrder): Promise<void>;
  /** What is to be called, in the order of time. */
  due(): readonly DueFlow[];
  /** All that is to be called is forgotten, as when timers or executions are deleted by hand. */
  lose(): void;
  /** Lets time pass, and calls what is due, until every flow is over. */
  carryAll(by?: CarryOnce): Promise<void>;
  /** Calls the next one when its time has come. @returns whether there was any */
  carryNext(by?: CarryOnce): Promise<boolean>;
}

/** A flow that has not ended by then never will. */
const mostCalls = 2000;
/** Lambda comes again so often, and so long after. */
const retries = [minutes(1), minutes(2)];

/** @param host a new process's */
export function testFlows(unit: AnyAutomation, clock: Clock, host: () => Host): TestFlows {
  const waiting = new Map<string, DueFlow>();
  const keyOf = ({ action, attempt }: FlowOrder, at: Date) =>
    `${action} ${attempt} ${at.toISOString()}`;
  const wake = async (order: FlowOrder, at: Date): Promise<void> =>
    void waiting.set(keyOf(order, at), { order, at });
  const due = () => [...waiting.values()].sort((a, b) => a.at.getTime() - b.at.getTime());

  async function passUntil(at: Date): Promise<void> {
    const left = (at.getTime() - clock.now().getTime()) / 1000;
    if (left > 0) await clock.sleep(seconds(left));
  }

  const byLedger: CarryOnce = (order) =>
    carryByLedger(workplaceOf(unit, order.region, host()), order, wake);

  async function called(order: FlowOrder, by: CarryOnce): Promise<void> {
    for (const pause of [...retries, undefined])
      try {
        await by(order, wake);
        return;
      } catch {
        if (pause) await clock.sleep(pause);
      }
  }

  /** As the watchdog does. */
  async function takeUp(): Promise<boolean> {
    const found = await Array.fromAsync(uncarried(host().store, unit.id, clock.now()));
    for (const { region, action } of found)
      await takeUpFlow(workplaceOf(unit, region, host()), action);
    return found.length > 0;
  }

  const isOver = async (): Promise<boolean> =>
    (await Array.fromAsync(flowsUnderWay(host().store, unit.id))).length === 0;

  async function carryNext(by = byLedger): Promise<boolean> {
    const [next] = due();
    if (!next) return false;
    waiting.delete(keyOf(next.order, next.at));
    await passUntil(next.at);
    await called(next.order, by);
    return true;
  }

  async function carryAll(by = byLedger): Promise<void> {
    for (let calls = 0; calls < mostCalls; calls += 1) {
      if (await carryNext(by)) continue;
      // What was lost is found when its lease is over.
      await clock.sleep(minutes(30));
      if (!(await takeUp()) && (await isOver())) return;
    }
    throw new Error(`a flow of ${unit.id} has not ended after ${mostCalls} calls`);
  }

  return {
    begin: (order) => wake(order, clock.now()),
    due,
    lose: () => waiting.clear(),
    carryAll,
    carryNext,
  };
}
