/** The ledger as a verb that only looks sees it. */
import { emptyWhereMissing } from "../../core/ledger/create.ts";
import type { Store } from "../../core/ledger/store.ts";
import { ledgerOf } from "../../core/run/host.ts";
import type { ParsedSettings } from "../../core/settings.ts";
import { systemClock } from "../../core/time.ts";
import type { Account } from "./account.ts";

/**
 * On loopback a missing table is an empty one; on a real account it is an error that says how to
 * deploy.
 */
export function ledgerIn(account: Account, settings: Pick<ParsedSettings, "home">): Store {
  const store = ledgerOf(account.clients(systemClock), settings, systemClock);
  return account.loopback ? emptyWhereMissing(store) : store;
}
