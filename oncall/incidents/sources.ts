/** Which open incidents inhibit others, whatever the settings were when they opened or ended. */

import { keys } from "../../ledger/keys.ts";
import type { Store } from "../../ledger/store.ts";
import { digest } from "../../sdk/codec.ts";
import type { Inhibition } from "../settings/on-call.ts";
import { inhibitor, isSource } from "./inhibit.ts";
import {
  type Group,
  type IncidentSource,
  openIncidents,
  readableHead,
  sourcesIn,
  writeSource,
} from "./store.ts";

/** More open incidents than that are not looked at when the rules change. */
const mostLookedAt = 2_000;

/**
 * Writes down anew which incidents inhibit others, where the rules are not those by which it was
 * written down.
 */
export async function followRules(store: Store, rules: readonly Inhibition[]): Promise<void> {
  const state = digest(rules);
  const known = (await store.get(keys.inhibitRules))?.state;
  if (known === state || (known === undefined && rules.length === 0)) return;
  const written = new Set((await sourcesIn(store)).map(({ id }) => id));
  for (const head of (await openIncidents(store, mostLookedAt)).heads) {
    const steps = writeSource(head, isSource(head, rules), written.delete(head.id));
    if (steps.length) await store.transact(steps);
  }
  // What ended while no rule was there to say that it inhibits.
  for (const sk of written) await store.remove({ pk: keys.incidentSources, sk });
  await store.put({ ...keys.inhibitRules, type: "rules", state, body: null });
}

/**
 * Without those that are over, although they stand among the sources: what nobody ends would
 * inhibit for ever.
 */
export async function stillOpen(
  store: Store,
  sources: readonly IncidentSource[],
  { incidents }: Pick<Group, "incidents">,
  rules: readonly Inhibition[],
): Promise<readonly IncidentSource[]> {
  const own = new Set(incidents.map(({ id }) => id));
  const open = new Set<string>();
  let left = sources.filter(({ id }) => !own.has(id));
  for (const incident of incidents)
    for (
      let by = inhibitor(incident, left, rules);
      by && !open.has(by.id);
      by = inhibitor(incident, left, rules)
    ) {
      const { id } = by;
      const state = (await readableHead(store, id))?.body.state;
      if (state !== undefined && state !== "resolved") open.add(id);
      else left = left.filter((other) => other.id !== id);
    }
  return left;
}
