/** Where a restore looks, with the caller's own credentials. */
import type { Clients } from "../../engine/run/clients.ts";
import { type ActionRecord, actionById, isDone } from "../../ledger/actions.ts";
import type { Store } from "../../ledger/store.ts";
import { lastChange } from "../../ledger/story.ts";
import type { ParsedSettings } from "../../settings/settings.ts";

export interface RestorePlace {
  readonly account: string;
  readonly region: string;
  readonly clients: Clients;
  readonly store: Store;
  readonly settings: ParsedSettings;
}

/** @returns what a unit last did to a target; nothing where it did nothing, or that failed */
export async function lastDone(
  { store, account, region }: RestorePlace,
  unit: string,
  target: string,
): Promise<ActionRecord | undefined> {
  const change = await lastChange(store, { account, region, unit, target });
  if (!change) return undefined;
  const record = await actionById(store, "unit", { unit, run: change.run, id: change.action });
  return record && isDone(record) ? record : undefined;
}
