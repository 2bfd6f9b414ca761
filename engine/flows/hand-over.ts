/** How a flow comes into the hands of its carrier: from a run, and again where nobody carries it. */
import {
  type Begun,
  beginFlow,
  type FlowUnderWay,
  handedTo,
  takeFlow,
} from "../../ledger/flows.ts";
import { inOneLine, TryAgain } from "../../sdk/errors.ts";
import type { AnyFlow } from "../../sdk/flow.ts";
import { after, minutes } from "../../sdk/time.ts";
import { type Applying, type CheckedChange, conclude } from "../run/applying.ts";
import type { Workplace } from "../run/attempt.ts";
import type { Host } from "../run/host.ts";
import { endsBy, flowMargin } from "./carriage.ts";
import { flowOrderOf } from "./order.ts";

/** So long the carrier is waited for after it was called. */
const coming = minutes(15);

async function call({ log, begin }: Host, begun: Begun): Promise<void> {
  // In doubt or not: as long as nobody carries it, it is handed over again.
  await begin?.(flowOrderOf(begun)).catch((error: unknown) =>
    log.warn("a flow's carrier could not be called", {
      action: begun.action,
      error: inOneLine(error),
    }),
  );
}

/**
 * A run's action becomes a flow. The ledger first: what it names and nobody carries is taken up; the
 * other way round it would be carried twice.
 * @throws {TryAgain} when the lock is lost
 */
export async function handOver(
  applying: Applying,
  { record }: CheckedChange,
  flow: AnyFlow,
): Promise<void> {
  const { attempt } = applying;
  const { host, place, run, start } = attempt;
  if (!host.begin)
    return conclude(applying, [
      {
        ...record,
        outcome: "failed",
        error: `nothing here carries ${record.call.operation}: deploy again`,
      },
    ]);
  const since = host.clock.now();
  const { id: action, target } = record;
  const ends = endsBy(since, flow);
  const begun: Begun = { ...place, run, action, target, since, endsBy: ends, start, attempt: 1 };
  const lockedUntil = after(ends, flowMargin);
  const lease = after(since, coming);
  if (!(await beginFlow(host.store, record, begun, { lockedUntil, lease })))
    throw new TryAgain(`the lock of ${target} is lost: it is not begun`);
  applying.records.push({ ...record, outcome: "begun" });
  await call(host, begun);
}

/**
 * Makes a new execution of a flow, which begins from the top and does nothing twice.
 * @param found as it was read, or as it is held
 * @param take how it comes out of the hands that it is in
 * @returns whether it was handed over; `false`: another has it by now
 */
export async function handOverAgain(
  { host }: Pick<Workplace, "host">,
  found: FlowUnderWay,
  take = takeFlow,
): Promise<boolean> {
  const attempt = found.begun.attempt + 1;
  const lease = after(host.clock.now(), coming);
  const handed = { state: "handed", holder: handedTo(attempt), lease, attempt } as const;
  if (!(await take(host.store, found, handed))) return false;
  await call(host, { ...found.begun, attempt });
  return true;
}
