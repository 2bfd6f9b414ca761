import { lastSweep } from "../../ledger/heartbeats.ts";
import type { Place } from "../../ledger/keys.ts";
import type { Start } from "../../ledger/start.ts";
import type { Host } from "./host.ts";
import type { Looked } from "./plan.ts";

/**
 * Whether a sweep looked at fewer than half of what the last complete one did: a listing that was
 * cut is likelier than an account that has shrunk, so a person is asked, once (rule: caps). Below
 * the cap's floor numbers say nothing.
 * @returns what to say of it
 */
export async function tooFew(
  start: Start,
  { found }: Pick<Looked, "found">,
  place: Place,
  host: Host,
): Promise<string | undefined> {
  if (start.only !== undefined) return undefined;
  const last = await lastSweep(host.store, place);
  if (!last || last.found <= host.settings.caps.floor || found * 2 >= last.found) return undefined;
  return `it looked at ${found} things, the last complete sweep at ${last.found}: unless most of them are gone, something was not listed, so nothing is changed without a person. The next sweep goes by this number`;
}
