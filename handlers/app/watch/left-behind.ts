/** Hands over what nobody is at any more: runs that died, flows that nobody carries. */
import { uncarried } from "../../../engine/flows/take-up.ts";
import type { Order } from "../../../ingest/start.ts";
import { abandoned } from "../../../ledger/claims.ts";
import type { Store } from "../../../ledger/store.ts";
import type { Log } from "../log.ts";

export interface LeftBehind {
  readonly store: Store;
  readonly log: Log;
  /** Hands an order to a unit's own function, which takes up what is its own. */
  invoke(unit: string, order: Order): Promise<void>;
}

async function* ordersOf(
  { store, log }: LeftBehind,
  unit: string,
  now: Date,
): AsyncIterable<Order> {
  for (const { region, key } of await Array.fromAsync(abandoned(store, unit, now))) {
    log.warn("a run was left unfinished", { unit, region, key });
    yield { kind: "take-up", region, key };
  }
  for (const { region, action } of await Array.fromAsync(uncarried(store, unit, now))) {
    log.warn("a flow is carried by nobody", { unit, region, action });
    yield { kind: "take-up-flow", region, action };
  }
}

/**
 * One failure does not stop the others.
 * @param failed takes what could not be looked up or handed over
 * @returns how much was handed over
 */
export async function takeUpLeft(
  left: LeftBehind,
  units: readonly string[],
  now: Date,
  failed: (error: unknown) => void,
): Promise<number> {
  let count = 0;
  for (const unit of units)
    try {
      for await (const order of ordersOf(left, unit, now))
        try {
          await left.invoke(unit, order);
          count += 1;
        } catch (error) {
          failed(error);
        }
    } catch (error) {
      failed(error);
    }
  return count;
}
