/** The ledger as a verb that only looks sees it. */

import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import { stderrLog } from "../../handlers/app/log.ts";
import { emptyWhereMissing } from "../../ledger/create.ts";
import type { Store } from "../../ledger/store.ts";
import { systemClock } from "../../sdk/time.ts";
import type { Deployed } from "../../settings/arns.ts";
import type { CallerAccount } from "./account.ts";

/**
 * On loopback a missing table is an empty one; on a real account it is an error that says how to
 * deploy.
 */
export function ledgerIn(account: CallerAccount, deployed: Deployed): Store {
  const store = ledgerOf(
    account.clients(systemClock),
    deployed,
    systemClock,
    logLeftOut(stderrLog("warn")),
  );
  return account.loopback ? emptyWhereMissing(store) : store;
}
