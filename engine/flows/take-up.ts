/** Flows that nobody carries: their execution was lost, deleted, or never began. */
import { type ActionRecord, actionById } from "../../ledger/actions.ts";
import {
  type Begun,
  type FlowUnderWay,
  flowOf,
  flowsUnderWay,
  handedTo,
  takeFlow,
  writtenBy,
} from "../../ledger/flows.ts";
import type { Store } from "../../ledger/store.ts";
import { before, minutes } from "../../sdk/time.ts";
import type { Workplace } from "../run/attempt.ts";
import { endFlow, tellEnd } from "./end.ts";
import { handOverAgain } from "./hand-over.ts";

/** Timers come within the minute after, and Lambda may be slow to begin. */
const lateAllowed = minutes(10);
/** What has been lost so often is lost again. */
const mostAttempts = 10;

/** A flow that nobody carries, as the watchdog finds it. */
export async function* uncarried(store: Store, unit: string, now: Date): AsyncIterable<Begun> {
  for await (const { begun, lease } of flowsUnderWay(store, unit))
    if (lease < before(now, lateAllowed)) yield begun;
}

/**
 * Hands over again a flow that nobody carries. After so many times it is ended, and people are told
 * what it has written.
 * @returns what was done; `undefined`: it is carried, or over
 */
export async function takeUpFlow(
  workplace: Workplace,
  action: string,
): Promise<"handed over" | "given up" | undefined> {
  const { host, place } = workplace;
  const found = await flowOf(host.store, place, action);
  if (!found || found.lease >= before(host.clock.now(), lateAllowed)) return undefined;
  host.log.warn("nobody carries a flow", { action, attempt: found.begun.attempt });
  if (found.begun.attempt < mostAttempts)
    return (await handOverAgain(workplace, found)) ? "handed over" : undefined;
  return (await giveUpFlow(workplace, found)) ? "given up" : undefined;
}

async function giveUpFlow(workplace: Workplace, found: FlowUnderWay): Promise<boolean> {
  const { host, unit } = workplace;
  const holder = `${handedTo(found.begun.attempt)}#given up`;
  const mine: FlowUnderWay = { ...found, state: "carried", holder, lease: host.deadline };
  if (!(await takeFlow(host.store, found, mine))) return false;
  const { run, action: id } = found.begun;
  const record = await actionById(host.store, "unit", { unit: unit.id, run, id });
  if (!record) return false;
  const ending = { ...workplace, underWay: mine, record };
  if (record.outcome === "begun") await endFlow(ending, await lostEnd(host.store, record));
  await tellEnd(ending);
  return true;
}

async function lostEnd(store: Store, { unit, run, id }: ActionRecord) {
  const wrote = await writtenBy(store, { unit, run, action: id });
  const left = wrote
    .filter(({ state }) => state === "done" || state === "intended")
    .map(
      ({ call: { operation, input }, output }) => `${operation} ${JSON.stringify(output ?? input)}`,
    );
  return {
    outcome: "failed",
    error: `it was begun ${mostAttempts} times, and each time whoever carried it was lost`,
    taken: { back: [], left },
  } as const;
}
