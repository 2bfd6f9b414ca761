/** Hands over what nobody is at any more: runs that died, flows that nobody carries. */
import { uncarried } from "../../../engine/flows/take-up.ts";
import type { Order } from "../../../ingest/start.ts";
import { abandoned, wasFinished } from "../../../ledger/claims.ts";
import type { Start } from "../../../ledger/start.ts";
import type { Store } from "../../../ledger/store.ts";
import { abandonedUndos } from "../../../ledger/undo-claims.ts";
import { idsOf } from "../../../settings/former-ids.ts";
import type { Log } from "../log.ts";

export interface LeftBehind {
  readonly store: Store;
  readonly log: Log;
  /** 12 digits. */
  readonly account: string;
  /** Hands an order to a unit's own function, or to undo, which takes up what is its own. */
  invoke(name: string, order: Order): Promise<void>;
}

/**
 * What a renamed unit goes on with: its state is read again. What a person decided on or took back
 * was recorded under the id of then, and is told instead.
 */
export const isTakenOver = (kind: Start["kind"]): boolean => kind !== "decision" && kind !== "redo";

/** A unit by an id that it has, or had. */
interface Left {
  readonly unit: string;
  /** The id that it was left under. */
  readonly as: string;
}

async function* ordersOf(
  { store, log, account }: LeftBehind,
  { unit, as }: Left,
  now: Date,
): AsyncIterable<Order> {
  for (const { region, key, kind } of await Array.fromAsync(abandoned(store, as, now))) {
    if (as !== unit) {
      if (!isTakenOver(kind)) continue;
      // It has been taken up before under its new id: the old claim is nobody's to finish.
      if (await wasFinished(store, { unit, account, region }, key)) continue;
    }
    log.warn("a run was left unfinished", { unit, as, region, key });
    yield { kind: "take-up", region, key, ...(as !== unit && { as }) };
  }
  if (as !== unit) return;
  for (const { region, action } of await Array.fromAsync(uncarried(store, unit, now))) {
    log.warn("a flow is carried by nobody", { unit, region, action });
    yield { kind: "take-up-flow", region, action };
  }
}

/** The units that are deployed. */
export interface DeployedIds {
  /** By their ids of today. */
  readonly units: readonly string[];
  /** Their former ids, by that of today. */
  readonly formerly: Readonly<Record<string, readonly string[]>>;
}

/** One that fails does not stop the others. @returns how many were handed over */
async function handedOver<O>(
  orders: AsyncIterable<O>,
  handOver: (order: O) => Promise<unknown>,
  failed: (error: unknown) => void,
): Promise<number> {
  let count = 0;
  try {
    for await (const order of orders)
      try {
        await handOver(order);
        count += 1;
      } catch (error) {
        failed(error);
      }
  } catch (error) {
    failed(error);
  }
  return count;
}

/**
 * Undos that nobody is at any more, and what units left.
 * @param failed takes what could not be looked up or handed over
 * @returns how much was handed over
 */
export async function takeUpLeft(
  left: LeftBehind,
  { units, formerly }: DeployedIds,
  now: Date,
  failed: (error: unknown) => void,
): Promise<number> {
  const { store, log, invoke } = left;
  const takeUpUndo = ({ id, key }: { readonly id: string; readonly key: string }) => {
    log.warn("an undo was left unfinished", { id });
    return invoke("undo", { kind: "undo-goes-on", id, key });
  };
  let count = await handedOver(abandonedUndos(store, now), takeUpUndo, failed);
  for (const unit of units)
    for (const as of idsOf(unit, { formerly: formerly[unit] })) {
      const orders = ordersOf(left, { unit, as }, now);
      count += await handedOver(orders, (order) => invoke(unit, order), failed);
    }
  return count;
}
