/** Units that are to end while something that they did can still be taken back. */
import { ledgerOf } from "../../engine/run/host.ts";
import { emptyWhereMissing } from "../../ledger/create.ts";
import { notTakenBack } from "../../ledger/not-taken-back.ts";
import { systemClock } from "../../sdk/time.ts";
import type { Deployed } from "../../settings/arns.ts";
import type { CallerAccount } from "../place/account.ts";
import type { PlacedUnit } from "./compare.ts";

export interface UndoLost extends PlacedUnit {
  /** Ids of some of its actions, newest first. */
  readonly actions: readonly string[];
  /** There are more than these. */
  readonly more: boolean;
}

/** So many are named; that there are more is said. */
const named = 3;

/** Looks in the ledger; where that is missing nothing was ever done. */
export async function undoLost(
  account: CallerAccount,
  deployed: Deployed,
  ending: readonly PlacedUnit[],
): Promise<readonly UndoLost[]> {
  const store = emptyWhereMissing(ledgerOf(account.clients(systemClock), deployed, systemClock));
  const lost: UndoLost[] = [];
  for (const placed of ending) {
    const actions: string[] = [];
    for await (const id of notTakenBack(store, placed.unit)) {
      actions.push(id);
      if (actions.length > named) break;
    }
    if (actions.length)
      lost.push({
        ...placed,
        actions: actions.slice(0, named),
        more: actions.length > named,
      });
  }
  return lost;
}

/** One of them in words. */
export const undoLostText = ({ unit, stack, actions, more }: UndoLost): string =>
  `${unit} in ${stack}: ${actions.join(", ")}${more ? " and more" : ""}`;
